import fc from "fast-check";
import { expect, test } from "vitest";
import { breakEven, decodePace, roundPace, speculativeRound, tokensPerRound, USUAL_GUESSES } from "./index.ts";
import { EXPERTS, inputOf } from "./testing/rig.ts";

const DENSE = inputOf({
  ...EXPERTS,
  architecture: "llama",
  layers: EXPERTS.layers.map((layer) => ({ ...layer, feedForward: { kind: "dense", length: 16_384, gated: true } })),
});
const SMALL = inputOf({
  ...EXPERTS,
  architecture: "llama",
  embeddingLength: 512,
  layers: EXPERTS.layers
    .slice(0, 8)
    .map((layer) => ({ ...layer, feedForward: { kind: "dense", length: 1024, gated: true } })),
});

test("a round yields 1 + a + ... + a^k tokens, between one and all", () => {
  expect(tokensPerRound({ draftTokens: 3 }, 0.5)).toBeCloseTo(1 + 0.5 + 0.25 + 0.125, 12);
  expect(tokensPerRound({ draftTokens: 3 }, 1)).toBe(4);
  expect(tokensPerRound({ draftTokens: 3 }, 0)).toBe(1);
  expect(tokensPerRound({ draftTokens: 4, draftedShare: 0.5 }, 1)).toBe(3);
});

test("at the acceptance that breaks even both paces are the same, above it guesses are faster", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 16 }),
      fc.constantFrom(0, 512, 8192),
      fc.boolean(),
      (draftTokens, streams, depth, drafted) => {
        const guesses = { draftTokens, ...(drafted ? { draft: SMALL } : { draftedShare: 0.4 }) };
        const round = speculativeRound({ ...DENSE, streams }, depth, guesses)!;
        const even = breakEven(round);
        const plain = round.plain.tokensPerSec;
        if (even === undefined) expect(roundPace(round, 1).tokensPerSec).toBeLessThan(plain);
        else {
          expect(roundPace(round, even).tokensPerSec / plain).toBeCloseTo(1, 4);
          expect(roundPace(round, Math.min(1, even + 0.05)).tokensPerSec).toBeGreaterThan(plain);
        }
      },
    ),
    { numRuns: 40 },
  );
});

test("the more streams, the less guesses gain: a step of many tokens computes, it no longer waits for memory", () => {
  const gain = (streams: number) => {
    const round = speculativeRound({ ...DENSE, streams }, 512, { draftTokens: 3, draft: SMALL })!;
    return roundPace(round, 0.7).tokensPerSec / round.plain.tokensPerSec;
  };
  expect(gain(1)).toBeGreaterThan(1.4);
  expect(gain(64)).toBeLessThan(gain(8));
  expect(gain(64)).toBeLessThan(1);
});

test("tokens of one stream read its cache once, whatever is guessed", () => {
  const added = (draftTokens: number) => {
    const [empty, full] = [0, 16_384].map((depth) => speculativeRound(DENSE, depth, { draftTokens })!);
    return full!.seconds - empty!.seconds;
  };
  expect(added(8)).toBeCloseTo(added(1), 9);
});

test("few of many experts: each further token reads others, so guesses cost more than in a dense model", () => {
  const seconds = (input: typeof DENSE) => {
    const round = speculativeRound(input, 512, { draftTokens: 4 })!;
    return round.seconds / round.plainSeconds;
  };
  expect(seconds(inputOf(EXPERTS))).toBeGreaterThan(1.5 * seconds(DENSE));
});

test("an appended block is stored and not read by a plain step", () => {
  const appended = {
    ...DENSE.geometry,
    layers: [...DENSE.geometry.layers, { ...DENSE.geometry.layers[0]!, kind: "mtp" as const }],
  };
  const block = DENSE.tensors.flatMap((tensor) =>
    tensor.name.startsWith("blk.0.") ? [{ ...tensor, name: tensor.name.replace("blk.0.", "blk.32.") }] : [],
  );
  const within = { ...DENSE, geometry: appended, tensors: [...DENSE.tensors, ...block] };
  expect(block.length).toBeGreaterThan(5);
  const placement = [...DENSE.placement, 0];
  expect(decodePace({ ...within, placement }, 0)!.tokensPerSec).toBeCloseTo(decodePace(DENSE, 0)!.tokensPerSec, 6);
});

test("what is assumed stands within its own interval and says where from", () => {
  for (const { low, value, high, source, tokensFrom } of Object.values(USUAL_GUESSES)) {
    expect(low).toBeLessThan(value);
    expect(value).toBeLessThan(high);
    expect(source.length + tokensFrom.length).toBeGreaterThan(20);
  }
});
