import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { cliContext } from "./context.ts";
import { withoutPause } from "./without-pause.ts";

test("who listened for signals listens again afterwards, those who listen once with them", () => {
  const context = cliContext(process, new AbortController().signal, 0);
  let heard = 0;
  process.once("SIGTERM", () => heard++);
  const before = process.rawListeners("SIGTERM");
  expect(withoutPause(context, () => process.listenerCount("SIGTERM"))).toBe(0);
  expect(process.rawListeners("SIGTERM")).toEqual(before);
  expect(() =>
    withoutPause(context, () => {
      throw new Error("while computing");
    }),
  ).toThrow("while computing");
  process.emit("SIGTERM", "SIGTERM");
  expect([heard, process.listenerCount("SIGTERM")]).toEqual([1, before.length - 1]);
});

test("what was stopped before is not begun", () => {
  const context = cliContext(process, AbortSignal.abort(), 0);
  expect(() => withoutPause(context, () => 1)).toThrow("abort");
});

test("a signal ends what computes", { timeout: 30_000 }, async () => {
  const code = `
    import { writeSync } from "node:fs";
    import { cliContext } from ${JSON.stringify(new URL("context.ts", import.meta.url).href)};
    import { withoutPause } from ${JSON.stringify(new URL("without-pause.ts", import.meta.url).href)};
    process.once("SIGINT", () => {});
    withoutPause(cliContext(process, new AbortController().signal, 0), () => {
      writeSync(1, "computing");
      for (;;);
    });`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  child.kill("SIGINT");
  const [exitCode, signal] = await once(child, "exit");
  expect([exitCode, signal]).toEqual([null, "SIGINT"]);
});
