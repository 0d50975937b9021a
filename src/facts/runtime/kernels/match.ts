import type { Device, Host, Rig } from "../../hardware/index.ts";
import type { Chip, ChipRule } from "./kernel.ts";

/** Does a rule let a chip in? What must be known of the chip and is not keeps it out: no kernel is claimed. */
export function runsOn(rule: ChipRule, chip: Chip): boolean {
  const { vendor, backends, from, below, targets, features, arch } = rule;
  if (vendor !== undefined && vendor !== chip.vendor) return false;
  if (backends !== undefined && !backends.includes(chip.backend)) return false;
  if (arch !== undefined && arch !== chip.arch) return false;
  if (features !== undefined && !features.every((feature) => chip.features.includes(feature))) return false;
  if (targets !== undefined && !targets.some((start) => chip.target?.startsWith(start))) return false;
  if (from === undefined && below === undefined) return true;
  const capability = capabilityOf(chip);
  return capability !== undefined && capability >= (from ?? 0) && capability < (below ?? Infinity);
}

/** Compute capability as a number: 8.9. */
export function capabilityOf({ vendor, target }: Chip): number | undefined {
  const value = vendor === "nvidia" && target !== undefined ? Number.parseFloat(target) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** The unlike chips of a rig that a model would lie on: its devices, or its processor where it has none. */
export function chipsOf({ devices, host }: Pick<Rig, "devices" | "host">): readonly Chip[] {
  if (devices.length === 0) return [processorOf(host)];
  const chips = devices.map((device) => chipOf(device, host));
  const keys = chips.map((chip) => JSON.stringify(chip));
  return chips.filter((_, index) => keys.indexOf(keys[index]!) === index);
}

/** A card known by its memory alone that CUDA reaches: taken for NVIDIA's of 2020 and later. */
const ANY_CUDA_CARD = { vendor: "nvidia", target: "8.0" } as const;

function chipOf({ vendor, backend, architecture }: Device, { os, arch }: Host): Chip {
  if (vendor === "generic" && backend === "cuda") return { ...ANY_CUDA_CARD, backend, features: [], os, arch };
  const target = architecture === undefined ? {} : { target: architecture };
  return { vendor, backend, ...target, features: [], os, arch };
}

export function processorOf({ cpu, os, arch }: Host): Chip {
  return { vendor: "generic", backend: "cpu", features: cpu.features, os, arch };
}
