import type { ConfigValues } from "./config-values.ts";

/** Whether a layer has experts. */
type HasExperts = (layer: number) => boolean;
type Dialect = (values: ConfigValues, layers: number) => HasExperts | undefined;

/** Every way publishers write which layers have experts, the most explicit first. */
const DIALECTS: readonly Dialect[] = [
  (values) => listed(values.words("mlp_layer_types")?.map((word) => word !== "dense")),
  (values) => listed(values.list("is_moe_layer")?.map((value) => value !== 0)),
  (values) => listed(values.list("moe_layer_freq")?.map((value) => value !== 0)),
  (values) => among(values.list("moe_layers")),
  // Step writes the numbers of the layers into one text
  (values) => among(values.text("moe_layers_enum")?.split(",").map(Number)),
  byStart,
  (values) => everySo(values, "expert_layer_period", values.count("expert_layer_offset")),
  (values) => everySo(values, "interleave_moe_layer_step"),
  bySparseStep,
  byFirst,
];

/** Layers without experts: the first so many, or a list; `undefined` where all have experts. */
export function denseLayers(values: ConfigValues, layers: number): number | number[] | undefined {
  const hasExperts = DIALECTS.map((dialect) => dialect(values, layers)).find((found) => found !== undefined);
  if (!hasExperts) return undefined;
  const dense = Array.from({ length: layers }, (_, layer) => layer).filter((layer) => !hasExperts(layer));
  if (dense.length === 0) return undefined;
  return dense.at(-1) === dense.length - 1 ? dense.length : dense;
}

function listed(flags: readonly boolean[] | undefined): HasExperts | undefined {
  return flags && ((layer) => flags[layer] ?? true);
}

function among(numbers: readonly number[] | undefined): HasExperts | undefined {
  if (!numbers || numbers.length === 0) return undefined;
  const set = new Set(numbers);
  return (layer) => set.has(layer);
}

/** Ernie: from one layer to another, every so many. The end may be -1 for the last. */
function byStart(values: ConfigValues, layers: number): HasExperts | undefined {
  const start = values.count("moe_layer_start_index");
  if (start === undefined) return undefined;
  const end = values.number("moe_layer_end_index") ?? -1;
  const last = end < 0 ? layers - 1 : end;
  const interval = values.count("moe_layer_interval") ?? 1;
  return (layer) => layer >= start && layer <= last && (layer + 1) % Math.max(1, interval) === 0;
}

function everySo(values: ConfigValues, key: string, offset?: number): HasExperts | undefined {
  const period = values.count(key) ?? 0;
  if (period === 0) return undefined;
  const at = offset ?? period - 1;
  return (layer) => layer % period === at;
}

/** Qwen: every so many, but for those named. */
function bySparseStep(values: ConfigValues): HasExperts | undefined {
  const step = values.count("decoder_sparse_step") ?? 1;
  const dense = new Set(values.list("mlp_only_layers"));
  if (step <= 1 && dense.size === 0) return undefined;
  return (layer) => !dense.has(layer) && (layer + 1) % Math.max(1, step) === 0;
}

/** DeepSeek and most others: after the first so many. */
function byFirst(values: ConfigValues): HasExperts | undefined {
  const first = values.count("first_k_dense_replace", "num_dense_layers", "first_last_k_dense_replace");
  if (first === undefined) return undefined;
  const step = Math.max(1, values.count("moe_layer_freq") ?? 1);
  return (layer) => layer >= first && layer % step === 0;
}
