import type { FeedForward, Geometry } from "../../model/index.ts";

/** Dimensions of a model whose layers are all alike. */
export interface Dimensions {
  readonly architecture: string;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headLength: number;
  /** of a dense feed-forward, or the experts */
  readonly feedForward: number | { readonly experts: number; readonly expertLength: number };
  readonly vocabulary: number;
  readonly tied?: true;
}

export function alike(dimensions: Dimensions): Geometry {
  const { architecture, layers, width, heads, kvHeads, headLength, feedForward, vocabulary, tied } = dimensions;
  const part: FeedForward =
    typeof feedForward === "number"
      ? { kind: "dense", length: feedForward, gated: true }
      : { kind: "experts", ...feedForward, expertsUsed: 1, sharedLength: 0, denseSideLength: 0 };
  return {
    architecture,
    embeddingLength: width,
    vocabularySize: vocabulary,
    contextLength: 4096,
    tiedEmbeddings: tied ?? false,
    layers: Array.from({ length: layers }, () => ({
      kind: "trunk",
      mixer: { kind: "attention", span: "full", heads, kvHeads, keyLength: headLength, valueLength: headLength },
      feedForward: part,
    })),
  };
}
