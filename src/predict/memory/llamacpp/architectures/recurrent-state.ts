import { I32 } from "../graph/element.ts";
import { copyInto, getRows, input, reshape, scaleInPlace, view } from "../graph/operations.ts";
import { elements, type GraphTensor } from "../graph/tensor.ts";
import type { GraphBuilder } from "./builder.ts";

/** Which states the sequences of a batch have: an input and views of it, shared by all recurrent layers. */
export interface StateIndices {
  readonly all: GraphTensor;
  /** those of the batch; a reservation has all sequences in the batch, or (MiniMax 01) one */
  readonly own: GraphTensor;
  /** the rest; where all are gathered at once, all but the first */
  readonly others: GraphTensor;
}

export function stateIndices(builder: GraphBuilder): StateIndices {
  const { build, sizes, sequences } = builder.request;
  const all = input(I32, [sizes.sequences]);
  const others = view(all, [build.gathersStatesAtOnce ? sizes.sequences - 1 : sizes.sequences - sequences]);
  return { all, own: view(all, [sequences]), others };
}

/** Reads the batch's states in a way of its own, instead of gathering them. */
type ReadStates = (states: GraphTensor, ids: GraphTensor) => GraphTensor;

/**
 * States of a layer for the sequences of a batch (llama-graph.cpp, `build_rs`): a fresh sequence's is cleared, the batch's are
 * gathered (or read by `read`), those of other sequences copied to their place.
 */
export function sequenceStates(
  builder: GraphBuilder,
  stored: GraphTensor,
  indices: StateIndices,
  read?: ReadStates,
): GraphTensor {
  const { graph } = builder;
  const { build, sizes } = builder.request;
  const [length] = stored.shape;
  const states = reshape(stored, stored.shape);
  graph.expand(scaleInPlace(view(states, [length])));
  let others: GraphTensor;
  let result: GraphTensor;
  if (build.gathersStatesAtOnce) {
    // who reads states himself leaves the first of the rest to him
    const gathered = getRows(states, read === undefined ? indices.all : indices.others);
    result = read?.(states, indices.own) ?? view(gathered, [length, sizes.sequences], [gathered.strides[1]]);
    others = view(gathered, [length, 0], [gathered.strides[1]]);
    graph.expand(result);
  } else {
    result = read?.(states, indices.own) ?? getRows(states, indices.own);
    graph.expand(result);
    others = getRows(states, indices.others);
  }
  graph.expand(copyInto(view(stored, [length, others.shape[1]], [stored.strides[1]]), others));
  return result;
}

/** The newest of `values` become the stored states: the current one and as many snapshots as are kept. */
export function storeStates(builder: GraphBuilder, stored: GraphTensor, values: GraphTensor): void {
  const [length] = stored.shape;
  builder.graph.expand(copyInto(view(stored, [length, elements(values.shape) / length], [stored.strides[1]]), values));
}
