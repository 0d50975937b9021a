import { signal } from "@preact/signals";
import type { Rig } from "../../../src/facts/hardware/index.ts";
import { engine } from "./answers.ts";

/** This machine as `loadout web` probed it: what a question about no other rig is about. */
export interface Here {
  readonly machine: string;
  readonly rig: Rig;
}

/** Whether the page comes from `loadout web`; a site of files alone has no such address. */
export type Served =
  | { readonly kind: "asking" }
  | { readonly kind: "alone" }
  | { readonly kind: "served"; readonly here: Here };

export const served = signal<Served>({ kind: "asking" });

/** Asks once whether there is a server, and which machine it is on. */
export async function findServer(): Promise<void> {
  const found = await asked();
  if (found.kind === "served") engine.here(found.here.rig);
  served.value = found;
}

async function asked(): Promise<Served> {
  if (!location.protocol.startsWith("http")) return { kind: "alone" };
  try {
    const response = await fetch("api/rig", { headers: { accept: "application/json" } });
    const json = response.headers.get("content-type")?.startsWith("application/json") === true;
    if (!response.ok || !json) return { kind: "alone" };
    const here: Here = await response.json();
    return { kind: "served", here };
  } catch {
    return { kind: "alone" };
  }
}
