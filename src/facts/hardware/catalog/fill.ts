import type { Device, Rig } from "../rig.ts";
import { matchDevice } from "./match.ts";
import type { CatalogRow } from "./row.ts";

/**
 * The rig with the catalog's figures where its tools said nothing: bandwidth and half-precision rate. What was measured or
 * printed stays, a power limit above all. Figures from memory and figures of a board's fitted memory are not used.
 */
export function withCatalog(rig: Rig): Rig {
  return { ...rig, devices: rig.devices.map((device) => filled(device, rig.host.ramBytes)) };
}

function filled(device: Device, ramBytes: number): Device {
  const row = matchDevice(device, ramBytes);
  if (row === undefined) return device;
  const bandwidth = row.bandwidthBasis === "table" ? { bandwidthBytesPerSec: row.bandwidthBytesPerSec } : {};
  const rate = device.flopsPerSec === undefined ? halfRate(row, device.gpuCores) : {};
  return { ...bandwidth, ...rate, catalogId: row.id, ...device };
}

/**
 * Dense half-precision rate: of the matrix units, else of the shaders, which on some designs do half precision faster than
 * single and on others (Pascal's GeForce) so slowly that engines compute in single. Chips with part of their cores switched
 * off have that part of the rate.
 */
function halfRate(row: CatalogRow, cores: number | undefined): Pick<Device, "flopsPerSec" | "flopsBasis"> {
  const shaders = Math.max(row.fp32FlopsPerSec ?? 0, row.fp16FlopsPerSec ?? 0);
  const whole = row.matrix.fp16FlopsPerSec ?? shaders;
  if (whole === 0) return {};
  const share = cores !== undefined && row.units !== undefined ? Math.min(1, cores / row.units) : 1;
  const estimate = row.matrix.fp16FlopsPerSec !== undefined && row.matrix.basis === "estimate";
  return { flopsPerSec: Math.round(whole * share), ...(estimate ? { flopsBasis: "estimate" } : {}) };
}
