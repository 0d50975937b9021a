import { BANDS } from "./coefficients.ts";

/** Which band a pace has: what was measured of its like decides how wide it is. */
export interface BandClass {
  readonly kind: "decode" | "prefill";
  readonly backend: string;
  /** a program around or beside llama.cpp, whose rates are its own */
  readonly otherProgram?: boolean;
  readonly experts: boolean;
  readonly deep: boolean;
  /** no design of its kind was measured */
  readonly unseen: boolean;
}

/** Beyond which depth rows are few, tokens. */
export const DEEP = 4096;

/** Name of a class: LocalScore apart; what was measured on many devices apart from what was not. */
export function bandName({ kind, backend, experts, deep, unseen }: BandClass): string {
  if (backend === "localscore") return `${kind}:localscore`;
  return `${kind}:${experts || deep || unseen ? "other" : "dense"}`;
}

/** Half-width of the 80% band, natural logarithm: of the class on its back end where enough devices were measured. */
export function halfWidth(band: BandClass): number {
  if (band.otherProgram) return OTHER_PROGRAM;
  const name = bandName(band);
  // a back end of few measured devices has the band of what is not measured, however plain the model
  return BANDS[`${name}:${band.backend}`] ?? BANDS[name.replace(":dense", ":other")] ?? UNMEASURED;
}

/** ollama, MLX, ktransformers and others in published rows differ from llama.cpp by up to this, either way. */
const OTHER_PROGRAM = 0.9;
const UNMEASURED = 0.7;
