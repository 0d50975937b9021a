import { LoadoutError } from "../../errors/index.ts";
import { type FromRowOptions, geometryFromRow } from "../catalog/geometry-from-row.ts";
import type { Geometry } from "../geometry.ts";
import { dimensionsFromConfig } from "./dimensions.ts";

export { dimensionsFromConfig } from "./dimensions.ts";
export { parseConfig } from "./parse.ts";

export interface FromConfigOptions extends Pick<FromRowOptions, "mtp"> {
  /** what the model is called; configurations do not say */
  readonly name?: string;
  /** how errors call the configuration; "config.json" unless said */
  readonly file?: string;
}

/**
 * What a model is, from its parsed `config.json`: what `geometryFromGguf` gives for a file converted from it. A model type
 * that is not listed is read by the usual keys, under its own name as architecture.
 */
export function geometryFromConfig(
  config: unknown,
  { name, file = "config.json", mtp }: FromConfigOptions = {},
): Geometry {
  const dimensions = dimensionsFromConfig(config, file);
  const geometry = geometryFromRow(
    { ...dimensions, ...(name !== undefined && { name }) },
    { ...(mtp !== undefined && { mtp }) },
  );
  if (geometry) return geometry;
  throw new LoadoutError("config-not-a-model", { file, got: "one that gives no geometry" });
}
