import type { Dimensions } from "../catalog/row.ts";
import type { ConfigValues } from "./config-values.ts";

/** The encoder for images, as far as the configuration says it; `undefined` where it says no depth. */
export function visionOf(values: ConfigValues): Dimensions["vision"] {
  const part = values.nested("vision_config");
  const layers = part?.count("depth", "num_hidden_layers", "vt_num_hidden_layers");
  const width = part?.count("hidden_size", "vt_hidden_size", "embed_dim");
  if (!part || layers === undefined || width === undefined) return undefined;
  const feedForward = part.count("intermediate_size", "vt_intermediate_size");
  const patch = part.count("patch_size");
  const image = part.count("image_size");
  const deepstack = part.list("deepstack_visual_indexes")?.length ?? 0;
  return {
    layers,
    width,
    ...(feedForward !== undefined && { feedForward }),
    ...(patch !== undefined && { patch }),
    ...(image !== undefined && { image }),
    ...(deepstack > 0 && { deepstack }),
  };
}
