import type { Host } from "../../facts/hardware/index.ts";
import { formatRate } from "../../facts/units/index.ts";
import type { Provenance } from "../estimate/index.ts";
import { type Derived, flopsRate, us } from "./derived.ts";

/** What one CPU thread of a class does with quantised weights. The first row whose features the CPU has applies. */
interface CpuClass {
  readonly features: readonly string[];
  /** weight bytes a thread multiplies per second with one token in flight */
  readonly decodeBytesPerSec: number;
  /** multiply-adds count two: FLOP per second of a thread with a full micro-batch */
  readonly prefillFlopsPerSec: number;
  readonly source: string;
}

const CPU_CLASSES: readonly CpuClass[] = [
  {
    features: ["avx512f", "avx512-vnni"],
    decodeBytesPerSec: 24e9,
    prefillFlopsPerSec: 110e9,
    source:
      "one thread of an EPYC with AVX-512 VNNI: SmolLM2-135M Q4_1 6.9 ms and Gemma 3 270M Q4_K_M 11.9 ms a token give 24.3 GB/s and 97 us a layer; prompts 54 to 95 GFLOP/s on one hardware thread of a shared core, 100 to 220 on desktops (LocalScore)",
  },
  {
    features: ["avx2"],
    decodeBytesPerSec: 11e9,
    prefillFlopsPerSec: 70e9,
    source:
      "prompts: median of LocalScore's processors; one thread of a busy EPYC with AVX2: SmolLM2-135M Q4_1 15.4 ms a token, so 7.7 GB/s, and 30 GFLOP/s; the row stands above it for a quiet one",
  },
  {
    features: ["dotprod"],
    decodeBytesPerSec: 8e9,
    prefillFlopsPerSec: 40e9,
    source: "assumed near the AVX2 row until measured",
  },
  {
    features: [],
    decodeBytesPerSec: 1.5e9,
    prefillFlopsPerSec: 4e9,
    source: "baseline x86-64 build: 12 tok/s decode and prefill of the same model",
  },
];

/** Share of the measured copy bandwidth that reading weights can reach, and fixed time per layer and step on a CPU. */
const BANDWIDTH_SHARE = 0.85;
const PER_LAYER_SECONDS = 95e-6;
const PER_LAYER_SOURCE =
  "two models of 30 and 18 layers on one thread of an EPYC: a token's time less that of reading its weights, 93 to 97 us a layer";
/** Without a measured bandwidth: two channels of DDR4-3200, 51.2 GB/s peak, at the half that platforms reach. */
const ASSUMED_BANDWIDTH = 25.6e9;
const ASSUMED_SOURCE = "assumed, two channels of DDR4-3200 at the half that platforms reach";
/** A second thread adds less than a first: kernels wait for each other after each operation. */
const THREAD_EFFICIENCY = 0.85;

/** What the host's processor and memory reach. */
export interface HostRates {
  readonly bytesPerSec: number;
  /** what holds `bytesPerSec` down: the memory, or the kernels that multiply what it delivers */
  readonly bytesBound: "bandwidth" | "compute";
  readonly peakBytesPerSec: number;
  readonly flopsPerSec: number;
  readonly perLayerSeconds: number;
  /** how these come about, as they are printed */
  readonly derived: (used: "reading" | "multiplying" | "both") => Derived[];
  readonly provenance: Provenance;
}

export function hostRates(host: Host, threads: number): HostRates {
  const kernel = CPU_CLASSES.find(({ features }) => features.every((feature) => host.cpu.features.includes(feature)))!;
  const workers = 1 + (threads - 1) * THREAD_EFFICIENCY;
  const peak = host.bandwidthBytesPerSec ?? ASSUMED_BANDWIDTH;
  const delivered = peak * BANDWIDTH_SHARE;
  const multiplied = workers * kernel.decodeBytesPerSec;
  return {
    bytesPerSec: Math.min(delivered, multiplied),
    bytesBound: multiplied < delivered ? "compute" : "bandwidth",
    peakBytesPerSec: peak,
    flopsPerSec: workers * kernel.prefillFlopsPerSec,
    perLayerSeconds: PER_LAYER_SECONDS,
    derived: (used) => {
      const together = threads === 1 ? "1 thread" : `(1 + ${threads - 1} x ${THREAD_EFFICIENCY}) [${threads} threads]`;
      const basis = host.bandwidthBytesPerSec === undefined ? ASSUMED_SOURCE : "measured here, or of the modules named";
      const reading = {
        label: "weights on the processor, bytes a second",
        value: formatRate(Math.min(delivered, multiplied)),
        formula: `min(${formatRate(peak)} [memory] x ${BANDWIDTH_SHARE}, ${formatRate(kernel.decodeBytesPerSec)} [a thread] x ${together})`,
        because: `memory: ${basis}; a thread: ${kernel.source}`,
      };
      const multiplying = {
        label: "prompts on the processor, operations a second",
        value: flopsRate(workers * kernel.prefillFlopsPerSec),
        formula: `${flopsRate(kernel.prefillFlopsPerSec)} [a thread] x ${together}`,
        because: kernel.source,
      };
      return [
        ...(used === "multiplying" ? [] : [reading]),
        ...(used === "reading" ? [] : [multiplying]),
        { label: "a layer on the processor", value: us(PER_LAYER_SECONDS), because: PER_LAYER_SOURCE },
      ];
    },
    provenance: host.bandwidthBytesPerSec === undefined ? "assumed" : "formula",
  };
}
