import { fileTypeOf } from "../../../facts/recipe/index.ts";
import { byRecipe } from "./by-recipe.ts";
import type { Weights } from "./weights.ts";

/** The same model in another file type: its tensors' shapes as read, their types by the recipe. */
export function requantized(weights: Weights, quant: string): Weights {
  const fileType = fileTypeOf(quant);
  const { path: _, ...facts } = weights.facts;
  if (facts.quantization.toUpperCase() === fileType) return weights;
  const { tensors, fileBytes, assumption } = byRecipe(weights.geometry, weights.tensors, fileType);
  return {
    argument: weights.argument,
    geometry: weights.geometry,
    tensors,
    facts: {
      ...facts,
      quantization: fileType,
      fileBytes,
      sizesFrom: "formula",
      source: `${facts.source ?? "the header"} of a ${facts.quantization} file`,
    },
    assumptions: [...(weights.assumptions ?? []), assumption],
  };
}
