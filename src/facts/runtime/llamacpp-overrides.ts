import type { LlamaCppSettings, TensorOverride } from "./llamacpp.ts";

/** Names of expert and of dense feed-forward matrices behind "blk.N" (common/common.h, LLM_FFN_EXPS_REGEX, LLM_FFN_DENSE_REGEX). */
const EXPERTS = String.raw`\.ffn_(up|down|gate|gate_up)_(ch|)exps`;
const DENSE = String.raw`\.ffn_(up|down|gate)\.`;

/**
 * What `-ot`, `-cmoe`, `-ncmoe` and `-ncffn` come to: one list, of which the first match decides. The engine keeps the order of its
 * command line; here `-ot` stands first.
 */
export function overridesOf(settings: LlamaCppSettings): TensorOverride[] {
  const { tensorOverrides = [], expertLayersOnHost = 0, denseLayersOnHost = 0 } = settings;
  return [
    ...tensorOverrides,
    ...(expertLayersOnHost === "all"
      ? [{ pattern: EXPERTS, buffer: "CPU" }]
      : firstLayers(expertLayersOnHost, EXPERTS)),
    ...firstLayers(denseLayersOnHost, DENSE),
  ];
}

/** most layers the engine takes (LLAMA_MAX_LAYERS): patterns for later ones match nothing */
const MAX_LAYERS = 512;

/** The engine makes a pattern a layer; one that names them all says the same and is looked for once. */
function firstLayers(count: number, names: string): TensorOverride[] {
  if (count <= 0) return [];
  const layers = [...Array(Math.min(count, MAX_LAYERS)).keys()].join("|");
  return [{ pattern: `blk\\.(?:${layers})${names}`, buffer: "CPU" }];
}

/** The value of one `-ot`: "PATTERN=BUFFER,...". Undefined where a part has no "=". A pattern cannot hold "," or "=". */
export function parseTensorOverrides(value: string): TensorOverride[] | undefined {
  const parts = value.split(",").map((part) => /^([^=]+)=(.+)$/.exec(part));
  if (parts.some((part) => part === null)) return undefined;
  return parts.map((part) => ({ pattern: part![1]!, buffer: part![2]! }));
}
