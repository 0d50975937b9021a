/**
 * Classes of tensor types whose kernels cost alike. The first row whose names begin a type's name applies.
 * f16: F32 as well; q4_0: all plain blocks of four and five bits; iq123: also ternary.
 */
const CLASSES: readonly (readonly [names: readonly string[], weightClass: WeightClass])[] = [
  [["F32", "F16"], "f16"],
  [["BF16"], "bf16"],
  [["Q8"], "q8"],
  [["Q6_K"], "q6k"],
  [["Q4_0", "Q4_1", "Q5_0", "Q5_1"], "q4_0"],
  [["Q4_K", "Q5_K"], "q45k"],
  [["Q2_K", "Q3_K"], "q23k"],
  [["IQ4"], "iq4"],
  [["IQ", "TQ", "Q1_", "Q2_"], "iq123"],
  [["MXFP4", "NVFP4"], "mxfp4"],
];

export type WeightClass =
  | "f16"
  | "bf16"
  | "q8"
  | "q6k"
  | "q45k"
  | "q23k"
  | "q4_0"
  | "iq4"
  | "iq123"
  | "mxfp4"
  | "other";

export function weightClass(type: string): WeightClass {
  return CLASSES.find(([names]) => names.some((name) => type.startsWith(name)))?.[1] ?? "other";
}
