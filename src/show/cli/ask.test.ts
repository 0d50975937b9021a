import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { askYes } from "./ask.ts";

/** Asks on a made-up terminal and types. */
async function typed(keys: string, signal: AbortSignal = new AbortController().signal): Promise<boolean> {
  const terminal = () => Object.assign(new PassThrough(), { isTTY: true, columns: 80, setRawMode: () => undefined });
  const [stdin, stderr] = [terminal(), terminal()];
  const process = { stdin, stderr } as unknown as Pick<NodeJS.Process, "stdin" | "stderr">;
  const answer = askYes({ signal, process }, "Remove it?");
  stdin.write(keys);
  return answer;
}

test.each([
  ["y\r", true],
  ["YES\r", true],
  ["n\r", false],
  ["\r", false],
  ["yesterday\r", false],
])("%j", async (keys, yes) => expect(await typed(keys)).toBe(yes));

test("Ctrl-C at a question stops the command, an input that ends is no", async () => {
  await expect(typed("\u0003")).rejects.toMatchObject({ code: "interrupted", exitCode: 130 });
  expect(await typed("\u0004")).toBe(false);
});

test("a signal while it asks stops the command too", async () => {
  await expect(typed("", AbortSignal.abort())).rejects.toMatchObject({ code: "interrupted" });
});
