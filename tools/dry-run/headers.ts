import type { Geometry, Layer } from "../../src/facts/model/index.ts";

/** Dimensions of a model that need not exist: a size class of `llama` or `gemma3`, and the type of its matrices. */
interface Shape {
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
}

type Row = readonly [
  name: string,
  architecture: Shape["architecture"],
  layers: number,
  width: number,
  heads: number,
  kvHeads: number,
  head: number,
  feedForward: number,
  vocabulary: number,
  tied: boolean,
  type: string,
];

// From 1B to 70B: grouped and ungrouped heads, heads of 64, 128 and 256, tied and untied, widths that are no multiple of 256.
const ROWS: readonly Row[] = [
  ["llama-1b-q4", "llama", 16, 2048, 32, 8, 64, 8192, 128_256, true, "Q4_K"],
  ["llama-1b-q8", "llama", 22, 2048, 32, 4, 64, 5632, 32_000, false, "Q8_0"],
  ["llama-3b-q4_0", "llama", 28, 3072, 24, 8, 128, 8192, 49_152, true, "Q4_0"],
  ["llama-7b-q4", "llama", 32, 4096, 32, 32, 128, 11_008, 32_000, false, "Q4_K"],
  ["llama-8b-f16", "llama", 32, 4096, 32, 8, 128, 14_336, 128_256, false, "F16"],
  ["llama-13b-q5", "llama", 40, 5120, 40, 40, 128, 13_824, 32_000, false, "Q5_K"],
  ["llama-34b-q4", "llama", 48, 8192, 64, 8, 128, 22_016, 32_000, false, "Q4_K"],
  ["llama-70b-q4", "llama", 80, 8192, 64, 8, 128, 28_672, 128_256, false, "Q4_K"],
  ["gemma3-1b-q8", "gemma3", 26, 1152, 4, 1, 256, 6912, 262_144, true, "Q8_0"],
  ["gemma3-4b-q4", "gemma3", 34, 2560, 8, 4, 256, 10_240, 262_208, true, "Q4_K"],
  ["gemma3-12b-q6", "gemma3", 48, 3840, 16, 8, 256, 15_360, 262_208, true, "Q6_K"],
  ["gemma3-27b-q4", "gemma3", 62, 5376, 32, 16, 128, 21_504, 262_208, true, "Q4_K"],
];

export const SHAPES: readonly Shape[] = ROWS.map(
  ([name, architecture, layers, width, heads, kvHeads, head, feedForward, vocabulary, tied, type]) => ({
    name,
    architecture,
    layers,
    width,
    heads,
    kvHeads,
    head,
    feedForward,
    vocabulary,
    tied,
    type,
  }),
);

const WINDOW = 1024;
/** of this many layers the last sees everything */
const PERIOD = 6;

export function geometryOf(shape: Shape): Geometry {
  return {
    architecture: shape.architecture,
    name: shape.name,
    embeddingLength: shape.width,
    vocabularySize: shape.vocabulary,
    contextLength: 131_072,
    tiedEmbeddings: shape.tied,
    layers: Array.from({ length: shape.layers }, (_, layer) => layerOf(shape, layer)),
  };
}

function layerOf({ architecture, heads, kvHeads, head, feedForward }: Shape, layer: number): Layer {
  const sliding = architecture === "gemma3" && layer % PERIOD < PERIOD - 1;
  return {
    kind: "trunk",
    mixer: {
      kind: "attention",
      span: sliding ? "sliding" : "full",
      ...(sliding ? { window: WINDOW } : {}),
      heads,
      kvHeads,
      keyLength: head,
      valueLength: head,
    },
    feedForward: { kind: "dense", length: feedForward, gated: true },
  };
}
