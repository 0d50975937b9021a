import type { Device, Rig } from "../rig.ts";
import { matchDevice, type HostHints } from "./match.ts";
import type { CatalogRow } from "./row.ts";

/**
 * The rig with the catalog's figures where its tools said nothing: bandwidth, kind of memory, rates. What was measured or
 * printed stays, a power limit above all. Figures from memory and figures of a board's fitted memory are not used.
 */
export function withCatalog(rig: Rig): Rig {
  const hints = { ramBytes: rig.host.ramBytes, cpuModel: rig.host.cpu.model };
  return { ...rig, devices: rig.devices.map((device) => filled(device, hints)) };
}

function filled(device: Device, host: HostHints): Device {
  const row = matchDevice(device, host);
  return row === undefined ? device : fillFrom(row, device);
}

/** The device with the figures of its row for what it does not say itself. */
export function fillFrom(row: CatalogRow, device: Device): Device {
  const bandwidth = row.bandwidthBasis === "table" ? { bandwidthBytesPerSec: row.bandwidthBytesPerSec } : {};
  const share = device.gpuCores !== undefined && row.units !== undefined ? Math.min(1, device.gpuCores / row.units) : 1;
  const shaders =
    row.fp32FlopsPerSec === undefined ? {} : { shaderFlopsPerSec: Math.round(row.fp32FlopsPerSec * share) };
  const { int8OpsPerSec } = row.matrix;
  const integer = int8OpsPerSec === undefined ? {} : { int8OpsPerSec: Math.round(int8OpsPerSec * share) };
  const matrix = device.flopsPerSec === undefined ? halfRate(row, share) : {};
  const design = {
    ...(row.family !== undefined && { family: row.family }),
    ...(row.boardWatts !== undefined && { boardWatts: row.boardWatts.watts }),
    ...(row.pcie !== undefined && { slotBytesPerSec: slotRate(row.pcie) }),
  };
  return {
    ...bandwidth,
    memoryType: row.memoryKind,
    ...shaders,
    ...integer,
    ...matrix,
    ...design,
    catalogId: row.id,
    ...device,
  };
}

/**
 * Dense half-precision rate: of the matrix units, else of the shaders, which on some designs do half precision faster than
 * single and on others (Pascal's GeForce) so slowly that engines compute in single. `share`: cores that are switched on.
 */
function halfRate(row: CatalogRow, share: number): Pick<Device, "flopsPerSec" | "flopsBasis"> {
  const { fp16FlopsPerSec, basis } = row.matrix;
  const whole = fp16FlopsPerSec ?? Math.max(row.fp32FlopsPerSec ?? 0, row.fp16FlopsPerSec ?? 0);
  if (whole === 0) return {};
  const estimate = fp16FlopsPerSec !== undefined && basis === "estimate";
  return { flopsPerSec: Math.round(whole * share), ...(estimate ? { flopsBasis: "estimate" } : {}) };
}

/** Bytes per second of a PCIe lane, by generation. */
const LANE_BYTES_PER_SEC: readonly number[] = [0, 0.25e9, 0.5e9, 0.985e9, 1.969e9, 3.938e9, 7.563e9];

function slotRate({ generation, lanes }: NonNullable<CatalogRow["pcie"]>): number {
  return (LANE_BYTES_PER_SEC[generation] ?? 0) * lanes;
}
