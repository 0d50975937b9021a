import { expect, test } from "vitest";
import { engineFailure } from "./engine-failure.ts";

const refusal = (error: unknown) => JSON.stringify({ error });

test.each([
  [400, refusal({ message: "no" }), "upstream-refused", "no"],
  [422, "<html>", "upstream-refused", "status 422"],
  [401, refusal({ message: "the key abc" }), "upstream-failed", "status 401"],
  [503, refusal("loading"), "upstream-busy", "loading"],
  [500, "", "upstream-failed", "status 500"],
])("a status %i is one of our errors", (status, body, code, said) => {
  const error = engineFailure(status, body);
  expect(error.code).toBe(code);
  expect(error.message).toContain(said);
});

test("a prompt that is too long is said in words that clients look for", () => {
  const context = { type: "exceed_context_size_error", message: "too long", n_prompt_tokens: 6031, n_ctx: 2048 };
  expect(engineFailure(400, refusal(context)).message).toBe("prompt is too long: 6031 tokens > 2048 maximum");
  const { type } = context;
  expect(engineFailure(400, refusal({ type, message: "by far" })).message).toBe("prompt is too long: by far");
  expect(engineFailure(400, refusal({ type }))).toMatchObject({ code: "upstream-context", httpStatus: 400 });
});
