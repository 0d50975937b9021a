import { geometryFromGguf, summaryOf } from "../../../facts/model/index.ts";
import type { GgufFile } from "../../../facts/weights/index.ts";
import type { Weights } from "./weights.ts";

/** What a header says; `fallback` names a model whose maker did not. */
export function weightsOfGguf(file: GgufFile, argument: string, fallback: string): Weights {
  const geometry = geometryFromGguf(file);
  const { name = fallback, parameters, quantization, fileBytes } = summaryOf(file);
  const { architecture, contextLength } = geometry;
  const facts = { name, architecture, parameters, quantization, fileBytes, contextLength };
  return { argument, facts, geometry, tensors: file.tensors };
}
