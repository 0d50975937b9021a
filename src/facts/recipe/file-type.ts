import { LoadoutError } from "../errors/index.ts";
import { MIXES } from "./mixes.ts";

/** Short forms: those of llama.cpp's `llama-quantize` (tools/quantize/quantize.cpp, b11434), and what people write for halves. */
const ALIASES: Readonly<Record<string, string>> = {
  Q3_K: "Q3_K_M",
  Q4_K: "Q4_K_M",
  Q5_K: "Q5_K_M",
  FP16: "F16",
  FP32: "F32",
  MXFP4: "MXFP4_MOE",
};

/** The name of a file type that a recipe is known for, from how it is typed; one that has none is refused. */
export function fileTypeOf(typed: string): string {
  const upper = typed.trim().toUpperCase();
  const name = ALIASES[upper] ?? upper;
  if (MIXES.has(name)) return name;
  throw new LoadoutError("recipe-unknown", { got: typed, known: [...MIXES.keys()].join(", ") });
}

/** Published in four bits by its maker: other types of it are seldom found. */
const PUBLISHED_AS: Readonly<Record<string, string>> = { "gpt-oss": "MXFP4_MOE" };

/** The file type taken where nobody has said one: what publishers put first. */
export function usualFileType(architecture: string): string {
  return PUBLISHED_AS[architecture] ?? "Q4_K_M";
}
