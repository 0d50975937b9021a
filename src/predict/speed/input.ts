import type { Device, DeviceLink, Host } from "../../facts/hardware/index.ts";
import type { Geometry } from "../../facts/model/index.ts";
import type { CacheType, TensorOverride } from "../../facts/runtime/index.ts";
import type { Tensor } from "../../facts/weights/index.ts";
import type { Fit } from "./coefficients.ts";
import type { Conditions } from "./conditions.ts";
import type { Calibration } from "./speed.ts";

/** A model, where its parts lie, and how it is run. */
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
  /** tensors that lie elsewhere than their layer: experts on the host (`overridesOf`) */
  readonly overrides?: readonly TensorOverride[];
  /** the cache stays on the host, and so attention is computed there */
  readonly cacheOnHost?: boolean;
  /** false: host weights are multiplied by the host in prompts as well (--no-op-offload) */
  readonly opOffload?: boolean;
  /** host weights lie in memory that a device copies from fast (read, not mapped); absent: mapped */
  readonly pinnedHostWeights?: boolean;
  /** on unless said, as the engine does where devices can */
  readonly flashAttention?: boolean | "auto";
  /** sequences that are generated at the same time; the pace is their sum */
  readonly streams?: number;
  /** how devices and nodes reach each other; absent: assumed */
  readonly links?: readonly DeviceLink[];
  /** stored bytes of weights that find no room in memory and are read from the disk when they are needed */
  readonly fromDiskBytes?: number;
  readonly diskBytesPerSec?: number;
  /** month of the engine's build, "2026-10"; absent: a recent one */
  readonly built?: string;
  readonly program?: Conditions["program"];
  /** say how the numbers in formulas come about */
  readonly derive?: boolean;
  /** coefficients; absent: those of all measurements */
  readonly fit?: Fit;
}
