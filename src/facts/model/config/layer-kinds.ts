import type { ArchitectureFacts } from "../architectures.ts";
import type { ConfigValues } from "./config-values.ts";

/** What a layer mixes by; "feed-forward" and "experts" are layers that do not mix. */
export type LayerKind = "full" | "windowed" | "recurrent" | "feed-forward" | "experts";

const FULL = [
  "full_attention",
  "attention",
  "global_attention",
  "full",
  "global",
  "hybrid",
  "deepseek_sparse_attention",
];
const WINDOWED = ["sliding_attention", "chunked_attention", "local_attention", "sliding", "local"];
const RECURRENT = ["linear_attention", "mamba", "mamba2", "conv", "recurrent", "lightning_attention", "kda", "linear"];

const WORDS: ReadonlyMap<string, LayerKind> = new Map<string, LayerKind>([
  ...FULL.map((word) => [word, "full"] as const),
  ...WINDOWED.map((word) => [word, "windowed"] as const),
  ...RECURRENT.map((word) => [word, "recurrent"] as const),
  ["mlp", "feed-forward"],
  ["moe", "experts"],
]);
const LETTERS: ReadonlyMap<string, LayerKind> = new Map<string, LayerKind>([
  ["M", "recurrent"],
  ["*", "full"],
  ["-", "feed-forward"],
  ["E", "experts"],
]);

/** One way to write it down; `undefined` where the configuration has none of its keys. */
type Dialect = (values: ConfigValues, layers: number) => readonly LayerKind[] | undefined;

/** Every way publishers write which layer is what, the most explicit first. */
const DIALECTS: readonly Dialect[] = [
  (values, layers) => wordList(values, "layer_types", layers),
  (values, layers) => wordList(values, "layers_block_type", layers),
  (values, layers) => letters(values, "hybrid_override_pattern", layers, LETTERS),
  // numbers of the layers with attention; Kimi counts from one
  (values, layers) => fullAt(values.list("full_attn_idxs"), layers, "recurrent"),
  (values, layers) => fullAt(values.list("attn_layer_indices"), layers, "recurrent"),
  (values, layers) => {
    const ones = values.nested("linear_attn_config")?.list("full_attn_layers");
    return fullAt(
      ones?.map((layer) => layer - 1),
      layers,
      "recurrent",
    );
  },
  // one layer in every so many
  (values, layers) => every(values, "attn_layer_period", layers, "recurrent", values.count("attn_layer_offset")),
  (values, layers) => every(values, "full_attention_interval", layers, "recurrent"),
  (values, layers) => every(values, "layer_group_size", layers, "recurrent"),
  // 1 for full attention, 0 for lightning; 1 for a window, 0 for none
  (values, layers) => byNumber(values, "attn_type_list", layers, ["recurrent", "full"]),
  (values, layers) => byNumber(values, "hybrid_layer_pattern", layers, ["full", "windowed"]),
  (values, layers) => byNumber(values, "sliding_window_layout", layers, ["full", "windowed"]),
  (values, layers) => repeated(values.text("sliding_window_pattern"), layers),
  (values, layers) => every(values, "sliding_window_pattern", layers, "windowed"),
  (values, layers) => every(values, "_sliding_window_pattern", layers, "windowed"),
  (values, layers) => every(values, "global_attn_every_n_layers", layers, "windowed"),
];

/** What each layer is. Where the configuration does not say, the architecture's own period of windows decides. */
export function layerKinds(values: ConfigValues, layers: number, window: ArchitectureFacts["window"]): LayerKind[] {
  for (const dialect of DIALECTS) {
    const kinds = dialect(values, layers);
    if (kinds) return [...kinds];
  }
  if (!window) return Array.from({ length: layers }, () => "full");
  if (window.period === 1) throw values.wrong("layer_types", `a list of ${layers} words, one a layer`, "none");
  const full = window.fullFirst ? 0 : window.period - 1;
  return Array.from({ length: layers }, (_, layer) =>
    window.period > 0 && layer % window.period === full ? "full" : "windowed",
  );
}

function wordList(values: ConfigValues, key: string, layers: number): LayerKind[] | undefined {
  const words = values.words(key);
  if (!words) return undefined;
  // As in the engine's converter, blocks for multi-token prediction may be listed too.
  if (words.length < layers) throw values.wrong(key, `${layers} words, one a layer`, words.length);
  return words.slice(0, layers).map((word) => {
    const kind = WORDS.get(word);
    if (kind) return kind;
    throw values.wrong(key, `one of ${[...WORDS.keys()].join(", ")}`, `"${word.slice(0, 40)}"`);
  });
}

function letters(
  values: ConfigValues,
  key: string,
  layers: number,
  meaning: ReadonlyMap<string, LayerKind>,
): LayerKind[] | undefined {
  const text = values.text(key);
  if (text === undefined) return undefined;
  if (text.length !== layers) throw values.wrong(key, `${layers} letters, one a layer`, text.length);
  return Array.from(text, (letter) => {
    const kind = meaning.get(letter);
    if (kind) return kind;
    throw values.wrong(key, `letters of "${[...meaning.keys()].join("")}"`, `"${letter}"`);
  });
}

/** Exaone writes "LLLG": local, local, local, global, over and over. */
function repeated(text: string | undefined, layers: number): LayerKind[] | undefined {
  if (text === undefined || !/^[LG]{1,64}$/.test(text)) return undefined;
  return Array.from({ length: layers }, (_, layer) => (text[layer % text.length] === "G" ? "full" : "windowed"));
}

function fullAt(list: readonly number[] | undefined, layers: number, others: LayerKind): LayerKind[] | undefined {
  if (!list) return undefined;
  const full = new Set(list);
  return Array.from({ length: layers }, (_, layer) => (full.has(layer) ? "full" : others));
}

function every(
  values: ConfigValues,
  key: string,
  layers: number,
  others: LayerKind,
  offset?: number,
): LayerKind[] | undefined {
  if (values.list(key) || values.text(key) !== undefined) return undefined;
  const period = values.count(key) ?? 0;
  if (period === 0) return undefined;
  const full = offset ?? period - 1;
  return Array.from({ length: layers }, (_, layer) => (layer % period === full ? "full" : others));
}

function byNumber(
  values: ConfigValues,
  key: string,
  layers: number,
  kinds: readonly [zero: LayerKind, other: LayerKind],
): LayerKind[] | undefined {
  const list = values.list(key);
  if (!list) return undefined;
  if (list.length < layers) throw values.wrong(key, `${layers} numbers, one a layer`, list.length);
  return list.slice(0, layers).map((value) => kinds[value === 0 ? 0 : 1]);
}
