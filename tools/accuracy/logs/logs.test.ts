import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scoreFolder, scoreLine } from "../../accuracy.ts";
import { errorOf, type RowTerm } from "../score.ts";
import { scoreLogs } from "./llamacpp-logs.ts";

const FOLDER = join(import.meta.dirname, "../../../data/truth");
const ROWS = readFileSync(join(FOLDER, "llamacpp-logs.jsonl"), "utf8").trim().split("\n");

interface LogRow {
  readonly id: string;
  readonly quality: string;
  readonly program: string;
}

/** Complete logs of llama.cpp itself. */
const complete = new Map(
  ROWS.flatMap((text, index) => {
    const row: LogRow = JSON.parse(text);
    return row.quality === "full" && row.program === "llama.cpp" ? [[index + 1, row.id] as const] : [];
  }),
);

describe("figures printed in logs", () => {
  const { terms } = scoreFolder(FOLDER, "llamacpp-logs");
  const ofComplete = terms.filter(({ line }) => complete.has(line));

  it("give the cache of every complete log of llama.cpp at the digits printed", () => {
    const caches = ofComplete.filter(({ term }) => term === "kv");
    expect(caches.length).toBe(19);
    expect(caches.filter((each) => errorOf(each) !== 0)).toEqual([]);
  });

  it("give the compute buffers of all but one, whose branch's graph is not known", () => {
    const missed = ofComplete.filter((each) => each.term.startsWith("compute") && errorOf(each) !== 0);
    expect(missed.map(({ line }) => complete.get(line))).toEqual(["mlc-037"]);
  });

  it("are scored or refused with a reason, row by row", () => {
    expect(new Set(terms.map(({ line }) => line)).size).toBe(ROWS.length);
    expect(terms.every(({ predicted, refused }) => (predicted === null) === (refused !== null))).toBe(true);
    expect(terms.filter(({ defect }) => defect)).toEqual([]);
  });
});

describe("a row of a log", () => {
  const row = {
    program: "llama.cpp",
    quality: "full",
    build: "5192 (e59a5f1e)",
    backend: "CUDA",
    gpus: [{ name: "card", count: 1 }],
    model: {
      arch: "llama",
      n_layer: 4,
      n_embd: 512,
      n_head: 8,
      n_head_kv: 4,
      head_k: 64,
      head_v: 64,
      n_ff: 1024,
      n_vocab: 40_960,
    },
    settings: {
      n_ctx: 2048,
      n_seq_max: 1,
      n_ubatch: 512,
      flash_attn: true,
      type_k: "f16",
      type_v: "f16",
      offloaded: "5/5",
    },
    measured: { kv_MiB: { CUDA0: 8 }, kv_total_MiB: 8, compute_buffers_MiB: { CUDA0: 9, CUDA_Host: 5.01 } },
  };
  const scored = (change: object): Map<string, RowTerm> =>
    new Map(scoreLine(JSON.stringify({ ...row, ...change }), scoreLogs).map((each) => [each.term, each]));

  it("is predicted from its dimensions and settings", () => {
    expect(scored({}).get("kv")).toMatchObject({ truth: 8 * 2 ** 20, predicted: 8 * 2 ** 20, refused: null });
    // a row of logits for every token, and the result before them
    expect(scored({}).get("compute")!.predicted! - 4 * 512 * (40_960 + 512)).toBeLessThan(8192);
    expect(errorOf({ file: "", line: 1, ...scored({}).get("host")! })).toBe(0);
  });

  it("is refused term by term where something is missing", () => {
    expect(scored({ build: null }).get("compute")!.refused).toContain("neither the build");
    expect(scored({ build: null }).get("kv")!.refused).toBeNull();
    const { type_k, ...untyped } = row.settings;
    expect(type_k).toBe("f16");
    expect(scored({ settings: untyped }).get("kv")!.refused).toContain("type_k");
    expect(scored({ model: {} }).get("kv")!.refused).toContain("not said");
  });

  it("of a fork is refused, but for caches where they are llama.cpp's", () => {
    const ik = scored({ program: "ik_llama.cpp" });
    expect(ik.get("compute")!.refused).toContain("its own graphs");
    expect(ik.get("kv")).toMatchObject({ refused: null, predicted: ik.get("kv")!.truth });
    expect(scored({ program: "llama.cpp fork" }).get("kv")!.refused).toContain("fork");
  });

  it("takes its era from its date where it has no number", () => {
    const by = (date: string): number => scored({ build: null, date }).get("compute")!.predicted!;
    expect(by("2025-04-26")).toBe(scored({}).get("compute")!.predicted);
    expect(by("2026-08-24")).toBeLessThan(by("2025-04-26"));
  });
});
