import { expect, test } from "vitest";
import { decodePace, prefillPace, requestTimes, speculativePace } from "./index.ts";
import { CARD, EXPERTS, inputOf } from "./testing/rig.ts";

const expertsOnHost = (layers: number) =>
  Array.from({ length: layers }, (_, layer) => ({
    pattern: `blk\\.${layer}\\.ffn_(up|down|gate|gate_up)_(ch|)exps`,
    buffer: "CPU",
  }));

const decreasing = (values: readonly number[]) => {
  for (const [at, value] of values.slice(1).entries()) expect(value).toBeLessThan(values[at]!);
};

test("every layer's experts that move to the host cost decoding, and prompts at once", () => {
  const ladder = [0, 4, 8, 16, 32].map((layers) => inputOf(EXPERTS, { overrides: expertsOnHost(layers) }));
  decreasing(ladder.map((input) => decodePace(input, 0)!.tokensPerSec));
  decreasing(ladder.map((input) => prefillPace(input, 2048)!.tokensPerSec));
  expect(prefillPace(ladder.at(-1)!, 2048)!.bound).toBe("link");
});

test("a larger micro-batch pays for copied experts: the copy is made once", () => {
  const at = (microBatch: number) =>
    prefillPace(inputOf(EXPERTS, { overrides: expertsOnHost(32), microBatch }), 4096)!.tokensPerSec;
  expect(at(2048)).toBeGreaterThan(at(512) * 1.5);
});

test("in shared memory a mapped file is copied too, by one thread; pinned weights are read in place", () => {
  const { slotBytesPerSec: _, ...card } = CARD;
  const input = inputOf(EXPERTS, {
    overrides: expertsOnHost(32),
    devices: [{ ...card, memoryKind: "unified" }],
  });
  expect(prefillPace(input, 2048)!.formula).toMatch(/ \/ 17\.6 GB\/s \[copying to the device\]/);
  expect(prefillPace({ ...input, pinnedHostWeights: true }, 2048)!.formula).not.toContain("copying");
});

test("layers that leave the card cost decoding, one by one", () => {
  const layers = EXPERTS.layers.length;
  const paces = [0, 8, 16, 32].map((onHost) => {
    const placement = Array.from({ length: layers + 1 }, (_, layer): number | "host" => (layer < onHost ? "host" : 0));
    return decodePace(inputOf(EXPERTS, { placement }), 0)!.tokensPerSec;
  });
  decreasing(paces);
});

test("streams together are faster than one, and each is slower; experts gain less than they would alone", () => {
  const at = (streams: number) => decodePace(inputOf(EXPERTS, { streams }), 512)!.tokensPerSec;
  expect(at(8)).toBeGreaterThan(at(1));
  expect(at(8)).toBeLessThan(at(1) * 8);
});

test("a power limit costs prompts before it costs decoding", () => {
  const limited = inputOf(EXPERTS, { devices: [{ ...CARD, powerLimitWatts: 180 }] });
  const share = (pace: typeof decodePace, of: number) =>
    pace(limited, of)!.tokensPerSec / pace(inputOf(EXPERTS), of)!.tokensPerSec;
  expect(share(decodePace, 0)).toBeGreaterThan(0.9);
  expect(share(prefillPace, 2048)).toBeLessThan(share(decodePace, 0));
});

test("weights from the disk are a pace, not a refusal, and say what bounds them", () => {
  const pace = decodePace(inputOf(EXPERTS, { fromDiskBytes: 4e9 }), 0)!;
  expect(pace.bound).toBe("disk");
  expect(pace.provenance).toBe("assumed");
  expect(pace.high / pace.low).toBeGreaterThan(4);
});

test("another machine costs the network; a described link says how much", () => {
  const devices = [CARD, { ...CARD, id: "GPU-1", node: "other" }];
  const placement = Array.from({ length: EXPERTS.layers.length + 1 }, (_, layer) => (layer < 16 ? 0 : 1));
  const near = inputOf(EXPERTS, { devices: [CARD, { ...CARD, id: "GPU-1" }], placement });
  const far = inputOf(EXPERTS, {
    devices,
    placement,
    links: [{ between: ["host", "other"], kind: "network", bandwidthBytesPerSec: 1.2e9 }],
  });
  const unknown = inputOf(EXPERTS, { devices, placement });
  decreasing([near, far, unknown].map((input) => prefillPace(input, 2048)!.tokensPerSec));
  expect(prefillPace(unknown, 2048)!.provenance).toBe("assumed");
});

test("what is cached need not be computed; the end comes after the first token", () => {
  const times = requestTimes(inputOf(EXPERTS), { promptTokens: 24_576, cachedShare: 0.9, answerTokens: 300 })!;
  expect(times.firstToken.ms).toBeLessThan(times.firstTokenCold.ms * 0.25);
  expect(times.end.ms).toBeGreaterThan(times.firstToken.ms);
  expect(times.firstToken.low).toBeLessThan(times.firstToken.ms);
  expect(requestTimes(inputOf(EXPERTS), { promptTokens: 100, cachedShare: 1 })!.firstToken.ms).toBeGreaterThan(0);
});

test("guesses that are never right cost; guesses that are right gain", () => {
  const dense = inputOf({
    ...EXPERTS,
    architecture: "llama",
    layers: EXPERTS.layers.map((layer) => ({ ...layer, feedForward: { kind: "dense", length: 16_384, gated: true } })),
  });
  const plain = decodePace(dense, 512)!.tokensPerSec;
  const at = (acceptance: number) => speculativePace(dense, 512, { draftTokens: 4, acceptance })!.tokensPerSec;
  expect(at(0)).toBeLessThan(plain);
  expect(at(0.9)).toBeGreaterThan(plain);
  expect(at(1)).toBeGreaterThan(at(0.9));
});
