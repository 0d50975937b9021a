import type { Device, Host } from "../../facts/hardware/index.ts";
import type { Geometry } from "../../facts/model/index.ts";
import type { CacheType } from "../../facts/runtime/index.ts";
import { formatBytes, formatNumber, formatRate } from "../../facts/units/index.ts";
import type { Tensor } from "../../facts/weights/index.ts";
import { leastCertain, type Provenance } from "../estimate/index.ts";
import { paceWithAdded } from "./added.ts";
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
  /** experts of so many first layers are computed on the CPU wherever their layer is */
  readonly expertLayersOnHost?: number;
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

/** A step as it is added up over the stretches. */
interface Step {
  seconds: number;
  /** seconds by what they go into; where two overlap both count whole */
  readonly spent: Record<Pace["bound"], number>;
  /** seconds that the same step would take at the limit */
  ideal: number;
  spread: number;
  provenance: Provenance;
  readonly terms: string[];
}

function emptyStep(): Step {
  const spent = { bandwidth: 0, compute: 0, overhead: 0 };
  return { seconds: 0, spent, ideal: 0, spread: 0, provenance: "formula", terms: [] };
}

/**
 * Decode pace with `depth` tokens in the cache: seconds per token = sum over places of (weights read + cache read) / bandwidth
 * reached + arithmetic of unpacking weights and of attention in the shaders + layers x fixed time. Undefined where a device's
 * bandwidth is unknown: then no number is better than a guess.
 */
export function decodePace(input: PaceInput, depth: number): Pace | undefined {
  const { calibration, ...plain } = input;
  const apart = paceWithAdded(calibration?.decode, (at) => decodePace(plain, at), depth);
  if (apart) return apart;
  const stretches = stretchesOf(input, 1);
  if (!stretches) return undefined;
  const cacheBytes = cacheBytesRead(input.geometry, depth, input.cacheTypeK, input.cacheTypeV);
  const layers = input.geometry.layers.length;
  // scores and values, two FLOP each
  const attentionFlops = 4 * attentionWidth(input.geometry) * depth;
  const step = emptyStep();
  for (const stretch of stretches) {
    const share = stretch.layers / layers;
    const bytes = stretch.weightBytes + cacheBytes * share;
    const reading = bytes / stretch.bytesPerSec;
    const shaders = stretch.unpackSeconds + (attentionFlops * share) / stretch.decodeAttentionFlopsPerSec;
    const fixed = (stretch.layers * stretch.perLayerUs) / 1e6;
    step.spent[stretch.bytesBound] += reading;
    step.spent.compute += shaders;
    step.spent.overhead += fixed;
    step.seconds += reading + shaders + fixed;
    step.ideal += bytes / stretch.peakBytesPerSec;
    step.spread = Math.max(step.spread, stretch.decodeSpread);
    step.provenance = leastCertain(step.provenance, stretch.provenance);
    step.terms.push(
      `${formatBytes(bytes)} / ${formatRate(stretch.bytesPerSec)}` +
        (shaders > 0 ? ` + ${formatNumber(shaders * 1e6)} us [unpacking, attention]` : "") +
        ` + ${stretch.layers} layers x ${formatNumber(stretch.perLayerUs)} us`,
    );
  }
  return banded(step, 1, input.calibration?.decode);
}

/**
 * Prompt pace for a prompt of `tokens`, one micro-batch at the average depth: seconds = sum over places of hypot(arithmetic of
 * the weights and of attention, reading the weights once) + layers x fixed time. The hypotenuse is never faster than either,
 * and both overlap where they are far apart. Undefined as {@link decodePace} is.
 */
export function prefillPace(input: PaceInput, tokens: number): Pace | undefined {
  const { calibration, ...plain } = input;
  const apart = paceWithAdded(calibration?.prefill, (at) => prefillPace(plain, at), tokens);
  if (apart) return apart;
  const batch = Math.max(1, Math.min(tokens, input.microBatch));
  const stretches = stretchesOf(input, batch);
  if (!stretches) return undefined;
  const layers = input.geometry.layers.length;
  // causal attention: each token looks at half the prompt on average; scores and values, two FLOP each
  const attentionFlops = 4 * batch * attentionWidth(input.geometry) * (tokens / 2);
  const step = emptyStep();
  for (const stretch of stretches) {
    const flops = 2 * stretch.parameters * batch;
    const attending = (attentionFlops * stretch.layers) / layers;
    const compute = flops / stretch.flopsPerSec + attending / stretch.attentionFlopsPerSec;
    const reading = stretch.weightBytes / stretch.bytesPerSec;
    const fixed = (stretch.layers * stretch.perLayerUs) / 1e6;
    step.spent.compute += compute;
    step.spent.bandwidth += reading;
    step.spent.overhead += fixed;
    step.seconds += Math.hypot(compute, reading) + fixed;
    step.ideal += (flops + attending) / stretch.peakFlopsPerSec;
    step.spread = Math.max(step.spread, stretch.prefillSpread);
    step.provenance = leastCertain(step.provenance, stretch.prefillProvenance);
    step.terms.push(
      `hypot(${formatNumber(flops / 1e9)} GFLOP / ${formatNumber(stretch.flopsPerSec / 1e9)} GFLOP/s + ` +
        `${formatNumber(attending / 1e9)} GFLOP [attention] / ${formatNumber(stretch.attentionFlopsPerSec / 1e9)} GFLOP/s, ` +
        `${formatBytes(stretch.weightBytes)} / ${formatRate(stretch.bytesPerSec)}) + ` +
        `${stretch.layers} layers x ${formatNumber(stretch.perLayerUs)} us`,
    );
  }
  return banded(step, batch, input.calibration?.prefill);
}

/** `batch`: tokens of one micro-batch. */
function stretchesOf(input: PaceInput, batch: number): Stretch[] | undefined {
  const stretches: Stretch[] = [];
  const { expertLayersOnHost = 0 } = input;
  const places = new Set<number | "host">([...input.placement, ...(expertLayersOnHost > 0 ? ["host" as const] : [])]);
  for (const place of places) {
    const inPlace = (layer: number) => input.placement[layer] === place;
    const moved = movedWeights(input.geometry, input.tensors, (layer, isExpert) =>
      isExpert && layer < expertLayersOnHost ? place === "host" : inPlace(layer),
    );
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

/** What most of the time goes into. */
function largest(spent: Readonly<Record<Pace["bound"], number>>): Pace["bound"] {
  if (spent.compute >= spent.bandwidth && spent.compute >= spent.overhead) return "compute";
  return spent.bandwidth >= spent.overhead ? "bandwidth" : "overhead";
}

/** `tokens` a step as a pace with its band; a calibration moves it, and the machine's own spread replaces the general one. */
function banded(step: Step, tokens: number, calibration: CalibrationFactor | undefined): Pace {
  const factor = calibration?.factor ?? 1;
  const half = calibration?.spread ?? step.spread;
  const tokensPerSec = (tokens / step.seconds) * factor;
  const formula = `${tokens}${tokens === 1 ? "" : " tokens"} / (${step.terms.join(" + ")})`;
  return {
    tokensPerSec,
    low: tokensPerSec * Math.exp(-half),
    high: tokensPerSec * Math.exp(half),
    bound: largest(step.spent),
    shareOfLimit: Math.min(1, (step.ideal / step.seconds) * factor),
    provenance: calibration ? "calibrated" : step.provenance,
    formula: calibration
      ? `${formula} x ${formatNumber(factor)} (this machine, ${calibration.runs} run${calibration.runs === 1 ? "" : "s"})`
      : formula,
  };
}
