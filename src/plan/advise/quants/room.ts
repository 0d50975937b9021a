import type { Rig } from "../../../facts/hardware/index.ts";

/** What weights and all else may take, all devices together: what a driver leaves, or RAM where there is no device. */
export function roomOf({ devices, host }: Rig): number {
  if (devices.length === 0) return host.availableBytes;
  return devices.reduce((sum, { freeBytes, totalBytes = 0 }) => sum + (freeBytes ?? totalBytes), 0);
}
