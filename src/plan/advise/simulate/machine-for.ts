import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { formatTokens } from "../../../facts/units/index.ts";
import {
  type EngineSettings,
  type LlamaServerSettings,
  paceTimes,
  type StepTimes,
  vllmTimes,
} from "../../../predict/serving/index.ts";
import { loadOf, overTokens } from "../../../predict/speed/index.ts";
import { type Choice, type FitRequest, paceInput } from "../../fit/index.ts";
import type { PlannedEngine } from "../serve/index.ts";
import type { SimulatedEngine } from "./simulated-engines.ts";

/** An engine as the simulator runs it, and how long its steps take. */
export interface SimulatedMachine {
  readonly engine: EngineSettings;
  readonly times: StepTimes;
  readonly assumptions: readonly string[];
}

/** vLLM's own figures where nobody names others. */
const VLLM = { batchTokens: 2048, sequences: 256, memoryShare: 0.9 };
/** --cache-ram of llama-server, where nobody names another */
const HOST_CACHE_BYTES = 8 * 2 ** 30;
/** where a cache per token is read off: windows are full by then */
const DEPTH = 8192;
/** a batch reply that rests steps so often, and the longest step of a batch prompt: the engine's own where no plan says others */
const AGING_MS = 10_000;
const BATCH_STEP_MS = 30;

/** How an engine that is served shares itself, as far as it does so itself. */
type Served = Pick<PlannedEngine, "lanes" | "step">;

/**
 * Undefined where no pace is claimed, or vLLM's cache finds no room.
 *
 * @param served absent: as it is without a plan to serve
 */
export function machineFor(
  request: FitRequest,
  choice: Choice,
  engine: SimulatedEngine,
  served?: Served,
): SimulatedMachine | undefined {
  if (engine === "vllm") return vllmMachine(request);
  const { settings } = choice;
  const times = paceTimes(paceInput(request, choice), settings.microBatch);
  if (times === undefined) return undefined;
  const { sequences, context: contextTokens, batch, microBatch, unifiedCache } = settings;
  if (engine === "embedded") {
    const sequenceTokens = Math.floor(contextTokens / sequences);
    const stepTokens = Math.max(batch, sequences);
    const { reserved = 0, holdMs = 0, agingMs = AGING_MS } = served?.lanes ?? {};
    const batchStepMs = served?.step?.capMs ?? BATCH_STEP_MS;
    return {
      engine: { kind: "embedded", sequences, reserved, sequenceTokens, stepTokens, batchStepMs, holdMs, agingMs },
      times,
      assumptions: [],
    };
  }
  const { geometry, tensors } = request;
  const load = loadOf(
    { geometry, cacheTypeK: settings.cacheTypeK, cacheTypeV: settings.cacheTypeV },
    tensors,
    () => true,
  );
  const perToken = overTokens(load, DEPTH, "bytesPerToken") / DEPTH;
  const special = cannotGoBack(geometry, settings);
  return {
    engine: {
      kind: "llama-server",
      slots: sequences,
      contextTokens,
      batchTokens: Math.max(batch, sequences),
      microBatchTokens: microBatch,
      unified: unifiedCache,
      hostCacheTokens: Math.floor(HOST_CACHE_BYTES / Math.max(1, perToken)),
      ...special,
    },
    times,
    assumptions: [],
  };
}

/** Memory that only holds what is newest, of llama-server: a state, or windows unless they are kept whole. */
function cannotGoBack(
  { layers }: FitRequest["geometry"],
  { fullWindowCache }: LlamaCppSettings,
): Pick<LlamaServerSettings, "checkpoints" | "windowTokens"> {
  const mixers = layers.flatMap(({ mixer }) =>
    mixer.kind === "parallel" ? [mixer.attention, mixer.recurrent] : [mixer],
  );
  if (mixers.some(({ kind }) => kind === "recurrent" || kind === "convolution")) return { checkpoints: true };
  const windows = mixers.flatMap((mixer) => (mixer.kind === "attention" ? (mixer.window ?? []) : []));
  if (windows.length === 0 || fullWindowCache === true) return {};
  return { checkpoints: true, windowTokens: Math.max(...windows) };
}

function vllmMachine({ geometry, tensors, rig }: FitRequest): SimulatedMachine | undefined {
  const [card] = rig.devices;
  if (card?.bandwidthBytesPerSec === undefined || card.flopsPerSec === undefined) return undefined;
  const load = loadOf({ geometry, cacheTypeK: "f16", cacheTypeV: "f16" }, tensors, () => true);
  const count = rig.devices.length;
  const memory = rig.devices.reduce((sum, { totalBytes = 0 }) => sum + totalBytes, 0) * VLLM.memoryShare;
  const weights = tensors.reduce((sum, { bytes }) => sum + bytes, 0);
  const perToken = overTokens(load, DEPTH, "bytesPerToken") / DEPTH;
  const cacheTokens = Math.floor((memory - weights) / Math.max(1, perToken));
  if (cacheTokens < DEPTH / 8) return undefined;
  const times = vllmTimes(load, geometry.embeddingLength, {
    bytesPerSec: card.bandwidthBytesPerSec,
    flopsPerSec: card.flopsPerSec,
    powerShare: 1,
    tensorParallel: count,
  });
  const { batchTokens, sequences } = VLLM;
  return {
    engine: { kind: "vllm", batchTokens, sequences, cacheTokens },
    times,
    assumptions: [
      `vLLM with ${batchTokens} tokens a step and ${sequences} sequences; its cache holds ${formatTokens(cacheTokens)} tokens ` +
        `in what ${VLLM.memoryShare * 100}% of the cards leave beside weights of this file's size`,
      ...(count > 1 ? [`the ${count} cards compute every layer together`] : []),
    ],
  };
}
