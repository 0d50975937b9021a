import type { Session } from "./compute.ts";
import type { Graph } from "./graph/graph.ts";
import type { GraphTensor } from "./graph/tensor.ts";
import { EngineRefusal, rejected } from "./reject.ts";

/** Architectures whose graphs are longer than their number of tensors suggests (llama-context.cpp, `graph_max_nodes`). */
const LONG_GRAPHS: ReadonlySet<string> = new Set([
  "bailingmoe3",
  "deepseek4",
  "hy_v4",
  "kimi-linear",
  "minimax-01",
  "minimax-m3",
  "nanbeige",
  "qwen35",
  "qwen35moe",
  "qwen3next",
  "qwen4exp",
]);
/** and those of which they are longer still */
const LONGEST_GRAPHS: ReadonlySet<string> = new Set(["glm5-next", "kimi-k3"]);
/** nodes that a pair of an adapter's matrices adds at most */
const NODES_PER_PAIR = 6;

/**
 * The engine makes room for so many nodes, and its scheduler for as many tensors as the table of that size holds. It does not check
 * what a graph comes to, and ends its process where one is longer: a model of few tensors, each with much to do (quantised caches on the
 * host, many streams), gets there.
 */
export function checkGraph(graph: Graph, session: Session, tokens: number): void {
  const { leftOut } = session;
  const room = nodesAllowed(session, tokens);
  const tensors = graph.nodes.length + graph.leaves.length;
  if (leftOut !== undefined) {
    // of what is left out, at least two are there: no layer is more than half of the graph
    const most = (longest: number) => tensors + leftOut.layers * longest;
    if (most(tensors / 2) <= room || most(tensorsOfLongestLayer(graph)) <= room) return;
    throw new PerhapsTooLong();
  }
  if (graph.nodes.length <= room && tensors <= tableSize(room)) return;
  throw new EngineRefusal(
    rejected(
      "graph-too-long",
      `a graph of ${tensors} tensors where the engine has room for ${tableSize(room)}: it would end; use -ctk f16 -ctv f16, or --kv-unified`,
    ),
  );
}

/** Layers were left out, and it takes all of them to say whether the graph has room. */
export class PerhapsTooLong extends Error {}

/** Layers stand in a graph one behind the other: a tensor belongs to the last one of which a weight came before. */
function tensorsOfLongestLayer({ nodes, leaves }: Graph): number {
  /** by layer, what comes before all of them first */
  const counts: (number | undefined)[] = [];
  for (const list of [leaves, nodes]) {
    let layer = -1;
    for (const tensor of list) {
      layer = Math.max(layer, layerOf(tensor));
      for (let index = 0; index < tensor.sources.length; index++) {
        const source = tensor.sources[index];
        if (source !== undefined) layer = Math.max(layer, layerOf(source));
      }
      counts[layer + 1] = (counts[layer + 1] ?? 0) + 1;
    }
  }
  return Math.max(...counts.filter((count) => count !== undefined));
}

const ZERO = 48;

function layerOf({ name }: GraphTensor): number {
  if (name === undefined || !name.startsWith("blk.")) return -1;
  let layer = 0;
  for (let at = 4; at < name.length; at++) {
    const digit = name.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) break;
    layer = 10 * layer + digit;
  }
  return layer;
}

/** Architectures for which a micro-batch is reserved as one of a single sequence, too (llama-context.cpp, `sched_reserve`). */
const ONE_SEQUENCE: ReadonlySet<string> = new Set(["kimi-linear", "minimax-01"]);

/** There the streams of a cache do not share the tokens evenly, which attention takes for granted: the engine ends its process. */
export function checkStreams({ geometry, sizes, build }: Session, tokens: number): void {
  if (!build.reservesOneSequence || !ONE_SEQUENCE.has(geometry.architecture) || tokens % sizes.streams === 0) return;
  // of the last layer only some rows are looked at
  if (geometry.layers.slice(0, -1).every(({ mixer }) => mixer.kind === "recurrent")) return;
  throw new EngineRefusal(
    rejected(
      "tokens-not-in-streams",
      `-ub ${tokens}: ${sizes.streams} sequences with caches of their own cannot share so many tokens evenly, and the engine would end; use a multiple, or --kv-unified`,
    ),
  );
}

function nodesAllowed({ geometry, weights, adapters, leftOut }: Session, tokens: number): number {
  const tensors = weights.all.length + (leftOut?.tensors ?? 0);
  if (LONGEST_GRAPHS.has(geometry.architecture)) return Math.max(160 * tokens, 64 * tensors);
  if (LONG_GRAPHS.has(geometry.architecture)) return Math.max(40 * tokens, 32 * tensors);
  const pairs = adapters.reduce((sum, adapter) => sum + adapter.pairs.length, 0);
  return Math.max(1024, 8 * tensors) + NODES_PER_PAIR * pairs;
}

/** Sizes of ggml's hash tables: the first prime behind each power of two (ggml.c, `ggml_hash_size`), as far as graphs go. */
const PRIMES = [1031, 2053, 4099, 8209, 16_411, 32_771, 65_537, 131_101, 262_147, 524_309, 1_048_583];

function tableSize(least: number): number {
  return PRIMES.find((prime) => prime >= least) ?? Infinity;
}
