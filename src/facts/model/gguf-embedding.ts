import type { GgufFile } from "../weights/index.ts";
import { ARCHITECTURES } from "./architectures.ts";
import type { ArchitectureKeys } from "./architecture-keys.ts";
import type { Classifier, Geometry, Pooling } from "./geometry.ts";

/** `llama_pooling_type` of llama.cpp. */
const POOLINGS: readonly Pooling[] = ["none", "mean", "cls", "last", "rank"];

type EmbeddingParts = Pick<Geometry, "pooling" | "bidirectional" | "cacheless" | "tokenTypes" | "classifier">;

/** What a file says of how texts become vectors or scores. */
export function embeddingParts(file: GgufFile, keys: ArchitectureKeys): EmbeddingParts {
  const cacheless = ARCHITECTURES[keys.architecture]?.cacheless;
  const pooling = POOLINGS[keys.count("pooling_type") ?? -1];
  // the engine sets it for Gemma's whatever the file says
  const bidirectional = keys.architecture === "gemma-embedding" || keys.flag("attention.causal") === false;
  const tokenTypes = file.metadata.count("tokenizer.ggml.token_type_count") ?? 0;
  const classifier = classifierOf(file);
  return {
    ...(pooling !== undefined && { pooling }),
    ...(bidirectional && { bidirectional }),
    ...(cacheless && { cacheless }),
    ...(tokenTypes > 0 && { tokenTypes }),
    ...(classifier && { classifier }),
  };
}

function classifierOf({ tensors }: GgufFile): Classifier | undefined {
  const scores = tensors.find(({ name }) => name === "cls.output.weight");
  const dense = tensors.find(({ name }) => name === "cls.weight");
  if (!scores && !dense) return undefined;
  // some have one matrix alone, under the name of the first
  return { labels: (scores ?? dense)!.shape[1] ?? 1, ...(scores && dense && { dense: true as const }) };
}
