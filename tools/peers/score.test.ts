import { describe, expect, it } from "vitest";
import type { PeerAnswer, Sizes } from "./peer.ts";
import type { AskedRow } from "./questions.ts";
import { farther, scorePeer } from "./score.ts";

const row = (truth: Sizes, ours: Required<Sizes>): AskedRow => ({
  line: 1,
  name: "made up",
  question: {
    path: "x.gguf",
    layers: 1,
    context: 256,
    batch: 512,
    microBatch: 512,
    sequences: 1,
    flashAttention: true,
    fullWindow: false,
    cacheTypeK: "f16",
    cacheTypeV: "f16",
  },
  truth,
  ours,
});
const exact = { weights: 100, cache: 100, compute: 100, context: 200 };

describe("peers", () => {
  it("are scored on the terms they give, refusals apart", () => {
    const rows = [row(exact, exact), row(exact, exact), row(exact, exact)];
    const answers: PeerAnswer[] = [{ cache: 90 }, { cache: 100 }, { refused: "why" }];
    expect(scorePeer("they", rows, answers)).toEqual([
      { peer: "they", term: "cache", rows: 3, refused: 1, median: 0.1, p95: 0.1, under: 0.5 },
    ]);
  });

  it("are nearer only where ours is farther away, not where both are as near", () => {
    const rows = [row(exact, { ...exact, compute: 110 }), row({ cache: 100 }, exact)];
    const answers: PeerAnswer[] = [
      { weights: 100, compute: 95 },
      { weights: 7, cache: 100 },
    ];
    expect(farther(rows, answers).map(({ term, theirs }) => [term, theirs])).toEqual([["compute", 95]]);
  });
});
