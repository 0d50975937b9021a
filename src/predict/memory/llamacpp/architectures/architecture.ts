import type { GraphBuilder } from "./builder.ts";
import type { GraphTensor } from "../graph/tensor.ts";

/** One model architecture: how its compute graph is built. Adding one is adding a file with such a value to the registry. */
export interface Architecture {
  /** GGUF `general.architecture` */
  readonly name: string;
  /** from the embedded tokens to the logits */
  build(builder: GraphBuilder): GraphTensor;
  /** the same for the block appended to draft further tokens, from the next token and the last hidden state; where it is known */
  buildDraft?(builder: GraphBuilder): GraphTensor;
}
