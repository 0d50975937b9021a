import { LoadoutError } from "../../../facts/errors/index.ts";
import { geometryFromConfig, safetensorsSummary, tensorList } from "../../../facts/model/index.ts";
import { fileTypeOf, usualFileType } from "../../../facts/recipe/index.ts";
import { formatCount, formatFileBytes } from "../../../facts/units/index.ts";
import { byRecipe } from "./by-recipe.ts";
import type { ConfigModel } from "./config-folder.ts";
import type { Weights } from "./weights.ts";

export interface FromConfig {
  readonly name: string;
  /** how a person names it, without a file type */
  readonly argument: string;
  /** where the configuration was read, in words */
  readonly source: string;
  readonly quant?: string | undefined;
}

/** Weights counted in headers and from the configuration differ by less than this, or something else is in the files. */
const SAME = 0.01;

/**
 * A model from its configuration, as llama.cpp would hold it: sizes by the recipe of a file type. What the headers beside it
 * say is set against that.
 */
export function fromConfig({ config, headers }: ConfigModel, of: FromConfig): Weights {
  const geometry = geometryFromConfig(config, { name: of.name, file: `${of.argument}/config.json` });
  const shapes = tensorList(geometry);
  if (!shapes) {
    const reason = `the tensors of architecture "${geometry.architecture}" are not written down`;
    throw new LoadoutError("model-unpredictable", {
      name: of.name,
      reason,
      advice: "Name a .gguf file of it, or hf:owner/name of a repository with .gguf files.",
    });
  }
  const fileType = of.quant === undefined ? usualFileType(geometry.architecture) : fileTypeOf(of.quant);
  const { tensors, parameters, fileBytes, assumption } = byRecipe(geometry, shapes, fileType);
  const summary = headers && safetensorsSummary(headers, config, of.name);
  const published = summary?.parts.text.parameters;
  const differs = published !== undefined && Math.abs(parameters / published - 1) > SAME;
  return {
    argument: `${of.argument}:${fileType}`,
    geometry,
    tensors,
    facts: {
      name: of.name,
      architecture: geometry.architecture,
      parameters,
      quantization: fileType,
      fileBytes,
      contextLength: geometry.contextLength,
      sizesFrom: "formula",
      source: of.source,
    },
    assumptions: [
      ...(of.quant === undefined ? [`${fileType}, since no quantization was named (--quant)`] : []),
      ...(summary
        ? [
            `its own files are ${summary.quantization}, ${formatFileBytes(summary.fileBytes)}; the engine takes it as GGUF`,
          ]
        : []),
      assumption,
      ...(differs
        ? [
            `the configuration counts ${formatCount(parameters)} weights and the files hold ${formatCount(published)}: one of them is another model's`,
          ]
        : []),
    ],
  };
}
