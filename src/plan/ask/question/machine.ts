import { rigsByHand, type Rig, type RigByHand } from "../../../facts/hardware/index.ts";
import type { FitRequest } from "../../fit/index.ts";
import { describesRig, rigArguments, type RigFlags } from "../flags/index.ts";

/** What a plan needs of a machine: one that was probed, or a rig written by hand. */
export interface PlannedMachine {
  readonly report: { readonly rig: Rig };
  /** bytes that programs hold and would give back */
  readonly closable: FitRequest["closable"];
  /** what had to be assumed of it */
  readonly assumptions?: readonly string[];
  /** the flags it was written with */
  readonly rigArguments?: string;
}

/** Rigs that were written lately: mostly the same one is asked about again, and what is found of a rig is kept by it. */
const KNOWN = new Map<string, RigByHand>();
const MOST_KNOWN = 16;

/** The rig that the flags describe; undefined where they describe none. */
export async function rigFor(flags: RigFlags): Promise<RigByHand | undefined> {
  if (!describesRig(flags)) return undefined;
  const { gpu, vram, ram, backend, os, node, link } = flags;
  const words = {
    ...(gpu && { gpus: gpu }),
    ...(vram && { vram }),
    ...(ram !== undefined && { ram }),
    ...(backend && { backend }),
    ...(os && { os }),
    ...(node && { nodes: node }),
    ...(link && { links: link }),
  };
  const key = JSON.stringify(words);
  const rig = KNOWN.get(key) ?? (await rigsByHand()).rigByHand(words);
  KNOWN.delete(key);
  KNOWN.set(key, rig);
  if (KNOWN.size > MOST_KNOWN) KNOWN.delete(KNOWN.keys().next().value!);
  return rig;
}

/** A rig written by hand as what a plan is made for: nothing runs there that could be closed. */
export function machineByHand({ rig, assumptions }: RigByHand, flags: RigFlags): PlannedMachine {
  return {
    report: { rig },
    closable: { host: 0, devices: rig.devices.map(() => 0) },
    assumptions,
    rigArguments: rigArguments(flags),
  };
}

/** The machine that the flags describe, or else this one. */
export async function machineFor(flags: RigFlags, here: () => Promise<PlannedMachine>): Promise<PlannedMachine> {
  const byHand = await rigFor(flags);
  return byHand === undefined ? here() : machineByHand(byHand, flags);
}
