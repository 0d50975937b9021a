import type { Device, Host } from "../../facts/hardware/index.ts";
import type { Provenance } from "../estimate/index.ts";
import {
  BACKENDS,
  BANDWIDTH_SHARE,
  CHIP_LOSS,
  CPU_ASSUMED_BANDWIDTH,
  CPU_BANDWIDTH_SHARE,
  CPU_CLASSES,
  CPU_DECODE_SPREAD,
  CPU_PER_LAYER_US,
  CPU_PREFILL_SPREAD,
  CPU_THREAD_EFFICIENCY,
  DECODE_ATTENTION_COST,
  HBM_SHARE,
  PREFILL_ATTENTION_COST,
  QUANTISED_SHARE,
  UNPACK_COST,
} from "./coefficients.ts";
import type { MovedWeights } from "./moved-bytes.ts";

/** What a place reaches with the weights that lie there. */
export interface Rates {
  readonly bytesPerSec: number;
  /** what holds `bytesPerSec` down: the memory, or the kernels that multiply what it delivers */
  readonly bytesBound: "bandwidth" | "compute";
  readonly peakBytesPerSec: number;
  /** time to unpack the weights of one token, where that is not done while they are read */
  readonly unpackSeconds: number;
  /** infinite where attention's arithmetic hides behind reading the cache */
  readonly decodeAttentionFlopsPerSec: number;
  /** prompts: weights, and attention */
  readonly flopsPerSec: number;
  /** the same without losses: a device's matrix rate; on a CPU, where it is not known, what its kernels reach */
  readonly peakFlopsPerSec: number;
  readonly attentionFlopsPerSec: number;
  readonly perLayerUs: number;
  readonly decodeSpread: number;
  readonly prefillSpread: number;
  readonly provenance: Provenance;
  readonly prefillProvenance: Provenance;
}

export function hostRates(host: Host, threads: number): Rates {
  const kernel = CPU_CLASSES.find(({ features }) => features.every((feature) => host.cpu.features.includes(feature)))!;
  const workers = 1 + (threads - 1) * CPU_THREAD_EFFICIENCY;
  const peak = host.bandwidthBytesPerSec ?? CPU_ASSUMED_BANDWIDTH;
  const delivered = peak * CPU_BANDWIDTH_SHARE;
  const multiplied = workers * kernel.decodeBytesPerSec;
  const provenance = host.bandwidthBytesPerSec === undefined ? "assumed" : "formula";
  return {
    bytesPerSec: Math.min(delivered, multiplied),
    bytesBound: multiplied < delivered ? "compute" : "bandwidth",
    peakBytesPerSec: peak,
    // the rates of CPU kernels were measured with the unpacking in them
    unpackSeconds: 0,
    decodeAttentionFlopsPerSec: Infinity,
    flopsPerSec: workers * kernel.prefillFlopsPerSec,
    peakFlopsPerSec: workers * kernel.prefillFlopsPerSec,
    attentionFlopsPerSec: workers * kernel.prefillFlopsPerSec,
    perLayerUs: CPU_PER_LAYER_US,
    decodeSpread: CPU_DECODE_SPREAD,
    prefillSpread: CPU_PREFILL_SPREAD,
    provenance,
    prefillProvenance: provenance,
  };
}

/** Undefined where the device's bandwidth is unknown. `width` is the model's, `batch` the tokens of one micro-batch. */
export function deviceRates(
  device: Device | undefined,
  weights: MovedWeights,
  width: number,
  batch: number,
): Rates | undefined {
  if (!device?.bandwidthBytesPerSec || device.backend === "cpu") return undefined;
  const row = BACKENDS[device.backend];
  // without a known matrix rate: 60 FLOP per byte of bandwidth, the low end of cards since 2016
  const matrix = device.flopsPerSec ?? device.bandwidthBytesPerSec * 60;
  const shaders = device.shaderFlopsPerSec ?? Infinity;
  // cards before matrix units multiply quantised weights with integer dot products, two for one
  const prompts = weights.quantisedShare > 0.5 ? Math.max(matrix, (device.int8OpsPerSec ?? 0) / 2) : matrix;
  const filled = 1 + CHIP_LOSS * (prompts / 1e14) * (4096 / width) * (512 / Math.max(batch, 512));
  const kernels = 1 - weights.quantisedShare * (1 - QUANTISED_SHARE);
  const known = device.flopsPerSec !== undefined;
  return {
    bytesBound: "bandwidth",
    bytesPerSec: device.bandwidthBytesPerSec * BANDWIDTH_SHARE * (device.memoryType?.startsWith("HBM") ? HBM_SHARE : 1),
    peakBytesPerSec: device.bandwidthBytesPerSec,
    unpackSeconds: (weights.unpackFlops * (UNPACK_COST[device.vendor] ?? 1)) / shaders,
    decodeAttentionFlopsPerSec: shaders / DECODE_ATTENTION_COST,
    peakFlopsPerSec: prompts,
    flopsPerSec: (prompts * row.matrixShare * kernels) / filled,
    attentionFlopsPerSec: matrix / PREFILL_ATTENTION_COST,
    perLayerUs: row.perLayerUs,
    decodeSpread: row.decodeSpread,
    prefillSpread: known ? row.prefillSpread : row.prefillSpread * 2,
    provenance: "datasheet",
    prefillProvenance: known && device.flopsBasis === undefined ? "datasheet" : "assumed",
  };
}
