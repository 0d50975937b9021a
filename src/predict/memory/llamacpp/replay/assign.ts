import type { ComputeBackend } from "../backends/backend.ts";
import type { Graph } from "../graph/graph.ts";
import { isViewOperation, type GraphTensor } from "../graph/tensor.ts";
import { EngineAbort } from "./abort.ts";

/**
 * Gives every tensor of a graph a back end, as the engine's scheduler does (ggml-backend.cpp, `ggml_backend_sched_split_graph`,
 * passes 1 to 4): what lies in a buffer stays there, an operation follows its weight, neighbours follow their neighbours, devices
 * before the CPU, and what a device cannot do goes where most of its sources are. Nodes that already have a back end keep it.
 */
export function assignBackends(graph: Graph, backends: readonly ComputeBackend[], offload: boolean): void {
  const last = backends.length - 1;
  for (const list of [graph.leaves, graph.nodes]) {
    for (let index = 0; index < list.length; index++) {
      const tensor = list[index]!;
      if (tensor.backend < 0) tensor.backend = fromPlace(tensor, backends, offload);
    }
  }
  expand(graph.nodes, backends, 1, last);
  expand(graph.nodes, backends, -1, last);
  expand(graph.nodes, backends, 1, -1);
  expand(graph.nodes, backends, -1, -1);
  const { nodes } = graph;
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index]!;
    if (node.backend < 0 && !isViewOperation(node.operation)) node.backend = bestFor(node, backends);
  }
  for (let index = 0; index < nodes.length; index++) assignSources(nodes[index]!, backends);
}

/** Pass 1: memory that exists already decides. -1 where nothing does. */
function fromPlace(tensor: GraphTensor, backends: readonly ComputeBackend[], offload: boolean): number {
  const last = backends.length - 1;
  if (tensor.placed !== undefined) {
    const backend = backendOf(tensor, tensor, backends);
    if (backend < 0) throw new EngineAbort(tensor);
    return backend;
  }
  if (tensor.input) return last;
  // the weights of these are too small to decide where they run
  if (tensor.operation === "rope" || tensor.operation === "flash_attn_ext") return -1;
  const sources = tensor.sources;
  for (let index = 0; index < sources.length; index++) {
    const source = sources[index];
    if (source?.store?.usage !== "weights") continue;
    const backend = backendOf(source, tensor, backends);
    if (offload && backend === last && source.store.bufferType.host) {
      for (let device = 0; device < last; device++) {
        if (backends[device]!.supports(tensor) && backends[device]!.offloads(tensor)) return device;
      }
    }
    return backend;
  }
  return -1;
}

/** First back end that can read the memory `tensor` lies in and do `operation`. */
function backendOf(tensor: GraphTensor, operation: GraphTensor, backends: readonly ComputeBackend[]): number {
  const type = tensor.placed!.bufferType;
  for (let index = 0; index < backends.length; index++) {
    const backend = backends[index]!;
    if (backend.reads(type) && backend.supports(operation)) return index;
  }
  return -1;
}

/** Pass 2: neighbours without a back end take the one before them (or after, `step` -1); the back end `except` does not spread. */
function expand(
  nodes: readonly GraphTensor[],
  backends: readonly ComputeBackend[],
  step: 1 | -1,
  except: number,
): void {
  let current = -1;
  for (let index = step > 0 ? 0 : nodes.length - 1; index >= 0 && index < nodes.length; index += step) {
    const node = nodes[index]!;
    if (isViewOperation(node.operation)) continue;
    if (node.backend >= 0) current = node.backend === except ? -1 : node.backend;
    else if (current >= 0 && backends[current]!.supports(node)) node.backend = current;
  }
}

/** Pass 3: what is left goes to the back end that reads most of its sources where they are. */
function bestFor(node: GraphTensor, backends: readonly ComputeBackend[]): number {
  let best = -1;
  let most = -1;
  for (let index = 0; index < backends.length; index++) {
    if (!backends[index]!.supports(node)) continue;
    let readable = 0;
    for (const source of node.sources) {
      if (source === undefined || (source.backend < 0 && (source.owner === undefined || source.owner.backend < 0)))
        continue;
      if (canRead(source, index, backends)) readable += 1;
    }
    if (readable > most) {
      most = readable;
      best = index;
    }
  }
  return best;
}

/** Pass 4: views lie with what they view, sources without a back end come to their reader. */
function assignSources(node: GraphTensor, backends: readonly ComputeBackend[]): void {
  if (node.owner !== undefined && node.backend < 0) node.backend = node.owner.backend;
  const sources = node.sources;
  for (let index = 0; index < sources.length; index++) {
    const source = sources[index];
    if (source === undefined || source.backend >= 0) continue;
    source.backend = source.owner === undefined ? node.backend : source.owner.backend;
  }
  for (let index = 0; index < backends.length && node.backend < 0; index++) {
    if (backends[index]!.supports(node)) node.backend = index;
  }
}

/** Whether a back end can read a tensor where it lies or will lie. */
export function canRead(tensor: GraphTensor, backend: number, backends: readonly ComputeBackend[]): boolean {
  const placed = tensor.placed;
  if (placed !== undefined) return backends[backend]!.reads(placed.bufferType);
  const assigned = tensor.backend < 0 && tensor.owner !== undefined ? tensor.owner.backend : tensor.backend;
  return assigned >= 0 && backends[backend]!.reads(computeBuffer(backends, assigned));
}

/** Memory that a back end's intermediate results lie in. */
export function computeBuffer(backends: readonly ComputeBackend[], index: number) {
  return backends[index]!.computeBufferType ?? backends[index]!.bufferType;
}
