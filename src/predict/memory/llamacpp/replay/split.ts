import type { ComputeBackend } from "../backends/backend.ts";
import type { Graph } from "../graph/graph.ts";
import { GraphTensor, isViewOperation } from "../graph/tensor.ts";
import { canRead } from "./assign.ts";

/** A run of nodes on one back end, and the tensors copied to it when it starts. */
export interface Split {
  readonly backend: number;
  readonly nodes: GraphTensor[];
  readonly inputs: GraphTensor[];
}

export interface SplitOptions {
  /** copies of every split input, more than one when devices work as a pipeline */
  readonly copies: number;
  /** a split that has taken this many inputs is ended before a node that needs another (builds that count them) */
  readonly inputLimit: number;
}

/**
 * Cuts an assigned graph into splits (ggml-backend.cpp, pass 5). A source that its reader cannot reach is copied once per back
 * end, at the start of the first split that needs it; from then on the node reads the copy. Views belong to the split they stand in.
 */
export function splitGraph(graph: Graph, backends: readonly ComputeBackend[], options: SplitOptions): Split[] {
  const first = graph.nodes.find((node) => !isViewOperation(node.operation));
  const splits: Split[] = [];
  let split: Split = { backend: first?.backend ?? backends.length - 1, nodes: [], inputs: [] };
  let capacity = 0;
  splits.push(split);
  for (const node of graph.nodes) {
    if (isViewOperation(node.operation)) {
      split.nodes.push(node);
      continue;
    }
    const again =
      node.backend === split.backend && split.inputs.length > 0 && wantsNewSplit(node, split, backends, capacity);
    if (node.backend !== split.backend || again) {
      split = { backend: node.backend, nodes: [], inputs: [] };
      capacity = 0;
      splits.push(split);
    }
    split.nodes.push(node);
    for (let index = 0; index < node.sources.length; index++) {
      const source = node.sources[index];
      if (source === undefined || source.backend === split.backend || canRead(source, split.backend, backends))
        continue;
      source.copies ??= [];
      if (source.copies[split.backend] === undefined) {
        source.copies[split.backend] = Array.from({ length: options.copies }, () => copyOf(source, options.copies > 1));
        split.inputs.push(source);
        if (split.inputs.length > capacity) capacity = capacity === 0 ? options.inputLimit : 2 * capacity;
      }
      node.sources[index] = source.copies[split.backend]![0];
    }
  }
  return splits;
}

/**
 * A host weight copied to a device starts a split of its own, so that the memory of the one before can be used again; and so does
 * a node that would need more inputs than the split has room for.
 */
function wantsNewSplit(
  node: GraphTensor,
  split: Split,
  backends: readonly ComputeBackend[],
  capacity: number,
): boolean {
  const sources = node.sources;
  for (let index = 0; index < sources.length; index++) {
    const source = sources[index];
    if (source === undefined || source.backend === split.backend) continue;
    if (source.store?.usage === "weights" && !canRead(source, split.backend, backends)) return true;
    const copied = source.copies?.[split.backend] !== undefined;
    if (split.inputs.length >= capacity && !copied && !canRead(source, split.backend, backends)) return true;
  }
  return false;
}

function copyOf(source: GraphTensor, pipelined: boolean): GraphTensor {
  const copy = new GraphTensor("none", source.type, source.shape, [], { strides: source.strides, bytes: source.bytes });
  copy.name = `copy of ${source.name ?? source.operation}`;
  copy.input = copy.output = pipelined;
  return copy;
}
