import type { TermName } from "../../../src/plan/explain/index.ts";

/** Colours of a place's terms, those of the charts; names of variables in the style sheet. */
export const TERM_COLOURS: Readonly<Record<TermName, string>> = {
  weights: "--s1",
  adapters: "--s5",
  "KV cache": "--s2",
  "recurrent state": "--s6",
  "compute buffers": "--s3",
  "driver and process": "--s4",
  "memory in use already": "--axis",
};

/** In the order in which they are drawn. */
export const TERM_NAMES: readonly TermName[] = [
  "weights",
  "adapters",
  "KV cache",
  "recurrent state",
  "compute buffers",
  "driver and process",
  "memory in use already",
];
