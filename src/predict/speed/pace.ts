import type { Device, Host } from "../../facts/hardware/index.ts";
import type { Geometry } from "../../facts/model/index.ts";
import type { CacheType } from "../../facts/runtime/index.ts";
import { formatBytes, formatNumber, formatRate } from "../../facts/units/index.ts";
import type { Tensor } from "../../facts/weights/index.ts";
import type { Provenance } from "../estimate/index.ts";
import { attentionWidth, cacheBytesRead, movedWeights } from "./moved-bytes.ts";
import { deviceRates, hostRates, type Rates } from "./rates.ts";
import type { Calibration, CalibrationFactor, Pace } from "./speed.ts";

export interface PaceInput {
  readonly geometry: Geometry;
  readonly tensors: readonly Tensor[];
  readonly host: Host;
  readonly devices: readonly Device[];
  /** device index of each layer, "host" where it stays on the CPU; the last entry is the output layer */
  readonly placement: readonly (number | "host")[];
  readonly threads: number;
  readonly cacheTypeK: CacheType;
  readonly cacheTypeV: CacheType;
  readonly microBatch: number;
  readonly calibration?: Calibration;
}

/** One stretch of a step: the layers that lie in one place, and how fast that place is. */
interface Stretch extends Rates {
  readonly weightBytes: number;
  readonly parameters: number;
  readonly layers: number;
}

/**
 * Decode pace with `depth` tokens in the cache: seconds per token = sum over places of (weights read + cache read) / bandwidth
 * reached + arithmetic of unpacking weights and of attention in the shaders + layers x fixed time. Undefined where a device's bandwidth is unknown: then no number is better than a guess.
 */
export function decodePace(input: PaceInput, depth: number): Pace | undefined {
  const stretches = stretchesOf(input, 1);
  if (!stretches) return undefined;
  const cacheBytes = cacheBytesRead(input.geometry, depth, input.cacheTypeK, input.cacheTypeV);
  const layers = input.geometry.layers.length;
  // scores and values, two FLOP each
  const attentionFlops = 4 * attentionWidth(input.geometry) * depth;
  let seconds = 0;
  let transfer = 0;
  let ideal = 0;
  let spread = 0;
  let provenance: Provenance = "formula";
  const terms: string[] = [];
  for (const stretch of stretches) {
    const bytes = stretch.weightBytes + (cacheBytes * stretch.layers) / layers;
    const fixed = (stretch.layers * stretch.perLayerUs) / 1e6;
    const shaders =
      stretch.unpackSeconds + (attentionFlops * stretch.layers) / layers / stretch.decodeAttentionFlopsPerSec;
    transfer += bytes / stretch.bytesPerSec;
    seconds += bytes / stretch.bytesPerSec + shaders + fixed;
    ideal += bytes / stretch.peakBytesPerSec;
    spread = Math.max(spread, stretch.decodeSpread);
    if (stretch.provenance !== "measured") provenance = stretch.provenance;
    const unpacking = shaders === 0 ? "" : ` + ${formatNumber(shaders * 1e3)} ms arithmetic`;
    terms.push(
      `${formatBytes(bytes)} / ${formatRate(stretch.bytesPerSec)}${unpacking} + ${stretch.layers} layers x ${formatNumber(stretch.perLayerUs)} us`,
    );
  }
  return banded(1 / seconds, spread, input.calibration?.decode, {
    bound: transfer > seconds / 2 ? "bandwidth" : "overhead",
    shareOfLimit: ideal / seconds,
    provenance,
    formula: `1 / (${terms.join(" + ")})`,
  });
}

/** Prompt pace for a prompt of `tokens`: arithmetic of the weights and of attention, but never faster than reading the weights once a micro-batch. */
export function prefillPace(input: PaceInput, tokens: number): Pace | undefined {
  const batch = Math.max(1, Math.min(tokens, input.microBatch));
  const stretches = stretchesOf(input, batch);
  if (!stretches) return undefined;
  const layers = input.geometry.layers.length;
  // causal attention: each token looks at half the prompt on average; scores and values, two FLOP each
  const attentionFlops = 4 * batch * attentionWidth(input.geometry) * (tokens / 2);
  let seconds = 0;
  let arithmetic = 0;
  let spread = 0;
  let provenance: Provenance = "formula";
  const terms: string[] = [];
  for (const stretch of stretches) {
    const flops = 2 * stretch.parameters * batch;
    const attention = (attentionFlops * stretch.layers) / layers / stretch.attentionFlopsPerSec;
    const compute = flops / stretch.flopsPerSec + attention;
    const reading = stretch.weightBytes / stretch.bytesPerSec;
    const fixed = (stretch.layers * stretch.perLayerUs) / 1e6;
    arithmetic += compute;
    seconds += Math.hypot(compute, reading) + fixed;
    spread = Math.max(spread, stretch.prefillSpread);
    if (stretch.prefillProvenance !== "measured") provenance = stretch.prefillProvenance;
    terms.push(
      `${formatNumber(flops / 1e9)} GFLOP / ${formatNumber(stretch.flopsPerSec / 1e9)} GFLOP/s + ${formatNumber(attention * 1e3)} ms attention`,
    );
  }
  return banded(batch / seconds, spread, input.calibration?.prefill, {
    bound: arithmetic > seconds / 2 ? "compute" : "bandwidth",
    shareOfLimit: Math.min(1, arithmetic / seconds),
    provenance,
    formula: `${batch} tokens / (${terms.join(" + ")})`,
  });
}

function stretchesOf(input: PaceInput, batch: number): Stretch[] | undefined {
  const stretches: Stretch[] = [];
  for (const place of new Set(input.placement)) {
    const inPlace = (layer: number) => input.placement[layer] === place;
    const moved = movedWeights(input.geometry, input.tensors, inPlace);
    const rates =
      place === "host"
        ? hostRates(input.host, input.threads)
        : deviceRates(input.devices[place], moved, input.geometry.embeddingLength, batch);
    if (!rates) return undefined;
    stretches.push({
      ...rates,
      weightBytes: moved.denseBytes + moved.expertBytes,
      parameters: moved.bodyParameters,
      layers: input.geometry.layers.filter((_, layer) => inPlace(layer)).length,
    });
  }
  return stretches;
}

/** Puts the band around a rate; with a calibration the factor moves it and the machine's own spread replaces the general one. */
function banded(
  rate: number,
  spread: number,
  calibration: CalibrationFactor | undefined,
  rest: Pick<Pace, "bound" | "shareOfLimit" | "provenance" | "formula">,
): Pace {
  const tokensPerSec = rate * (calibration?.factor ?? 1);
  const half = calibration?.spread ?? spread;
  return {
    ...rest,
    tokensPerSec,
    low: tokensPerSec * Math.exp(-half),
    high: tokensPerSec * Math.exp(half),
    shareOfLimit: Math.min(1, rest.shareOfLimit * (calibration?.factor ?? 1)),
    provenance: calibration ? "calibrated" : rest.provenance,
    formula: calibration
      ? `${rest.formula} x ${formatNumber(calibration.factor)} (this machine, ${calibration.runs} runs)`
      : rest.formula,
  };
}
