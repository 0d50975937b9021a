import type { Flags } from "../../../src/plan/ask/flags/index.ts";
import { describesRig, valuesOf, type Change } from "./flags.ts";

/** How a rig is described: this machine, memory alone, named cards, or a processor without any. */
export type RigKind = "here" | "memory" | "cards" | "none";

/** Cards of one kind as they are typed: "2xrtx-3090". */
export interface CardCount {
  readonly name: string;
  readonly count: number;
}

export function rigKind(flags: Flags): RigKind {
  if (valuesOf(flags, "gpu").length > 0) return "cards";
  if (valuesOf(flags, "vram").length > 0) return "memory";
  return describesRig(flags) ? "none" : "here";
}

/** What takes the place of the rig that was described before; RAM stays, as it stands beside any card. */
export function rigOfKind(kind: RigKind): Change {
  const nothing = {
    gpu: undefined,
    vram: undefined,
    backend: undefined,
    os: undefined,
    node: undefined,
    link: undefined,
  };
  if (kind === "here") return { ...nothing, ram: undefined };
  if (kind === "memory") return { ...nothing, vram: ["24GB"] };
  if (kind === "cards") return { ...nothing, gpu: ["rtx-3090"] };
  return { ...nothing, ram: "64GB" };
}

export function cardsOf(flags: Flags): CardCount[] {
  return valuesOf(flags, "gpu").map((text) => {
    const [, count = "1", name = text] = /^\s*(\d{1,2})\s*x\s*(.+)$/i.exec(text) ?? [];
    return { count: Number(count), name };
  });
}

/** Cards that number none are gone. */
export function gpuFlags(cards: readonly CardCount[]): string[] {
  return cards.filter(({ count }) => count > 0).map(({ name, count }) => (count === 1 ? name : `${count}x${name}`));
}

/** Cards of which only the memory is known, as long as all have the same. */
export function memoryOf(flags: Flags): { readonly size: string; readonly count: number } {
  const values = valuesOf(flags, "vram");
  return { size: values[0] ?? "24GB", count: Math.max(1, values.length) };
}
