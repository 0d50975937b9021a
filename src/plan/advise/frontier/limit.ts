import { decodePace, loadOf, overTokens, prefillPace } from "../../../predict/speed/index.ts";
import { type Choice, type FitRequest, paceInput } from "../../fit/index.ts";
import type { SimulatedEngine } from "../simulate/index.ts";

/** Prompts and answers of a load, tokens on average. */
export interface MeanLengths {
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/**
 * Tokens per second of so many streams if nothing but reading memory once a step, at its full bandwidth, and multiplying, at the full
 * rate, took time, and both at once: min(streams x bandwidth / bytes of a step, answer / prompt x rate of prompts). Undefined where no
 * limit is known.
 */
export function limitPerSec(
  request: FitRequest,
  choice: Choice,
  engine: SimulatedEngine,
  streams: number,
  { promptTokens, outputTokens }: MeanLengths,
): number | undefined {
  const depth = promptTokens + outputTokens / 2;
  if (engine === "vllm") return cardsLimit(request, streams, promptTokens, outputTokens);
  const input = paceInput(request, choice);
  const decode = decodePace({ ...input, streams }, depth);
  const prefill = prefillPace(input, promptTokens);
  if (decode === undefined || prefill === undefined || decode.shareOfLimit <= 0) return undefined;
  const ofDecode = decode.tokensPerSec / decode.shareOfLimit;
  if (prefill.shareOfLimit <= 0) return ofDecode;
  return Math.min(ofDecode, (prefill.tokensPerSec / prefill.shareOfLimit) * (outputTokens / promptTokens));
}

function cardsLimit(
  { geometry, tensors, rig }: FitRequest,
  streams: number,
  promptTokens: number,
  outputTokens: number,
): number | undefined {
  const [card] = rig.devices;
  if (card?.bandwidthBytesPerSec === undefined || card.flopsPerSec === undefined) return undefined;
  const load = loadOf({ geometry, cacheTypeK: "f16", cacheTypeV: "f16" }, tensors, () => true);
  const count = rig.devices.length;
  const depth = promptTokens + outputTokens / 2;
  const bytes =
    load.denseBytes + load.expertBytes * load.expertShare + streams * overTokens(load, depth, "bytesPerToken");
  const ofDecode = (streams * count * card.bandwidthBytesPerSec) / bytes;
  const prompts = (count * card.flopsPerSec) / (2 * load.bodyParameters);
  return Math.min(ofDecode, (prompts * outputTokens) / promptTokens);
}
