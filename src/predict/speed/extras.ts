import { formatBytes, formatRate } from "../../facts/units/index.ts";
import type { PaceInput } from "./input.ts";
import { movedShare } from "./moved-share.ts";
import { add, type Step } from "./step.ts";

/** Half-widths of 80% bands of a processor that was not measured, natural logarithm. */
export const CPU_DECODE_SPREAD = 0.6;
export const CPU_PREFILL_SPREAD = 0.9;

/** Reading a mapped file in pages, in no order: a common NVMe disk. Assumed. */
export const ASSUMED_DISK_BYTES_PER_SEC = 1.5e9;
const DISK_SPREAD = 0.9;

/** Weights that find no room are read again in every step; of experts only what is routed to, and by chance. */
export function addDisk(step: Step, input: PaceInput, tokens: number): void {
  const { fromDiskBytes = 0, diskBytesPerSec = ASSUMED_DISK_BYTES_PER_SEC } = input;
  if (fromDiskBytes <= 0) return;
  const bytes = fromDiskBytes * movedShare(input, tokens);
  const seconds = bytes / diskBytesPerSec;
  add(step, {
    worker: "disk",
    seconds,
    spent: { disk: seconds },
    ideal: 0,
    spread: DISK_SPREAD,
    provenance: input.diskBytesPerSec === undefined ? "assumed" : "measured",
    term: `${formatBytes(bytes)} / ${formatRate(diskBytesPerSec)} [from the disk]`,
  });
}
