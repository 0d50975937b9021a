import {
  raisedLimit,
  type CatalogRow,
  type Device,
  type RaisedLimit,
  type RigByHand,
  type RigWords,
} from "../../facts/hardware/index.ts";
import { ANSWER_VERSION } from "./fit-numbers.ts";

/** Devices that a look-up gives. */
export interface GpusAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "gpus";
  readonly devices: readonly CatalogRow[];
  /** where one device is meant: what of its memory a model can have, by size sold */
  readonly usable?: readonly UsableMemory[];
}

/** What of a device's memory a model can have, on Linux or the maker's own system, by the first card of a machine. */
export interface UsableMemory {
  readonly labelBytes: number;
  /** as the driver counts it; of a shared memory what the GPU may take */
  readonly totalBytes: number;
  /** less what is usually taken */
  readonly freeBytes: number;
  readonly held: NonNullable<Device["held"]>;
  /** where the total comes from */
  readonly because: string;
  /** of a shared memory: the limit that can be set, and how */
  readonly raised?: RaisedLimit;
}

/** `meant`: how one device is made a rig, and the size that was typed with its name, if any. */
export function answerGpus(
  devices: readonly CatalogRow[],
  meant?: { readonly rigByHand: (words: RigWords) => RigByHand; readonly sizeBytes?: number },
): GpusAnswer {
  const [row] = devices;
  const one = meant !== undefined && row !== undefined && devices.length === 1 && row.class !== "cpu";
  if (!one) return { schema: ANSWER_VERSION, kind: "gpus", devices };
  const sizes = row.memoryBytes.filter((bytes) => bytes === (meant.sizeBytes ?? bytes));
  const usable = usableMemory(row, sizes.length > 0 ? sizes : row.memoryBytes, meant.rigByHand);
  return { schema: ANSWER_VERSION, kind: "gpus", devices, usable };
}

function usableMemory(
  row: CatalogRow,
  sizes: readonly number[],
  rigByHand: (words: RigWords) => RigByHand,
): UsableMemory[] {
  return sizes.map((labelBytes) => {
    const { host, devices } = rigByHand({ gpus: [`${row.id}:${labelBytes / 2 ** 30}GB`] }).rig;
    const device = devices[0]!;
    const { totalBytes = labelBytes, freeBytes = totalBytes, held = [], totalBasis = "" } = device;
    const raised = raisedLimit(device, host);
    return { labelBytes, totalBytes, freeBytes, held, because: totalBasis, ...(raised ? { raised } : {}) };
  });
}
