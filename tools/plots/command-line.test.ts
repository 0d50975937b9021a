import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runLoadout } from "../../src/show/cli/testing/command-line.ts";
import { LOCAL_LLM_SETUP } from "./local-llm-setup/index.ts";
import { steady } from "./plot.ts";

// What the committed numbers say, asked of the command line by the commands that stand beside them.

const home = mkdtempSync(join(tmpdir(), "loadout-plots-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Committed {
  readonly loadouts: readonly { readonly id: string; readonly model: string; readonly ask: string }[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

function committed(name: string): Committed {
  return JSON.parse(readFileSync(join(import.meta.dirname, "../..", LOCAL_LLM_SETUP.folder, `${name}.json`), "utf8"));
}

async function answer(command: string) {
  const { stdout, stderr } = await runLoadout(home, [...command.split(" ").slice(1), "--json"]);
  expect(stdout, stderr).not.toBe("");
  return JSON.parse(stdout);
}

interface Tree {
  readonly key: string;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  readonly parts?: readonly Tree[];
}

test("memory of a set-up is what `loadout fit` says, to the byte", async () => {
  const { loadouts, rows } = committed("vram-breakdown");
  for (const at of [1, 5]) {
    const { memory, verdict } = await answer(loadouts[at]!.ask);
    const device: Tree = memory.parts.find(({ key }: Tree) => key === "device-0");
    const { deviceBytes, deviceLowBytes, deviceHighBytes, verdict: word } = rows[at]!;
    expect(device.value).toBe(deviceBytes);
    expect([device.low, device.high]).toEqual([deviceLowBytes, deviceHighBytes]);
    expect(verdict.now.verdict).toBe(word);
  }
});

test("a cache is what `loadout fit` says, to the byte", async () => {
  const { loadouts, rows } = committed("kv-cache-vs-context");
  const { id, ask } = loadouts[1]!;
  const { memory } = await answer(`${ask} --context 32k --users 4 --kv-type q8_0`);
  const device: Tree = memory.parts.find(({ key }: Tree) => key === "device-0");
  const bytes = device.parts!.filter(({ key }) => key.startsWith("kv")).reduce((sum, { value }) => sum + value, 0);
  const row = rows.find(
    (one) =>
      one["loadout"] === id && one["contextTokens"] === 32_768 && one["users"] === 4 && one["cacheType"] === "q8_0",
  );
  expect(bytes).toBe(row?.["kvBytes"]);
});

test("half of the layers in RAM is as fast as `loadout offload` says", async () => {
  const { loadouts, rows } = committed("offload");
  const half = rows.find((row) => row["loadout"] === loadouts[0]!.id && row["share"] === 0.5)!;
  const { rungs } = await answer(loadouts[0]!.ask);
  const rung = rungs.find(({ flags }: { flags: string }) => flags === half["flags"]);
  expect(steady(rung.chat.decode.tokensPerSec)).toBe(half["tokensPerSec"]);
  expect(steady(rung.batch.seconds.value)).toBe(half["jobsSeconds"]);
  expect(rung.batch.atATime).toBe(half["jobsAtATime"]);
});

test("a field of what fits is the verdict of `loadout fit`", async () => {
  const { rows } = committed("fits-24gb");
  const row = rows.find(({ id }) => id === "Qwen/Qwen3.6-27B")!;
  const cells = row["cells"] as readonly {
    context: number;
    users: number;
    chosen?: { fileType: string; verdict: string };
  }[];
  const { context, users, chosen } = cells.find((cell) => cell.context === 32_768 && cell.users === 1)!;
  const { verdict } = await answer(
    `loadout fit ${String(row["id"])}:${chosen!.fileType} --vram 24GB --context ${context} --users ${users} --gpu-layers all`,
  );
  expect(verdict.now.verdict).toBe(chosen!.verdict);
});
