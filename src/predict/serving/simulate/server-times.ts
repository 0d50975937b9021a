import type { Load, Lookup } from "../../speed/index.ts";
import { VLLM } from "../coefficients.ts";
import { type ServerCards, serverTimes } from "../step.ts";
import type { StepTimes } from "./step-times.ts";

const MOST_STREAMS = 1024;
const DEPTH = 4096;

/**
 * Steps of vLLM, by the coefficients fitted to it: tokens that are drawn and prompts add up, as they did in the fit; a step of
 * prompts alone reads the weights behind its arithmetic.
 */
export function vllmTimes(load: Load, width: number, cards: ServerCards, log: Lookup = VLLM): StepTimes {
  const at = (streams: number, depth: number) =>
    1000 *
    serverTimes(load, width, cards, { streams, inputTokens: depth, outputTokens: 0, cachedShare: 0 }, log).stepSeconds;
  const bare = new Float64Array(MOST_STREAMS + 1);
  for (let streams = 1; streams <= MOST_STREAMS; streams++) bare[streams] = at(streams, 0);
  const depthMs = (at(1, DEPTH) - bare[1]!) / DEPTH;
  const promptMs =
    1000 *
    serverTimes(load, width, cards, { streams: 1, inputTokens: 1, outputTokens: 0, cachedShare: 0 }, log)
      .prefillSeconds;
  return {
    stepMs({ decodeStreams, decodeDepthTokens, promptTokens }) {
      const prompts = promptMs * promptTokens;
      if (decodeStreams === 0) return Math.cbrt(bare[1]! ** 3 + prompts ** 3);
      return bare[Math.min(decodeStreams, MOST_STREAMS)]! + depthMs * decodeDepthTokens + prompts;
    },
    provenance: "datasheet",
    source: "vLLM's coefficients",
  };
}
