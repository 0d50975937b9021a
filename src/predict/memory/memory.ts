import type { Estimate } from "../estimate/index.ts";

/** The terms of memory that engines report and predictions are compared by. */
export type MemoryTerm = "weights" | "repacked" | "lora" | "kv" | "recurrent" | "compute" | "output" | "projector";

/** Bytes by term of one place: a device, or the host. Absent term = none. */
export type MemoryByTerm = Readonly<Partial<Record<MemoryTerm, number>>>;

/** One line of the engine's own account: a buffer it allocates, by the name it gives it. */
export interface EngineBuffer {
  /** "CPU_Mapped", "CPU_REPACK", "Vulkan0", "Vulkan_Host", ... */
  readonly label: string;
  readonly term: MemoryTerm;
  readonly place: "host" | number;
  readonly bytes: number;
}

/** One place where memory lies. `place` is "host" or the device's index in the rig's order. */
export interface PlaceMemory {
  readonly place: "host" | number;
  /** the engine's own name for its buffers there ("CPU", "Vulkan0", "CUDA1"); the host's compute may carry another name ("Vulkan_Host") */
  readonly label: string;
  readonly terms: MemoryByTerm;
}

/** What a runtime is predicted to take, to the byte where it is exact, or why it would refuse. */
export type MemoryPrediction =
  | {
      readonly kind: "fits-engine";
      readonly places: readonly PlaceMemory[];
      /** the same bytes as the engine's log lists them; a window model has two kv lines a place, full attention first; a compute buffer nothing uses has 0 */
      readonly buffers: readonly EngineBuffer[];
      readonly footprint: Estimate;
      /** what a server comes to hold in RAM beside its buffers, by term: nothing at start (`value`), `high` when full */
      readonly serving?: Estimate;
    }
  | { readonly kind: "rejected"; readonly reason: string; readonly because: string };
