import { chipOf, loadOf, type PaceInput } from "../../../src/predict/speed/index.ts";

/**
 * Rules people use for a rate, so that ours can be set against them. Decode: bandwidth over the file's bytes (of experts the
 * share that is used), and 0.65 of that. Prefill: 0.35 of the matrix rate over two operations a weight. Where a rule has no
 * figures it gives none.
 */
export function peerRates(input: PaceInput, kind: "decode" | "prefill"): Readonly<Record<string, number>> {
  const load = loadOf(input, input.tensors, () => true);
  if (kind === "prefill") {
    const chips = input.devices.map((device) => chipOf(device));
    const flops = chips[0]?.matrixFlopsPerSec;
    return flops === undefined || load.bodyParameters === 0
      ? {}
      : { "0.35 x FLOP/s / 2P": (0.35 * flops) / (2 * load.bodyParameters) };
  }
  const unread = load.storedBytes - load.denseBytes - load.expertBytes;
  const bytes = unread + load.denseBytes + load.expertBytes * load.expertShare;
  const bandwidth = input.devices[0]?.bandwidthBytesPerSec ?? input.host.bandwidthBytesPerSec;
  if (bandwidth === undefined || bytes === 0) return {};
  return { "bandwidth / bytes": bandwidth / bytes, "0.65 x bandwidth / bytes": (0.65 * bandwidth) / bytes };
}
