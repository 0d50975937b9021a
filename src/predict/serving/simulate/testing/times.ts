import { seededRandom } from "../../../../facts/units/index.ts";
import type { StepTimes } from "../step-times.ts";

/** A step takes so long, whatever is in it. */
export function constantTimes(ms: number): StepTimes {
  return { stepMs: () => ms, provenance: "datasheet", source: "a test" };
}

/** Drawn from an exponential distribution. */
export function exponentialTimes(meanMs: number, seed: number): StepTimes {
  const random = seededRandom(seed);
  return { stepMs: () => -meanMs * Math.log(1 - random()), provenance: "datasheet", source: "a test" };
}

/** A fixed part, one per stream, per prompt token and per thousand cached tokens. */
export function linearTimes(fixed: number, stream: number, prompt: number, depth = 0): StepTimes {
  return {
    stepMs: (work) =>
      fixed * work.passTokens.length +
      stream * work.decodeStreams +
      prompt * work.promptTokens +
      (depth / 1000) * (work.decodeDepthTokens + work.promptDepthTokens),
    provenance: "datasheet",
    source: "a test",
  };
}
