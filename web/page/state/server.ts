import { signal } from "@preact/signals";
import type { Rig } from "../../../src/facts/hardware/index.ts";

/** What is asked of `loadout web` once; a site of files alone has no such address. */
export type Served =
  | { readonly kind: "asking" }
  | { readonly kind: "alone" }
  | { readonly kind: "served"; readonly rig: Rig };

export const served = signal<Served>({ kind: "asking" });
