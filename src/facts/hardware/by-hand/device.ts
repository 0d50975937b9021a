import { LoadoutError } from "../../errors/index.ts";
import { formatBytes } from "../../units/index.ts";
import { fillFrom, SAYS_NOTHING, SEVERAL_IN_ONE, type CatalogRow } from "../catalog/index.ts";
import type { Backend, Device, Held, Host } from "../rig.ts";
import { heldOfCard, leftOf, unifiedLimit, visibleMemory } from "../usable/index.ts";
import { backendOf, backendsOf } from "./backends.ts";
import { theDevice, sizesSold } from "./find.ts";
import { labelBytes } from "./memory-size.ts";

/** What the other words of a rig say about a device of it. */
export interface DeviceSetting {
  /** the flag it was typed at, for errors */
  readonly what: string;
  readonly id: string;
  readonly host: Pick<Host, "os" | "ramBytes">;
  readonly backend?: Backend | undefined;
  /** the first of its machine, where a screen may hang */
  readonly first: boolean;
  readonly node?: string | undefined;
}

/** A device and what had to be assumed for it. */
export interface AssumedDevice {
  readonly device: Device;
  readonly assumed: readonly string[];
}

/** Which device a name means, and how much memory it has: typed, or the only size sold. */
export interface NamedDevice {
  readonly row: CatalogRow;
  readonly sizeBytes: number;
}

/** `ramBytes`: RAM typed for the machine, which is the memory of a device that shares it. */
export function namedDevice(typed: string, what: string, ramBytes: number | undefined): NamedDevice {
  const { row, sizeBytes } = theDevice(typed, what);
  const several = SEVERAL_IN_ONE[row.id];
  if (several) {
    throw new LoadoutError("rig-contradiction", {
      what,
      expected: "one device",
      got: `${row.name}, which programs see as ${several.devices}`,
      advice: `Write ${several.devices}x ${several.like}: each of them is like that one.`,
    });
  }
  const [first] = row.memoryBytes;
  const size = sizeBytes ?? (row.class === "soc" ? ramBytes : undefined);
  if (size !== undefined) {
    if (row.class !== "soc" || ramBytes === undefined || ramBytes === size) return { row, sizeBytes: size };
    throw new LoadoutError("rig-contradiction", {
      what,
      expected: `${formatBytes(ramBytes)}, the RAM that ${row.name} shares`,
      got: formatBytes(size),
      advice: "Its memory is the RAM: leave --ram out, or name one size.",
    });
  }
  if (first === undefined || (row.class === "soc" && row.memoryBytes.length > 1)) {
    throw new LoadoutError("device-size-needed", {
      what,
      name: row.name,
      sizes: row.memoryBytes.length > 0 ? sizesSold(row.memoryBytes) : "memory of any size",
      example: `${row.id}:${(row.memoryBytes.at(-1) ?? 2 ** 35) / 2 ** 30}GB`,
    });
  }
  return { row, sizeBytes: first };
}

/** The device of a catalog row: total as its driver counts it, what is taken of it, its published figures. */
export function catalogDevice({ row, sizeBytes }: NamedDevice, setting: DeviceSetting): AssumedDevice {
  const assumed: string[] = [];
  const backend = backendFor(row.vendor, row.name, setting, assumed);
  const unified = row.class === "soc";
  if (!row.memoryBytes.includes(sizeBytes) && row.memoryBytes.length > 0)
    assumed.push(
      `${row.name} is sold with ${sizesSold(row.memoryBytes)}; planned with ${formatBytes(sizeBytes)} as written`,
    );
  const memory = unified ? unifiedLimit(row.vendor, setting.host) : cardMemory(row, sizeBytes, setting);
  const target = row.target === undefined ? {} : { architecture: row.target };
  const device: Device = {
    ...place(setting, backend, memory),
    name: row.name,
    vendor: row.vendor,
    memoryKind: unified ? "unified" : "discrete",
    ...target,
    catalogId: row.id,
  };
  if (unified)
    assumed.push(
      `${row.name} may take ${formatBytes(memory.bytes)} of its ${formatBytes(sizeBytes)} (${memory.source})`,
    );
  const { bandwidthBytesPerSec, ...rest } = fillFrom(row, device);
  if (bandwidthBytesPerSec === undefined) return { device: rest, assumed };
  if (!SAYS_NOTHING.has(row.id)) return { device: { ...rest, bandwidthBytesPerSec }, assumed };
  assumed.push(`${row.name} is sold with unlike memories, so that its bandwidth is not known`);
  return { device: rest, assumed };
}

/** A card known by its memory alone: no bandwidth, so that no pace is claimed. */
export function anyCard(typed: string, setting: DeviceSetting): AssumedDevice {
  const sizeBytes = labelBytes(typed, setting.what);
  const name = `any card of ${formatBytes(sizeBytes)}`;
  const assumed: string[] = [];
  const backend = backendFor("generic", name, setting, assumed);
  const held = heldOfCard({
    vendor: "generic",
    totalBytes: sizeBytes,
    system: setting.host.os,
    display: setting.first,
  });
  const memory = { bytes: sizeBytes, held, source: "as typed" };
  return { device: { ...place(setting, backend, memory), name, vendor: "generic", memoryKind: "discrete" }, assumed };
}

function cardMemory(row: CatalogRow, sizeBytes: number, { host, first, node }: DeviceSetting) {
  const { bytes, because } = visibleMemory(row, sizeBytes);
  const server = row.class === "datacenter" || node !== undefined;
  const correctionOff =
    ["workstation", "datacenter"].includes(row.class) && row.memoryKind.startsWith("GDDR") && bytes > sizeBytes * 0.95;
  const held = heldOfCard({
    vendor: row.vendor,
    class: row.class,
    totalBytes: bytes,
    system: host.os,
    display: first && !server,
    correctionOff,
  });
  return { bytes, held, source: because };
}

function place(
  { id, node }: DeviceSetting,
  backend: Backend,
  { bytes, held, source }: { readonly bytes: number; readonly held: readonly Held[]; readonly source: string },
): Pick<Device, "id" | "backend" | "totalBytes" | "totalBasis" | "freeBytes" | "held" | "node"> {
  const where = node === undefined ? {} : { node };
  return { id, backend, totalBytes: bytes, totalBasis: source, freeBytes: leftOf(bytes, held), held, ...where };
}

function backendFor(
  vendor: Device["vendor"],
  name: string,
  { backend, what }: DeviceSetting,
  assumed: string[],
): Backend {
  if (backend === undefined) {
    const { backend: usual, because } = backendOf(vendor);
    assumed.push(`${usual} for ${name}: ${because}`);
    return usual;
  }
  if (backendsOf(vendor).includes(backend)) return backend;
  throw new LoadoutError("rig-contradiction", {
    what: `${what}: back end of ${name}`,
    expected: backendsOf(vendor).join(" or "),
    got: backend,
    advice: "Leave --backend out to take the usual one.",
  });
}
