import type { DraftValue, GgufDraft } from "../weights/index.ts";
import { ARCHITECTURES } from "./architectures.ts";
import type { Attention, Geometry } from "./geometry.ts";
import { draftTensors, type TypeOf } from "./model-tensors.ts";
import { vocabulary } from "./vocabulary.ts";

/** Architectures that can be written, with their keys beyond the common ones. */
const WRITERS: Readonly<Record<string, Writer>> = {
  llama: {
    keys: ({ keyLength }) => [["rope.dimension_count", { type: "u32", value: keyLength }]],
  },
  gemma3: { keys: () => [] },
};

interface Writer {
  readonly keys: (attention: Attention) => Entry[];
}
type Entry = [key: string, value: DraftValue];

/**
 * A whole file for a geometry of one of the architectures {@link WRITERS} names, ready for `writeGguf`: the metadata the
 * engine asks for, a vocabulary of the right size, and every tensor, its type chosen by `typeOf`.
 */
export function modelDraft(geometry: Geometry, typeOf: TypeOf): GgufDraft {
  const writer = WRITERS[geometry.architecture];
  if (!writer) throw new RangeError(`models of architecture "${geometry.architecture}" cannot be written`);
  const first = geometry.layers[0]?.mixer;
  if (first?.kind !== "attention") throw new RangeError("a model must begin with an attention layer to be written");
  const own = [...commonKeys(geometry, first), ...writer.keys(first)];
  const metadata: Entry[] = [
    ["general.architecture", { type: "string", value: geometry.architecture }],
    ["general.type", { type: "string", value: "model" }],
    ["general.name", { type: "string", value: geometry.name ?? "unnamed" }],
    ...own.map(([key, value]): Entry => [`${geometry.architecture}.${key}`, value]),
    ...vocabulary(geometry.vocabularySize),
  ];
  return { metadata, tensors: draftTensors(geometry, typeOf) };
}

function commonKeys(geometry: Geometry, attention: Attention): Entry[] {
  const count = (value: number): DraftValue => ({ type: "u32", value });
  const experts = geometry.layers.map(({ feedForward }) => feedForward).find(({ kind }) => kind === "experts");
  return [
    ["block_count", count(geometry.layers.length)],
    ["context_length", count(geometry.contextLength)],
    ["embedding_length", count(geometry.embeddingLength)],
    ["feed_forward_length", perLayer(geometry.layers.map(({ feedForward }) => lengthOf(feedForward)))],
    ["attention.head_count", perLayer(attentions(geometry).map(({ heads }) => heads))],
    ["attention.head_count_kv", perLayer(attentions(geometry).map(({ kvHeads }) => kvHeads))],
    ["attention.key_length", count(attention.keyLength)],
    ["attention.value_length", count(attention.valueLength)],
    ["attention.layer_norm_rms_epsilon", { type: "f32", value: 1e-6 }],
    ["rope.freq_base", { type: "f32", value: 10_000 }],
    ...windowKeys(geometry),
    ...(experts?.kind === "experts"
      ? ([
          ["expert_count", count(experts.experts)],
          ["expert_used_count", count(experts.expertsUsed)],
        ] satisfies Entry[])
      : []),
  ];
}

/** The window's length; which layers have one only where it is not the architecture's own period, as converters do. */
function windowKeys(geometry: Geometry): Entry[] {
  const windowed = attentions(geometry).map(({ span }) => span !== "full");
  if (!windowed.includes(true)) return [];
  const window = Math.max(...attentions(geometry).map((attention) => attention.window ?? 0));
  const period = ARCHITECTURES[geometry.architecture]?.window?.period ?? 0;
  const usual = windowed.every((value, layer) => value === (layer % period !== period - 1));
  return [
    ["attention.sliding_window", { type: "u32", value: window }],
    ...(usual ? [] : [["attention.sliding_window_pattern", { type: "array", of: "bool", values: windowed }] as Entry]),
  ];
}

/** One value where all layers agree, as converters write it, else one a layer. */
function perLayer(values: readonly number[]): DraftValue {
  const [first = 0] = values;
  return values.every((value) => value === first)
    ? { type: "u32", value: first }
    : { type: "array", of: "u32", values };
}

function attentions(geometry: Geometry): Attention[] {
  return geometry.layers.map(({ mixer }) => mixer).filter((mixer) => mixer.kind === "attention");
}

function lengthOf(feedForward: Geometry["layers"][number]["feedForward"]): number {
  if (feedForward.kind === "dense") return feedForward.length;
  return feedForward.kind === "experts" ? feedForward.expertLength : 0;
}
