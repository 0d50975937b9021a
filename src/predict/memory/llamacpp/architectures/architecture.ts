import type { GraphBuilder } from "./builder.ts";
import type { GraphTensor } from "../graph/tensor.ts";

/** One model architecture: how its compute graph is built. Adding one is adding a file with such a value to the registry. */
export interface Architecture {
  /** GGUF `general.architecture` */
  readonly name: string;
  /**
   * the engine creates the output matrix before the embedding it is tied to (src/models/gemma4.cpp): in one memory both are
   * there, where elsewhere the second is found to exist
   */
  readonly outputFirst?: true;
  /** the logits come from the token embedding where it lies: it is not loaded again with the output */
  readonly sharesEmbedding?: true;
  /** only layers that see everything have rotation factors, and the tensor of factors is loaded for them alone */
  readonly factorsOfFullLayers?: true;
  /** what pairs of a sequence's tokens need is most where a micro-batch is of one sequence: such a graph is reserved too, as the last */
  readonly longestAlone?: true;
  /** graphs grow with what is in the cache, beyond what the engine reserves while it is empty */
  readonly grows?: true;
  /** from the embedded tokens to the logits */
  build(builder: GraphBuilder): GraphTensor;
  /** the same for the block appended to draft further tokens, from the next token and the last hidden state; where it is known */
  buildDraft?(builder: GraphBuilder): GraphTensor;
}
