import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Fit, FIT } from "../../../src/predict/speed/index.ts";

interface Folds {
  readonly used: readonly string[];
  readonly folds: Readonly<
    Record<
      string,
      { readonly decode: Readonly<Record<string, number>>; readonly prefill: Readonly<Record<string, number>> }
    >
  >;
  /** design of each device, as coefficients count them */
  readonly designs: Readonly<Record<string, string>>;
}

const PATH = join(import.meta.dirname, "../../../data/speed-folds.json");
let read: { readonly folds: Folds; readonly used: ReadonlySet<string> } | undefined;

/** The coefficients a row is predicted with: a row that was used in the fit gets those of the fold that left its device out. */
export function fitFor(questionKey: string, device: string): Fit {
  read ??= load();
  const fold = read.used.has(questionKey) ? read.folds.folds[device] : undefined;
  if (!fold) return FIT;
  const design = read.folds.designs[device] ?? "";
  const devices: Record<string, number> = { ...FIT.devices };
  for (const kind of ["decode", "prefill"]) {
    const key = `${kind}:${design}`;
    if (Object.keys(kind === "decode" ? fold.decode : fold.prefill).length > 0) devices[key] = (devices[key] ?? 1) - 1;
  }
  return {
    decode: (name) => fold.decode[name] ?? FIT.decode(name),
    prefill: (name) => fold.prefill[name] ?? FIT.prefill(name),
    devices,
  };
}

function load(): { folds: Folds; used: ReadonlySet<string> } {
  const folds: Folds = existsSync(PATH) ? JSON.parse(readFileSync(PATH, "utf8")) : { used: [], folds: {}, designs: {} };
  return { folds, used: new Set(folds.used) };
}
