import { modelDraft, type Geometry, type Layer } from "../../src/facts/model/index.ts";
import type { DraftTensor, GgufDraft } from "../../src/facts/weights/index.ts";

/** Dimensions of a model that need not exist: a size class of `llama` or `gemma3`, and the type of its matrices. */
export interface Shape {
  readonly name: string;
  readonly architecture: "llama" | "gemma3";
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
  readonly extras: readonly ("rope_freqs" | "biases")[];
}

const DENSE = { experts: 0, window: 1024, extras: [] } as const;

function llama(
  name: string,
  type: string,
  [layers, width, heads, kvHeads, head, feedForward, vocabulary]: readonly number[],
  more: Partial<Shape> = {},
): Shape {
  return shape("llama", name, type, [layers!, width!, heads!, kvHeads!, head!, feedForward!, vocabulary!], more);
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

/** A whole file of such a model, without its weights. */
export function draftOf(of: Shape): GgufDraft {
  const draft = modelDraft(geometryOf(of), () => of.type);
  const vectors: DraftTensor[] = of.extras.flatMap((extra) => (extra === "biases" ? biases(of) : rotationFactors(of)));
  return { ...draft, tensors: [...draft.tensors, ...vectors] };
}

function rotationFactors({ head }: Shape): DraftTensor[] {
  return [{ name: "rope_freqs.weight", type: "F32", shape: [head / 2] }];
}

function biases({ layers, width, heads, kvHeads, head, feedForward }: Shape): DraftTensor[] {
  const lengths: readonly (readonly [string, number])[] = [
    ["attn_q", heads * head],
    ["attn_k", kvHeads * head],
    ["attn_v", kvHeads * head],
    ["attn_output", width],
    ["ffn_gate", feedForward],
    ["ffn_up", feedForward],
    ["ffn_down", width],
  ];
  return Array.from({ length: layers }, (_, layer) =>
    lengths.map(([name, length]) => ({ name: `blk.${layer}.${name}.bias`, type: "F32", shape: [length] })),
  ).flat();
}
