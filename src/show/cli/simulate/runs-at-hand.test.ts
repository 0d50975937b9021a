// What the frontier hears of runs that were kept, and how it shows them.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { askFrontier } from "../../../plan/ask/kinds/frontier.ts";
import { catalogAsking, machineFor, type RunsOf } from "../../../plan/ask/question/index.ts";
import type { Receipt } from "../../../run/receipt/index.ts";
import { measuredFile } from "./measured-runs.ts";
import { runsAtHand } from "./runs-at-hand.ts";

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-runs-"));
  file = join(folder, "run.json");
  await writeFile(file, JSON.stringify(run(100, 20)));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** As `bench --json` prints it: two users and one in a lane, who read at once and draw a token each 10 ms. */
function run(promptTokens: number, outputTokens: number): unknown {
  const requests = Array.from({ length: 12 }, (_, id) => {
    const sentMs = Math.floor(id / 3) * 1000;
    const tokenMs = Array.from({ length: outputTokens }, (_unused, at) => sentMs + 100 + 10 * at);
    const times = { scheduledMs: sentMs, sentMs, firstMs: tokenMs[0], tokenMs, endMs: tokenMs.at(-1) };
    return { id, ...times, promptTokens, outputTokens, outcome: "ok" };
  });
  const summary = { requests: { warmUp: 3 }, doubts: [] };
  return {
    kind: "bench",
    asked: { loop: "closed", lanes: ["batch:1:100/20"] },
    receipt: { id: 7, database: "" },
    points: [{ load: { users: 2 }, summary, requests }],
  };
}

const fixed = (tokens: number) => ({ kind: "fixed", tokens }) as const;

const MODEL = { name: "Qwen3 8B", fileBytes: 5e9 };

function receipt(id: number, more: Partial<Receipt>): Receipt {
  return {
    id,
    atMs: id,
    machine: "this one",
    engine: { name: "llama-server", version: "b11434", build: "b11434", backend: "cuda" },
    model: MODEL,
    settings: {
      context: 4096,
      sequences: 1,
      unifiedCache: false,
      batch: 512,
      microBatch: 512,
      flashAttention: true,
      cacheTypeK: "f16",
      cacheTypeV: "f16",
      gpuLayers: 99,
    },
    memory: [],
    rates: [{ what: "decode", measuredPerSec: 100, tokens: 20 }],
    ...more,
  };
}

const times = (promptTokens: number, replyTokens: number) => ({
  loadMs: 1000,
  firstTokenMs: 50,
  promptTokens,
  replyTokens,
});

/** A store that answers for one machine. */
function storeOf(...receipts: readonly Receipt[]): Parameters<typeof runsAtHand>[0] {
  return { list: ({ machine } = {}) => receipts.filter((one) => one.machine === machine) };
}

const of = {
  engine: "llama-server",
  backend: "cuda",
  model: { ...MODEL, architecture: "qwen3", parameters: 8e9, quantization: "Q4_K_M", contextLength: 40_960 },
} as const;

test("runs and answers of the same file and of about these lengths; a file that is gone is no run", async () => {
  const receipts = storeOf(
    receipt(9, { bench: file }),
    receipt(8, { bench: join(folder, "gone.json") }),
    receipt(6, { times: times(110, 22) }),
    receipt(5, { times: times(1000, 22) }),
    receipt(4, { times: times(110, 22), model: { ...MODEL, fileBytes: 9e9 } }),
    receipt(3, { times: times(110, 22), machine: "another" }),
  );
  const ask = runsAtHand(receipts, "this one");
  const near = await ask(of, { promptTokens: 100, outputTokens: 20 });
  expect(near.known.map(({ name, users, receipt: id }) => [name, users, id])).toEqual([
    ["2 users + 1 in lanes, receipt 9", 3, 9],
  ]);
  expect(near.replies).toEqual([{ name: "1 user, receipt 6", firstTokenMs: 50, replyTokens: 22, decodePerSec: 100 }]);
  expect(await ask(of, { promptTokens: 400, outputTokens: 20 })).toEqual({ known: [], replies: [] });
});

test("they stand beside what is predicted of this machine; a run that is handed over too stands there once", async () => {
  const machine = await machineFor({ gpu: ["rtx-3090"] }, () => Promise.reject(new Error("described")));
  const runs: RunsOf = (asked, lengths) => {
    const { model } = asked;
    const kept = storeOf(receipt(7, { bench: file, model }), receipt(6, { times: times(100, 20), model }));
    return runsAtHand(kept, "this one")(asked, lengths);
  };
  const asking = {
    ...catalogAsking({ opened: new Map(), machine: () => machine }),
    here: () => Promise.resolve({ runs }),
  };
  const flags = { prompt: fixed(100), output: fixed(20), usersUpTo: 4 };
  const names = async (measured: Awaited<ReturnType<typeof measuredFile>>["runs"]) => {
    const { points } = await askFrontier(asking, flags, "qwen3-8b:Q4_K_M", measured);
    return points.filter(({ origin }) => origin === "measured").map(({ name }) => name);
  };
  expect(await names([])).toEqual(["2 users + 1 in lanes, receipt 7", "1 user, receipt 6"]);
  expect(await names((await measuredFile(file)).runs)).toEqual(["2 users + 1 in lanes", "1 user, receipt 6"]);
});
