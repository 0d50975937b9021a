import { tensorType } from "../weights/index.ts";

/** What takes the place of a type of 256 (Q2_0: 64) elements a block in rows that are not whole blocks. */
const SMALLER: Readonly<Record<string, string>> = {
  IQ1_S: "IQ4_NL",
  IQ1_M: "IQ4_NL",
  IQ2_XXS: "IQ4_NL",
  IQ2_XS: "IQ4_NL",
  IQ2_S: "IQ4_NL",
  IQ3_XXS: "IQ4_NL",
  IQ3_S: "IQ4_NL",
  IQ4_XS: "IQ4_NL",
  Q2_0: "Q4_0",
  Q2_K: "Q4_0",
  Q3_K: "Q4_0",
  TQ1_0: "Q4_0",
  TQ2_0: "Q4_0",
  Q4_K: "Q5_0",
  Q5_K: "Q5_1",
  Q6_K: "Q8_0",
};

/** Whether rows of so many elements are whole blocks of a type. */
export function isWhole(type: string, columns: number): boolean {
  return columns % (tensorType(type)?.blockLength ?? 1) === 0;
}

/**
 * The type itself, a smaller block's, or F16 where none fits; `undefined` where the engine has no rule and refuses (Q1_0).
 * Source: `tensor_type_fallback` of `src/llama-quant.cpp`, llama.cpp b11434.
 */
export function fittingType(type: string, columns: number): string | undefined {
  if (isWhole(type, columns)) return type;
  const smaller = SMALLER[type];
  if (smaller === undefined) return (tensorType(type)?.blockLength ?? 1) <= 32 ? "F16" : undefined;
  return isWhole(smaller, columns) ? smaller : "F16";
}
