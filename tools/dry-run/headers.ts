import { modelDraft, type Geometry, type Layer } from "../../src/facts/model/index.ts";
import type { DraftTensor, DraftValue, GgufDraft } from "../../src/facts/weights/index.ts";

/** Dimensions of a model that need not exist: a size class of `llama` or `gemma3`, and the type of its matrices. */
export interface Shape {
  readonly name: string;
  readonly architecture: "llama" | "gemma3" | "qwen2" | "qwen3" | "qwen3moe";
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly head: number;
  readonly feedForward: number;
  readonly vocabulary: number;
  readonly tied: boolean;
  readonly type: string;
  readonly experts: number;
  /** gemma3 without it sees everything in every layer */
  readonly window: number;
  /** tensors that some files of the architecture have */
  readonly extras: readonly Extra[];
}

type Extra = "rope_freqs" | "biases" | "qkv-biases" | "head-norms";

const DENSE = { experts: 0, window: 1024, extras: [] } as const;

function llama(
  name: string,
  type: string,
  [layers, width, heads, kvHeads, head, feedForward, vocabulary]: readonly number[],
  more: Partial<Shape> = {},
): Shape {
  return shape("llama", name, type, [layers!, width!, heads!, kvHeads!, head!, feedForward!, vocabulary!], more);
}

function qwen(
  architecture: "qwen2" | "qwen3" | "qwen3moe",
  name: string,
  type: string,
  [layers, width, heads, kvHeads, head, feedForward, vocabulary]: readonly number[],
  more: Partial<Shape> = {},
): Shape {
  const dimensions = [layers!, width!, heads!, kvHeads!, head!, feedForward!, vocabulary!] as const;
  const extras = architecture === "qwen2" ? (["qkv-biases"] as const) : (["head-norms"] as const);
  return shape(architecture, name, type, [...dimensions], { extras, ...more });
}

function gemma3(
  name: string,
  type: string,
  [layers, width, heads, kvHeads, head, feedForward]: readonly number[],
  more: Partial<Shape> = {},
): Shape {
  return shape("gemma3", name, type, [layers!, width!, heads!, kvHeads!, head!, feedForward!, 262_144], {
    tied: true,
    ...more,
  });
}

function shape(
  architecture: Shape["architecture"],
  name: string,
  type: string,
  [layers, width, heads, kvHeads, head, feedForward, vocabulary]: [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ],
  more: Partial<Shape>,
): Shape {
  const dimensions = { layers, width, heads, kvHeads, head, feedForward, vocabulary };
  return { ...DENSE, tied: false, ...dimensions, ...more, architecture, name: `${architecture}-${name}`, type };
}

/**
 * From 1B to 70B: grouped and ungrouped heads, heads of 64 to 256, tied and untied, widths that are no multiple of 256, matrices above
 * and below a software device's storage limit, experts, rotation factors, biases, and Gemma without windows.
 */
export const SHAPES: readonly Shape[] = [
  llama("1b-q4", "Q4_K", [16, 2048, 32, 8, 64, 8192, 128_256], { tied: true, extras: ["rope_freqs"] }),
  llama("1b-q8", "Q8_0", [22, 2048, 32, 4, 64, 5632, 32_000]),
  llama("3b-q4_0", "Q4_0", [28, 3072, 24, 8, 128, 8192, 49_152], { tied: true, extras: ["biases"] }),
  llama("7b-q4", "Q4_K", [32, 4096, 32, 32, 128, 11_008, 32_000]),
  llama("8b-f16", "F16", [32, 4096, 32, 8, 128, 14_336, 128_256], { extras: ["rope_freqs"] }),
  llama("8x2b-q4", "Q4_K", [24, 2048, 16, 8, 128, 4096, 32_000], { experts: 8 }),
  llama("13b-q5", "Q5_K", [40, 5120, 40, 40, 128, 13_824, 32_000]),
  llama("34b-q4", "Q4_K", [48, 8192, 64, 8, 128, 22_016, 32_000]),
  llama("70b-q4", "Q4_K", [80, 8192, 64, 8, 128, 28_672, 128_256]),
  qwen("qwen2", "7b-q4", "Q4_K", [28, 3584, 28, 4, 128, 18_944, 152_064]),
  qwen("qwen3", "0.6b-q8", "Q8_0", [28, 1024, 16, 8, 128, 3072, 151_936], { tied: true }),
  qwen("qwen3", "14b-q4", "Q4_K", [40, 5120, 40, 8, 128, 17_408, 151_936]),
  qwen("qwen3moe", "30b-q4", "Q4_K", [48, 2048, 32, 4, 128, 768, 151_936], { experts: 128 }),
  gemma3("1b-q8", "Q8_0", [26, 1152, 4, 1, 256, 6912]),
  gemma3("4b-q4", "Q4_K", [34, 2560, 8, 4, 256, 10_240]),
  gemma3("8b-q6-no-window", "Q6_K", [32, 4096, 16, 8, 256, 12_288], { window: 0, vocabulary: 128_256 }),
  gemma3("12b-q6", "Q6_K", [48, 3840, 16, 8, 256, 15_360]),
  gemma3("27b-q4", "Q4_K", [62, 5376, 32, 16, 128, 21_504], { vocabulary: 262_208 }),
];

/** of this many layers the last sees everything */
const PERIOD = 6;

export function geometryOf(of: Shape): Geometry {
  return {
    architecture: of.architecture,
    name: of.name,
    embeddingLength: of.width,
    vocabularySize: of.vocabulary,
    contextLength: 131_072,
    tiedEmbeddings: of.tied,
    layers: Array.from({ length: of.layers }, (_, layer) => layerOf(of, layer)),
  };
}

function layerOf({ architecture, heads, kvHeads, head, feedForward, experts, window }: Shape, layer: number): Layer {
  const sliding = architecture === "gemma3" && window > 0 && layer % PERIOD < PERIOD - 1;
  return {
    kind: "trunk",
    mixer: {
      kind: "attention",
      span: sliding ? "sliding" : "full",
      ...(sliding ? { window } : {}),
      heads,
      kvHeads,
      keyLength: head,
      valueLength: head,
    },
    feedForward:
      experts === 0
        ? { kind: "dense", length: feedForward, gated: true }
        : { kind: "experts", experts, expertsUsed: 2, expertLength: feedForward, sharedLength: 0, denseSideLength: 0 },
  };
}

/** A whole file of such a model, without its weights. Qwen's files are Llama's with other names and a few vectors more. */
export function draftOf(of: Shape): GgufDraft {
  const renamed = of.architecture.startsWith("qwen");
  const geometry = geometryOf(of);
  const draft = modelDraft(renamed ? { ...geometry, architecture: "llama" } : geometry, () => of.type);
  const metadata = renamed ? [...draft.metadata].map((entry) => rename(entry, of.architecture)) : [...draft.metadata];
  if (of.architecture === "qwen3moe") {
    metadata.push(["qwen3moe.expert_feed_forward_length", { type: "u32", value: of.feedForward }]);
  }
  return { metadata, tensors: [...draft.tensors, ...of.extras.flatMap((extra) => VECTORS[extra](of))] };
}

function rename([key, value]: readonly [string, DraftValue], architecture: string): readonly [string, DraftValue] {
  if (key === "general.architecture") return [key, { type: "string", value: architecture }];
  return [key.replace(/^llama\./, `${architecture}.`), value];
}

const VECTORS: Readonly<Record<Extra, (of: Shape) => DraftTensor[]>> = {
  rope_freqs: ({ head }) => [{ name: "rope_freqs.weight", type: "F32", shape: [head / 2] }],
  biases: (of) => eachLayer(of, "bias", { ...headLengths(of), attn_output: of.width, ...feedForwardLengths(of) }),
  "qkv-biases": (of) => eachLayer(of, "bias", headLengths(of)),
  "head-norms": (of) => eachLayer(of, "weight", { attn_q_norm: of.head, attn_k_norm: of.head }),
};

function headLengths({ heads, kvHeads, head }: Shape): Record<string, number> {
  return { attn_q: heads * head, attn_k: kvHeads * head, attn_v: kvHeads * head };
}

function feedForwardLengths({ feedForward, width }: Shape): Record<string, number> {
  return { ffn_gate: feedForward, ffn_up: feedForward, ffn_down: width };
}

function eachLayer({ layers }: Shape, suffix: string, lengths: Readonly<Record<string, number>>): DraftTensor[] {
  return Array.from({ length: layers }, (_, layer) =>
    Object.entries(lengths).map(([name, length]) => ({
      name: `blk.${layer}.${name}.${suffix}`,
      type: "F32",
      shape: [length],
    })),
  ).flat();
}
