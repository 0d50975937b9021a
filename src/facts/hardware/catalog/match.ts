import type { Device } from "../rig.ts";
import { rowsByName, plainName } from "./names.ts";
import type { CatalogRow } from "./row.ts";

/** What a look-up may use besides the name. */
export type Sighting = Pick<Device, "name" | "vendor" | "memoryKind"> &
  Partial<Pick<Device, "totalBytes" | "architecture" | "gpuCores">>;

/** What the host says about a device that shares its memory. */
export interface HostHints {
  readonly ramBytes?: number;
  /** as the processor calls itself: AMD's names its graphics, which drivers may not ("AMD Radeon Graphics") */
  readonly cpuModel?: string;
}

/**
 * The one row a device can be, by its whole name; then by its instruction set, its memory and its cores. A name that no row
 * has, or that several rows still share, gives nothing: a wrong row is worse than none. Names of parts of a card ("... MIG
 * 1g.10gb") and of virtual cards ("A40-24Q") are names that no row has.
 */
export function matchDevice(device: Sighting, host: HostHints = {}): CatalogRow | undefined {
  let name = plainName(device.name);
  if (name === "radeon" && device.memoryKind === "unified")
    name = plainName(/ w\/ (Radeon.*)/i.exec(host.cpuModel ?? "")?.[1] ?? "");
  let rows = (rowsByName().get(name) ?? []).filter((row) => mayBe(row, device, host.ramBytes));
  // memory that a workshop soldered on has to be seen
  if (device.totalBytes === undefined) rows = rows.filter((row) => !row.name.endsWith("(mod)"));
  if (rows.length > 1) rows = rows.filter(({ units }) => units === device.gpuCores);
  return rows.length === 1 ? rows[0] : undefined;
}

function mayBe(row: CatalogRow, device: Sighting, ramBytes: number | undefined): boolean {
  if (device.vendor !== "unknown" && device.vendor !== "generic" && device.vendor !== row.vendor) return false;
  if ((row.class === "soc") !== (device.memoryKind === "unified")) return false;
  // ROCm adds modes to its targets: "gfx90a:sramecc+:xnack-"
  const target = device.architecture?.split(":")[0];
  if (target !== undefined && row.target !== undefined && target !== row.target) return false;
  if (row.class !== "soc") return holds(row, device.totalBytes);
  // an AMD chip's firmware takes any part of the RAM for graphics, so that what the host has says nothing
  return row.vendor === "amd" || holds(row, ramBytes);
}

/**
 * Whether a size that was seen can be one of the row's. Error correction takes 1/16 and drivers keep up to 4% more; systems
 * see up to 8% less than is fitted. Never more than is fitted, but for firmware's rounding.
 */
function holds(row: CatalogRow, seenBytes: number | undefined): boolean {
  if (seenBytes === undefined || row.memoryBytes.length === 0) return true;
  return row.memoryBytes.some((size) => seenBytes > size * 0.88 && seenBytes < size * 1.01);
}
