import type { Held, Host } from "../rig.ts";
import { heldOf, type HeldRow } from "./amount.ts";

interface SystemRow extends HeldRow {
  readonly system: Host["os"];
  readonly arch?: Host["arch"];
}

/** Taken of the RAM before a model is loaded: what is fitted and not seen, and the system with what it starts. */
const ROWS: readonly SystemRow[] = [
  {
    system: "linux",
    arch: "arm64",
    key: "firmware",
    label: "kept by the firmware",
    amount: { share: [0.04, 0.06, 0.08] },
    source: "a DGX Spark sees 119 to 122 of its 128 GiB; other boards are assumed alike",
  },
  {
    system: "linux",
    arch: "x64",
    key: "firmware",
    label: "kept by the firmware",
    amount: { share: [0.01, 0.025, 0.08] },
    source: "assumed: systems see 1 to 8% less than is fitted",
  },
  {
    system: "win32",
    key: "firmware",
    label: "kept by the firmware",
    amount: { share: [0.005, 0.015, 0.08] },
    source: "assumed: systems see 1 to 8% less than is fitted",
  },
  {
    system: "linux",
    key: "system",
    label: "system and desktop",
    amount: { mib: [400, 1500, 4000] },
    source: "assumed: a server without a screen to a desktop with a browser",
  },
  {
    system: "win32",
    key: "system",
    label: "system and desktop",
    amount: { mib: [2500, 4000, 6500] },
    source: "assumed: Windows with a few programs open",
  },
  {
    system: "darwin",
    key: "system",
    label: "macOS and its desktop",
    amount: { mib: [2500, 4000, 8000] },
    source: "assumed: 4 to 8 GB are what people leave to macOS",
  },
];

/** What is taken of a host's RAM before a model is loaded, by name. */
export function heldOfHost({ os, arch, ramBytes }: Pick<Host, "os" | "arch" | "ramBytes">): Held[] {
  return ROWS.filter((row) => row.system === os && (row.arch ?? arch) === arch).map((row) => heldOf(row, ramBytes));
}
