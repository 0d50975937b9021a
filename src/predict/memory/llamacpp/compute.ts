import type { Geometry } from "../../../facts/model/index.ts";
import { overridesOf, type FoundBuild, type LlamaCppBuild } from "../../../facts/runtime/index.ts";
import { GraphBuilder, type FusedKind, type GraphPart } from "./architectures/builder.ts";
import { ENDS } from "./architectures/ends.ts";
import type { Architecture } from "./architectures/architecture.ts";
import type { PlacedAdapter } from "./adapters.ts";
import type { LayerCache } from "./cache.ts";
import type { LayerState } from "./state.ts";
import { pad, type ContextSizes } from "./context.ts";
import { isCovered, noteOneToken } from "./covered.ts";
import type { UsedDevice } from "./devices.ts";
import { checkGraph, checkStreams } from "./graph-limit.ts";
import type { GraphTensor } from "./graph/tensor.ts";
import type { Memories } from "./memories.ts";
import type { Placement } from "./placement.ts";
import type { DecidedSettings } from "./question.ts";
import { assignBackends, computeBuffer } from "./replay/assign.ts";
import { reserve, type Reservation } from "./replay/reserve.ts";
import type { LoadedWeights } from "./weights.ts";

/** A loaded model and its context, ready to reserve memory for graphs. */
export interface Session {
  readonly architecture: Architecture;
  readonly part: GraphPart;
  /** drafts are picked by the graph that makes their logits */
  readonly samples?: boolean | undefined;
  /** layers whose input a draft head reads */
  readonly taps?: readonly number[] | undefined;
  readonly geometry: Geometry;
  readonly settings: DecidedSettings;
  readonly sizes: ContextSizes;
  readonly build: LlamaCppBuild;
  readonly standing: FoundBuild["standing"];
  /** the devices that take part, in the engine's order: what places count */
  readonly used: readonly UsedDevice[];
  readonly memories: Memories;
  readonly placement: Placement;
  readonly weights: LoadedWeights;
  readonly adapters: readonly PlacedAdapter[];
  readonly apart: ReadonlySet<FusedKind>;
  readonly caches: readonly LayerCache[];
  readonly states: readonly LayerState[];
  readonly dryRun: boolean;
  /** the graphs of a full cache are meant, not those that the engine reserves */
  readonly filled?: boolean;
  /** what the engine has besides, where layers were left out */
  readonly leftOut?: { readonly layers: number; readonly tensors: number };
}

/** Below this many tokens the engine pins norms to their layer's device even when layers are left on the host. */
const PIN_TOKENS = 32;
/** copies of inputs when devices work as a pipeline (GGML_SCHED_MAX_COPIES) */
const PIPELINE_COPIES = 4;

export interface ComputeBuffers {
  /** bytes by back end, in the back ends' order */
  readonly bytes: readonly number[];
  readonly prompt: Reservation;
  /** the graph each back end's buffer is as large as */
  readonly decided: readonly Reservation[];
  readonly copies: number;
  /** the same bytes with a full cache, where graphs grow with it */
  readonly filled?: readonly number[];
}

/**
 * Compute buffers as the engine reserves them (llama-context.cpp, `sched_reserve`): for a whole micro-batch, for one token a
 * sequence, for the micro-batch again (of some models as one sequence). A buffer is only replaced when a graph needs more of one of its pieces, and then by what
 * that graph needs. A dry run measures the first of the three alone; `graphs` "prompt" does too, where the others are taken to be
 * smaller.
 */
export function computeBuffers(session: Session, graphs: "all" | "prompt" = "all"): ComputeBuffers {
  const { sizes, memories } = session;
  const promptTokens = Math.min(sizes.context, sizes.microBatch);
  const promptRows = Math.min(promptTokens, sizes.outputRows);
  checkStreams(session, promptTokens);
  const copies = isPipeline(session) ? PIPELINE_COPIES : 1;
  const prompt = reserveGraph(session, promptTokens, promptRows, copies);
  const oneToken = (of: Session): Reservation => {
    const reserved = reserveGraph(of, sizes.sequences, sizes.sequences, copies);
    noteOneToken(of, reserved);
    return reserved;
  };
  let decided = prompt.chunks.map(() => prompt);
  if (session.dryRun) return { bytes: prompt.chunks.map((chunks) => chunks.reduce(add, 0)), prompt, decided, copies };
  // the third graph is the first again: it can only matter where the second replaced a buffer
  const covered = graphs === "prompt" || isCovered(session, prompt, oneToken);
  const alone = isReservedAlone(session) ? reserveGraph(session, promptTokens, promptRows, copies, 1) : undefined;
  const others = covered ? [] : [oneToken(session)];
  for (const next of covered && alone === undefined ? [] : [...others, alone ?? prompt]) {
    decided = decided.map((before, index) => {
      const { overheadBytes } = computeBuffer(memories.backends, index);
      return outgrows(next.chunks[index]!, before.chunks[index]!, overheadBytes) ? next : before;
    });
  }
  const bytes = decided.map(({ chunks }, index) => {
    const overhead = computeBuffer(memories.backends, index).overheadBytes;
    return chunks[index]!.reduce((total, chunk) => total + chunk + overhead, 0);
  });
  const grows = session.architecture.grows === true && session.filled !== true;
  const filled = grows ? { filled: computeBuffers({ ...session, filled: true }, graphs).bytes } : {};
  return { bytes, prompt, decided, copies, ...filled };
}

/** The third graph is of one sequence there, and larger than the first. */
function isReservedAlone({ architecture, build, sizes }: Session): boolean {
  return architecture.longestAlone === true && build.reservesOneSequence && sizes.sequences > 1;
}

function outgrows(next: readonly number[], held: readonly number[], overhead: number): boolean {
  return next.some((chunk, index) => chunk > (held[index] === undefined ? 0 : held[index] + overhead));
}

/**
 * Every layer and the output on two or more devices, all of them able to, the cache with them, and no tensor told elsewhere: one
 * override ends it, even if it matches nothing (llama-context.cpp).
 */
function isPipeline({ memories, placement, settings }: Session): boolean {
  const told = overridesOf(settings).length > 0;
  return (
    memories.devices.length > 1 && memories.pipelines && placement.complete && settings.cacheOnHost !== true && !told
  );
}

function reserveGraph(
  session: Session,
  tokens: number,
  rows: number,
  copies: number,
  sequences = session.sizes.sequences,
): Reservation {
  const { graph } = buildGraph(session, tokens, rows, !session.dryRun, sequences);
  return reserve(graph, session.memories.backends, {
    copies,
    // of a session with layers left out nobody reads them
    tellsPeaks: session.leftOut === undefined,
    offload: session.settings.opOffload !== false,
    inputLimit: session.build.splitInputLimit === 0 ? Infinity : session.build.splitInputLimit,
    copiesUnusedInputs: session.build.copiesUnusedInputs,
  });
}

/** Whether every layer's flash attention would run where the layer is; the engine tries it with one token a sequence. */
export function flashAttentionRuns(session: Session): boolean {
  const { graph, attended } = buildGraph(session, session.sizes.sequences, session.sizes.sequences, true);
  assignBackends(graph, session.memories.backends, session.settings.opOffload !== false);
  return attended.every(({ node, layer }) => node.backend === backendIndex(session, session.placement.layers[layer]!));
}

/** The same for an operation that the engine takes apart where not every layer's runs where the layer is (`resolve_fused_ops`). */
export function fusedRuns(session: Session, kind: FusedKind): boolean {
  const { graph, fused } = buildGraph(session, session.sizes.sequences, session.sizes.sequences, true);
  assignBackends(graph, session.memories.backends, session.settings.opOffload !== false);
  return fused.every(
    (each) => each.kind !== kind || each.node.backend === backendIndex(session, session.placement.layers[each.layer]!),
  );
}

/** `real`: the engine really reserves the graph; a dry run forgets what was pinned before it measures. */
function buildGraph(
  session: Session,
  tokens: number,
  rows: number,
  real: boolean,
  sequences = session.sizes.sequences,
): GraphBuilder {
  const all = pad(tokens, sequences);
  const pinsNorms = real && (all < PIN_TOKENS || session.placement.complete);
  const pinsAttention = real && session.settings.cacheOnHost === true;
  const builder = new GraphBuilder({
    ...session,
    filled: session.filled === true,
    sequences,
    tokens: all,
    outputs: rows,
    ...(pinsNorms ? { pinNorm } : {}),
    ...(pinsAttention ? { pinToHost } : {}),
  });
  const { architecture } = session;
  const logits =
    session.part === "mtp" && architecture.buildDraft ? architecture.buildDraft(builder) : architecture.build(builder);
  logits.output = true;
  const { hidden } = builder;
  logits.name = hidden === logits ? "hidden states" : "logits";
  builder.graph.expand(logits);
  if (session.samples === true) ENDS.samplesDrafts(builder, logits);
  if (session.settings.embeddings === true && session.part === "trunk" && hidden !== undefined) {
    ENDS.pooled(builder, hidden).output = true;
  }
  checkGraph(builder.graph, session, Math.min(session.sizes.context, session.sizes.microBatch));
  return builder;

  function pinNorm(norm: GraphTensor, layer: number): void {
    const backend = backendIndex(session, session.placement.layers[layer]!);
    if (session.memories.backends[backend]!.supports(norm)) norm.backend = backend;
  }

  function pinToHost(attention: GraphTensor): void {
    attention.backend = session.memories.backends.length - 1;
  }
}

function backendIndex({ memories }: Session, place: "host" | number): number {
  return place === "host" ? memories.backends.length - 1 : place;
}

function add(a: number, b: number): number {
  return a + b;
}
