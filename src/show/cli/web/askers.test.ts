import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { Askers } from "./askers.ts";

const FIT = ["fit", "qwen3-8b", "--gpu", "rtx-3090", "--json"];
/** as long as nobody waits for */
const LONG = ["simulate", "qwen3-8b", "--gpu", "rtx-3090", "--users", "64", "--requests", "3000000", "--json"];
const never = new AbortController().signal;

let askers: Askers;
beforeAll(() => {
  askers = new Askers();
});
afterAll(() => askers.close());

const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => "answered",
    (error: unknown) => (error instanceof LoadoutError ? error.code : String(error)),
  );

describe("questions beside the server's thread", () => {
  test("the same question twice: the same answer, and a kind of its own for what cannot be read", async () => {
    const [first, again] = [await askers.ask(FIT, never), await askers.ask(FIT, never)];
    expect(first.code).toBe(0);
    expect(again).toEqual(first);
    expect((await askers.ask(["fit", "qwen3-8b", "--nonsense", "--json"], never)).code).toBe(2);
  });

  test("a long one does not hold up a short one, and ends with who asked it", { timeout: 60_000 }, async () => {
    const gone = new AbortController();
    const long = codeOf(askers.ask(LONG, gone.signal));
    expect((await askers.ask(FIT, never)).code).toBe(0);
    gone.abort();
    expect(await long).toBe("interrupted");
    expect((await askers.ask(FIT, never)).code).toBe(0);
  });

  test(
    "more than a few at once are turned away; who goes while waiting leaves the place",
    { timeout: 60_000 },
    async () => {
      const gone = [1, 2, 3, 4].map(() => new AbortController());
      const asked = gone.map(({ signal }) => codeOf(askers.ask(LONG, signal)));
      expect(await codeOf(askers.ask(FIT, never))).toBe("web-busy");
      gone[3]!.abort();
      expect(await asked[3]).toBe("interrupted");
      const next = askers.ask(FIT, never);
      for (const one of gone) one.abort();
      expect(await Promise.all(asked)).toEqual(Array(4).fill("interrupted"));
      expect((await next).code).toBe(0);
    },
  );
});
