import { type Backend, type Device, deviceCatalog } from "../../../src/facts/hardware/index.ts";
import type { SpeedRow } from "./row.ts";

const { findDevice, fillFrom, CATALOG } = await deviceCatalog();
type CatalogRow = (typeof CATALOG)[number];

/** Labels that leave open which of several boards is meant, and what is most often rented or sold under them. */
const MEANT: readonly (readonly [pattern: RegExp, id: string])[] = [
  [/h100 80gb hbm3|h100 sxm/i, "nvidia-h100-sxm5-80gb"],
  [/h100/i, "nvidia-h100-pcie-80gb"],
  [/a100.*sxm/i, "nvidia-a100-sxm4-80gb"],
  [/a100/i, "nvidia-a100-pcie-80gb"],
  [/v100/i, "nvidia-tesla-v100-sxm2-32gb"],
  [/strix halo|8060s/i, "amd-ryzen-ai-max-plus-395"],
  [/gb10|dgx spark/i, "nvidia-gb10-dgx-spark"],
  [/thor/i, "nvidia-jetson-agx-thor-t5000-128gb"],
];

const devices = new Map<string, CatalogRow | undefined>();

function rowOf(label: string): CatalogRow | undefined {
  if (!devices.has(label)) devices.set(label, find(label));
  return devices.get(label);
}

function find(label: string): CatalogRow | undefined {
  const graphics = /\(((?:Arc|Radeon|Adreno)[^)]*)\)/i.exec(label)?.[1];
  if (isProcessor(label)) return graphics === undefined ? undefined : find(graphics);
  const cores = /(\d+)-core/i.exec(label)?.[1];
  const plain = label.replace(/\([^)]*\)/g, " ").trim();
  const match = findDevice(plain);
  if (match.kind === "found") return match.row;
  const meant = MEANT.find(([pattern]) => pattern.test(label));
  if (meant) return CATALOG.find(({ id }) => id === meant[1]);
  if (match.kind === "none") return undefined;
  // of several sizes or core counts: the cores said, else the larger
  const rows = [...match.rows].sort(
    (a, b) => (b.units ?? 0) - (a.units ?? 0) || (b.memoryBytes[0] ?? 0) - (a.memoryBytes[0] ?? 0),
  );
  return rows.find(({ units }) => cores !== undefined && units === Number(cores)) ?? rows[0];
}

/** A processor without a GPU of its own: "Ryzen AI Max" is one with. */
export function isProcessor(label: string): boolean {
  return /\bCPU\b|Xeon|Sapphire Rapids|EPYC|Ryzen (?!AI Max)|Core i\d|Core Ultra|Threadripper|Graviton|Ampere(?:One)|Raspberry|\bN1[05]0\b|RISC-V|Cortex/i.test(
    label,
  );
}

export function backendOf(row: SpeedRow): Exclude<Backend, "cpu"> | undefined {
  const name = row.backend;
  if (/metal|mlx/i.test(name)) return "metal";
  if (/vulkan/i.test(name)) return "vulkan";
  if (/rocm|hip/i.test(name)) return "rocm";
  if (/cuda/i.test(name)) return "cuda";
  if (/sycl/i.test(name)) return "sycl";
  return undefined;
}

const USUAL: Partial<Record<Device["vendor"], Exclude<Backend, "cpu">>> = {
  nvidia: "cuda",
  amd: "rocm",
  apple: "metal",
  intel: "sycl",
};

/** The device a row names, with the catalog's figures; undefined where no row of the catalog is meant. */
export function deviceOf(row: SpeedRow, index = 0): Device | undefined {
  const found = rowOf(row.device);
  if (!found) return undefined;
  const { vendor } = found;
  const backend = backendOf(row) ?? USUAL[vendor] ?? "vulkan";
  const cores = /(\d+)-core GPU/i.exec(row.device)?.[1];
  const device = fillFrom(found, {
    id: `GPU-${index}`,
    name: found.name,
    vendor,
    backend,
    memoryKind: found.class === "soc" ? "unified" : "discrete",
    ...(cores !== undefined && { gpuCores: Number(cores) }),
    ...(row.powerLimitWatts !== undefined && { powerLimitWatts: row.powerLimitWatts }),
  });
  // a bandwidth that depends on the memory fitted, or that nobody published: taken here, where the band is wide (see isGuessed)
  return { bandwidthBytesPerSec: found.bandwidthBytesPerSec, ...device };
}

/** The catalog does not vouch for the device's bandwidth. */
export function isGuessed(row: SpeedRow): boolean {
  const found = rowOf(row.device);
  return found !== undefined && found.bandwidthBasis !== "table";
}
