import type { ComputeBackend } from "../backends/backend.ts";
import type { Graph } from "../graph/graph.ts";
import { GraphTensor, isViewOperation } from "../graph/tensor.ts";
import { assignBackends, computeBuffer } from "./assign.ts";
import { GraphAllocator, type Held, type Placed } from "./graph-allocator.ts";
import { splitGraph, type Split } from "./split.ts";

export interface ScheduleOptions {
  readonly copies: number;
  readonly offload: boolean;
  readonly inputLimit: number;
  /** inputs that no operation reads, or only through a view, are held once per copy too */
  readonly copiesUnusedInputs: boolean;
  /** somebody reads what lies in each buffer at its peak: noting it down costs */
  readonly tellsPeaks: boolean;
}

export interface Reservation {
  /** bytes per chunk of every back end's compute buffer, in the back ends' order */
  readonly chunks: readonly (readonly number[])[];
  /** what lay in each compute buffer when it last grew; nothing where nobody asked */
  readonly peaks: readonly (readonly Held[])[];
  readonly splits: number;
  readonly nodes: number;
}

/** What one graph needs: assigned, split, reordered by its back ends, and planned by the allocator. The graph is used up by it. */
export function reserve(graph: Graph, backends: readonly ComputeBackend[], options: ScheduleOptions): Reservation {
  assignBackends(graph, backends, options.offload);
  // seen before sources are replaced by copies
  const copied = options.copies === 1 ? new Set<GraphTensor>() : copiedInputs(graph, options);
  const splits = splitGraph(graph, backends, options);
  const kept = keepers(splits, backends);
  const nodes: Placed[] = [];
  for (const split of splits) {
    for (const source of split.inputs) {
      // holds the source until the copy is made, then the copy begins its life
      nodes.push({ tensor: dependency([source], source), buffer: source.backend });
      nodes.push({ tensor: source.copies![split.backend]![0]!, buffer: split.backend });
    }
    for (let index = 0; index < split.nodes.length; index++) {
      const node = split.nodes[index]!;
      nodes.push({ tensor: node, buffer: node.backend });
      const keep = kept.get(node);
      if (keep !== undefined) nodes.push({ tensor: dependency(keep, keep[0]!), buffer: split.backend });
    }
  }
  const allocator = new GraphAllocator(
    backends.map((_, index) => computeBuffer(backends, index)),
    options.tellsPeaks,
  );
  const chunks = allocator.reserve(nodes, [
    ...pipelineLeaves(copied, splits, options),
    ...graph.leaves.map((tensor) => ({ tensor, buffer: tensor.backend })),
  ]);
  return { chunks, peaks: allocator.peaks(), splits: splits.length, nodes: graph.nodes.length };
}

/** Graph inputs that a pipeline copies, in the graph's order. */
function copiedInputs(graph: Graph, options: ScheduleOptions): Set<GraphTensor> {
  const inputs = graph.leaves.filter((leaf) => leaf.input);
  if (options.copiesUnusedInputs) return new Set(inputs);
  const read = new Set(graph.nodes.flatMap((node) => (isViewOperation(node.operation) ? [] : node.sources)));
  return new Set(inputs.filter((leaf) => read.has(leaf)));
}

/** Devices working as a pipeline hold several copies of every graph input and every split input, all the time. */
function pipelineLeaves(
  copied: ReadonlySet<GraphTensor>,
  splits: readonly Split[],
  options: ScheduleOptions,
): Placed[] {
  const leaves: Placed[] = [];
  if (options.copies === 1) return leaves;
  for (const leaf of copied) {
    leaf.output = true;
    leaves.push({ tensor: leaf, buffer: leaf.backend });
    for (let copy = 1; copy < options.copies; copy++) {
      const twin = new GraphTensor("none", leaf.type, leaf.shape, [], { strides: leaf.strides });
      twin.name = leaf.name;
      twin.input = twin.output = true;
      leaves.push({ tensor: twin, buffer: leaf.backend });
    }
  }
  for (const split of splits) {
    for (const source of split.inputs) {
      for (const tensor of source.copies![split.backend]!) leaves.push({ tensor, buffer: split.backend });
    }
  }
  return leaves;
}

/** Lets every back end reorder its splits, and collects the tensors they keep alive, by the node until which. */
function keepers(splits: readonly Split[], backends: readonly ComputeBackend[]): Map<GraphTensor, GraphTensor[]> {
  const kept = new Map<GraphTensor, GraphTensor[]>();
  for (const split of splits) {
    backends[split.backend]!.optimize?.(split.nodes, ({ tensor, until }) => {
      const list = kept.get(until) ?? [];
      if (!list.includes(tensor)) list.push(tensor);
      kept.set(until, list);
    });
  }
  return kept;
}

/** A node that only holds its sources: no operation, no memory of its own. */
function dependency(sources: readonly GraphTensor[], of: GraphTensor): GraphTensor {
  return new GraphTensor("none", of.type, of.shape, [...sources], {
    owner: of.owner ?? of,
    strides: of.strides,
    bytes: 0,
  });
}
