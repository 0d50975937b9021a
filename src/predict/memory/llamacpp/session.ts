import { LoadoutError } from "../../../facts/errors/index.ts";
import type { Geometry } from "../../../facts/model/index.ts";
import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { placeAdapter } from "./adapters.ts";
import type { GraphPart } from "./architectures/builder.ts";
import type { Architecture } from "./architectures/architecture.ts";
import { architectureNames, architectureOf } from "./architectures/index.ts";
import type { BufferType } from "./backends/buffer.ts";
import { layerCaches } from "./cache.ts";
import { flashAttentionRuns, fusedRuns, type Session } from "./compute.ts";
import { BORROWED } from "./draft-head.ts";
import { contextSizes } from "./context.ts";
import { usedDevices, type UsedDevice } from "./devices.ts";
import { decompressed } from "./geometry.ts";
import { elementType } from "./graph/element.ts";
import { memoriesOf } from "./memories.ts";
import { placeLayers, type Placement } from "./placement.ts";
import type { LlamaCppQuestion } from "./question.ts";
import { checkSizes, EngineRefusal, quantizedValuesNeedFlash } from "./reject.ts";
import { keepsSnapshots, layerStates } from "./state.ts";
import { textOf } from "./text-of.ts";
import { placeWeights, type LoadedWeights } from "./weights.ts";

/** Without shares that were asked for, the engine deals layers out by the devices' free memory. */
export function placementOf(
  geometry: Geometry,
  settings: LlamaCppSettings,
  used: readonly UsedDevice[],
  outputFirst = true,
): Placement {
  const free = used.map(({ device }) => device.freeBytes ?? device.totalBytes ?? 0);
  return placeLayers(geometry.layers.length, settings, free, outputFirst);
}

/** Where layers will lie, before any tensor is looked at. */
export function layerStart(
  question: Omit<LlamaCppQuestion, "tensors">,
): Pick<Session, "memories" | "placement" | "used"> {
  const { geometry, settings, build } = question;
  const used = usedDevices(question.devices, settings);
  const placement = placementOf(geometry, settings, used, build.offloadsOutputFirst);
  return { used, memories: memoriesOf(question, used), placement };
}

/** A model as loaded: the same for every context that is made of it. */
type LoadedModel = Pick<Session, "memories" | "placement" | "used" | "weights">;

/** Loads remembered a list of tensors: a search asks for a few placements over and over. */
const MOST_LOADS = 8;
const LOADS = new WeakMap<LlamaCppQuestion["tensors"], Map<string, LoadedModel>>();

function loadedModel(question: LlamaCppQuestion, part: GraphPart): LoadedModel {
  const { tensors, geometry, settings, devices, build, cpuFeatures, matrixLibrary, dryRun, draft } = question;
  const drafts = part === "mtp" || (draft !== undefined && draft.model === undefined);
  const key = [
    JSON.stringify([withoutContext(settings), cpuFeatures, matrixLibrary, dryRun, drafts]),
    textOf(devices),
    textOf(build),
    KINDS.get(geometry) ?? kindsOf(geometry),
  ].join(" ");
  const loads = LOADS.get(tensors) ?? new Map<string, LoadedModel>();
  LOADS.set(tensors, loads);
  const known = loads.get(key);
  if (known !== undefined) return known;
  const start = layerStart(question);
  const here = loadedTensors(question, part, drafts);
  const architecture = architectureOf(geometry.architecture);
  const places = {
    ...start.memories.weights,
    outputFirst: architecture?.outputFirst === true,
    sharesEmbedding: architecture?.sharesEmbedding === true,
    factorsOfFullLayers: architecture?.factorsOfFullLayers === true,
  };
  const loaded = { ...start, weights: placeWeights(here, geometry, start.placement, places) };
  if (loads.size >= MOST_LOADS) loads.delete(loads.keys().next().value!);
  loads.set(key, loaded);
  return loaded;
}

/** Tensors that are loaded, one list for all settings that load the same: what is known of it is kept. */
const LOADED = new WeakMap<LlamaCppQuestion["tensors"], Map<string, LlamaCppQuestion["tensors"]>>();

function loadedTensors(question: LlamaCppQuestion, part: GraphPart, drafts: boolean): LlamaCppQuestion["tensors"] {
  const { tensors, geometry, settings, build } = question;
  if (geometry.layers.at(-1)?.kind !== "mtp") return tensors;
  const key = `${part} ${drafts} ${settings.appendedBlocks} ${build.draftLayersOnAsk} ${KINDS.get(geometry) ?? kindsOf(geometry)}`;
  const lists = LOADED.get(tensors) ?? new Map<string, LlamaCppQuestion["tensors"]>();
  LOADED.set(tensors, lists);
  const loaded = lists.get(key) ?? tensors.filter(({ name }) => isLoaded(name, question, part));
  lists.set(key, loaded);
  return loaded;
}

/** Which layers are appended blocks, and of what architecture, as text. */
const KINDS = new WeakMap<Geometry, string>();

function kindsOf(geometry: Geometry): string {
  const text = `${geometry.architecture} ${geometry.layers.map(({ kind }) => (kind === "mtp" ? 1 : 0)).join("")}`;
  KINDS.set(geometry, text);
  return text;
}

/** Settings that decide how a model is loaded: those that only a context is made of are alike. */
export function withoutContext(settings: LlamaCppSettings): LlamaCppSettings {
  return {
    ...settings,
    context: 0,
    sequences: 0,
    unifiedCache: false,
    batch: 0,
    microBatch: 0,
    flashAttention: true,
    cacheTypeK: "f16",
    cacheTypeV: "f16",
  };
}

/** The architecture's graph; refused where it is not written down. */
export function knownArchitecture({ architecture }: Geometry): Architecture {
  const found = architectureOf(architecture);
  if (found !== undefined) return found;
  throw new LoadoutError("architecture-unknown", { architecture, known: architectureNames() });
}

/** How a session is tied to another. */
interface SessionParts {
  /** weights of the model that a draft head is for */
  readonly lender?: LoadedWeights;
  /** layers whose input a draft head reads */
  readonly taps?: readonly number[] | undefined;
  /** drafts are picked by the graph that makes their logits */
  readonly samples?: boolean;
}

/** A model loaded and a context made: of its own layers, or of the block appended to it, which shares the weights. */
export function openSession(
  question: LlamaCppQuestion,
  part: GraphPart = "trunk",
  { lender, taps, samples }: SessionParts = {},
): Session {
  const { geometry, settings, build } = question;
  const architecture = knownArchitecture(geometry);
  const dryRun = question.dryRun === true;
  const sizes = contextSizes(geometry, settings, question.caller, build, question.draftTokens);
  const tooFew = build.serverLimitsOutputs ? checkSizes(sizes) : undefined;
  if (tooFew !== undefined) throw new EngineRefusal(tooFew);
  const { used, memories, placement, weights: own } = loadedModel(question, part);
  const weights = lender === undefined ? own : own.with(lender, BORROWED);
  const adapters = (question.adapters ?? []).map(({ tensors, scale = 1 }) =>
    placeAdapter(tensors, scale, weights, memories.cpu),
  );
  const caching = { part, trunkOnly: build.cachesTrunkOnly, latentCaches: build.latentCaches };
  const place = (layer: number): BufferType => {
    const where = placement.layers[layer]!;
    return where === "host" || settings.cacheOnHost === true ? memories.cpu : memories.devices[where]!;
  };
  const session = (flashAttention: boolean, valuesTransposed: boolean): Session => {
    const stateSnapshots = keepsSnapshots(geometry) ? (settings.stateSnapshots ?? 0) : 0;
    const decided = { ...settings, flashAttention, valuesTransposed, stateSnapshots };
    const caches = layerCaches(geometry, decided, sizes, place, caching);
    const states = part === "mtp" ? [] : layerStates(geometry, decided, sizes, place);
    return {
      architecture,
      part,
      taps,
      samples,
      geometry: build.latentCaches === "instead" ? geometry : decompressed(geometry),
      settings: decided,
      sizes,
      build,
      standing: question.standing ?? "known",
      used,
      memories,
      placement,
      weights,
      adapters,
      apart: new Set(),
      caches,
      states,
      dryRun,
    };
  };
  const quantizedValues = elementType(settings.cacheTypeV)?.quantized === true;
  if (settings.flashAttention !== "auto") return withFused(session(settings.flashAttention, !settings.flashAttention));
  const tried = session(true, false);
  if (quantizedValues && build.quantizedValuesForceFlash) return withFused(tried);
  if (flashAttentionRuns(tried)) return withFused(tried);
  if (quantizedValues) throw new EngineRefusal(quantizedValuesNeedFlash(settings, "which a device here cannot do"));
  return withFused(session(false, false));
}

/**
 * Operations on several residual streams are tried one after the other, and taken apart where they do not run with their layers. The
 * indexer's operation is never tried (llama-context.cpp b11434: `auto_flid` is false and stays it).
 */
function withFused(session: Session): Session {
  if (session.geometry.residualStreams === undefined || session.used.length === 0) return session;
  let decided = session;
  for (const kind of ["mix", "shares", "spread"] as const)
    if (!fusedRuns(decided, kind)) decided = { ...decided, apart: new Set([...decided.apart, kind]) };
  return decided;
}

/** Architectures that load appended blocks only to draft with them, in builds that know how (`load_mtp`). */
const LOADED_ON_ASK = new Set([
  "bailingmoe3",
  "cohere2moe",
  "deepseek2",
  "deepseek32",
  "glm-dsa",
  "glm5-next",
  "glm4moe",
  "hy_v3",
  "mimo2",
  "nemotron_h_moe",
  "qwen35",
  "qwen35moe",
  "qwen3next",
  "step35",
]);
/** Architectures that never load them: they are kept in files and not used. */
const NEVER_LOADED = new Set(["bailingmoe2", "exaone-moe", "exaone4", "glm4"]);
/** Of blocks that nobody asked for, what is loaded all the same: the engine marks it as optional, not as unwanted. */
const LOADED_ANYWAY: Readonly<Record<string, RegExp>> = {
  deepseek32: /\.exp_probs_b/,
  "glm-dsa": /\.exp_probs_b/,
  hy_v3: /\.(ffn_(?!norm)|exp_probs_b|nextn\.(embed_tokens|shared_head))/,
};

/** Whether a tensor of the file is loaded: appended blocks are not always. */
export function isLoaded(
  name: string,
  {
    geometry,
    settings,
    build,
    draft,
  }: Pick<LlamaCppQuestion, "geometry" | "build" | "draft"> & {
    readonly settings: Pick<LlamaCppSettings, "appendedBlocks">;
  },
  part: GraphPart,
): boolean {
  // appended blocks come last
  if (geometry.layers.at(-1)?.kind !== "mtp") return true;
  const layer = /^blk\.(\d+)\./.exec(name);
  if (layer === null || geometry.layers[Number(layer[1])]?.kind !== "mtp") return true;
  if (NEVER_LOADED.has(geometry.architecture)) return false;
  const asked =
    part === "mtp" || settings.appendedBlocks === true || (draft !== undefined && draft.model === undefined);
  if (asked || !build.draftLayersOnAsk || !LOADED_ON_ASK.has(geometry.architecture)) return true;
  return LOADED_ANYWAY[geometry.architecture]?.test(name) === true;
}
