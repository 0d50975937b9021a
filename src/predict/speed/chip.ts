import type { Backend, Device, Vendor } from "../../facts/hardware/index.ts";

/** Designs that share coefficients. "unknown" has none of its own and takes the means. */
export type Design =
  | "pascal"
  | "gp100"
  | "volta"
  | "turing"
  | "ampere"
  | "ga100"
  | "ada"
  | "hopper"
  | "blackwell"
  | "gb10"
  | "apple7"
  | "apple8"
  | "apple9"
  | "apple10"
  | "rdna12"
  | "rdna3"
  | "rdna35"
  | "rdna4"
  | "cdna"
  | "arc"
  | "unknown";

/** What a step's time depends on of a device. Rates per second, peaks of the maker. */
export interface SpeedChip {
  readonly design: Design;
  readonly backend: Exclude<Backend, "cpu">;
  readonly vendor: Vendor;
  readonly bytesPerSec: number;
  /** stacked memory (HBM), which reaches less of its peak */
  readonly stacked: boolean;
  /** memory of a graphics card (GDDR), which may reach another share of its peak than one a processor shares */
  readonly graphics: boolean;
  readonly shaderFlopsPerSec: number;
  /** dense half precision */
  readonly matrixFlopsPerSec: number;
  /** operations of quantised prompts: eight-bit integers count half where they are faster */
  readonly quantisedFlopsPerSec: number;
  /** board power, 0 where it is not known or does not bound */
  readonly watts: number;
  /** share of its board power that a limit leaves it, 1 without */
  readonly powerShare: number;
  /** the matrix rate is the maker's */
  readonly matrixKnown: boolean;
}

/** By family of the catalog; a chip that shares the host's memory is another thing than a card of its name. */
const FAMILIES: readonly (readonly [begins: string, design: Design])[] = [
  ["pascal", "pascal"],
  ["volta", "volta"],
  ["turing", "turing"],
  ["ampere", "ampere"],
  ["orin", "ampere"],
  ["ga100", "ga100"],
  ["ada", "ada"],
  ["hopper", "hopper"],
  ["blackwell", "blackwell"],
  ["apple m1", "apple7"],
  ["apple m2", "apple8"],
  ["apple m3", "apple9"],
  ["apple m4", "apple9"],
  ["apple m5", "apple10"],
  ["rdna 1", "rdna12"],
  ["rdna 2", "rdna12"],
  ["rdna 3.5", "rdna35"],
  ["rdna 3", "rdna3"],
  ["rdna 4", "rdna4"],
  ["cdna", "cdna"],
  ["vega", "cdna"],
  ["alchemist", "arc"],
  ["battlemage", "arc"],
  ["xe", "arc"],
];

/** By instruction set, where no family is known: NVIDIA's compute capability, AMD's target. */
const TARGETS: readonly (readonly [begins: string, design: Design])[] = [
  ["6.0", "gp100"],
  ["6.", "pascal"],
  ["7.0", "volta"],
  ["7.5", "turing"],
  ["8.0", "ga100"],
  ["8.9", "ada"],
  ["8.", "ampere"],
  ["9.", "hopper"],
  ["10.", "blackwell"],
  ["12.", "blackwell"],
  ["gfx101", "rdna12"],
  ["gfx103", "rdna12"],
  ["gfx1150", "rdna35"],
  ["gfx1151", "rdna35"],
  ["gfx1152", "rdna35"],
  ["gfx11", "rdna3"],
  ["gfx12", "rdna4"],
  ["gfx9", "cdna"],
];

export function designOf(
  device: Pick<Device, "family" | "architecture" | "vendor" | "memoryKind" | "memoryType">,
): Design {
  const family = device.family?.toLowerCase() ?? "";
  const found =
    FAMILIES.find(([begins]) => family.startsWith(begins)) ??
    TARGETS.find(([begins]) => device.architecture?.startsWith(begins));
  const design = found?.[1] ?? "unknown";
  // its first chip has no integer dot products, which quantised weights are multiplied with
  if (design === "pascal" && device.memoryType?.startsWith("HBM")) return "gp100";
  return design === "blackwell" && device.memoryKind === "unified" ? "gb10" : design;
}

/** Without a known matrix rate: FLOP per byte of bandwidth, the low end of cards since 2016. */
const ASSUMED_FLOPS_PER_BYTE = 60;
/** Without a known shader rate: the low end of cards with matrix units. */
const ASSUMED_SHADER_FLOPS_PER_BYTE = 25;

/** Undefined where the device's bandwidth is unknown: then no number is better than a guess. */
export function chipOf(device: Device | undefined): SpeedChip | undefined {
  if (!device?.bandwidthBytesPerSec || device.backend === "cpu") return undefined;
  const bandwidth = device.bandwidthBytesPerSec;
  const matrix = device.flopsPerSec ?? bandwidth * ASSUMED_FLOPS_PER_BYTE;
  const quantised = device.vendor === "apple" ? matrix : Math.max(matrix, (device.int8OpsPerSec ?? 0) / 2);
  const board = device.boardWatts;
  const limit = device.powerLimitWatts;
  return {
    design: designOf(device),
    backend: device.backend,
    vendor: device.vendor,
    bytesPerSec: bandwidth,
    stacked: device.memoryType?.startsWith("HBM") ?? false,
    graphics: device.memoryType?.startsWith("GDDR") ?? device.memoryKind === "discrete",
    shaderFlopsPerSec: device.shaderFlopsPerSec ?? bandwidth * ASSUMED_SHADER_FLOPS_PER_BYTE,
    matrixFlopsPerSec: matrix,
    quantisedFlopsPerSec: quantised,
    watts: device.vendor === "nvidia" ? (board ?? 0) : 0,
    powerShare: board !== undefined && limit !== undefined ? Math.min(1, limit / board) : 1,
    matrixKnown: device.flopsPerSec !== undefined && device.flopsBasis === undefined,
  };
}
