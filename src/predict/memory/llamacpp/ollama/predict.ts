import type { Geometry } from "../../../../facts/model/index.ts";
import {
  llamaCppBuild,
  LLAMACPP_CALLERS,
  overridesOf,
  type LlamaCppCaller,
  type LlamaCppSettings,
  type OllamaEra,
} from "../../../../facts/runtime/index.ts";
import { formatExactBytes, formatNumber } from "../../../../facts/units/index.ts";
import { between, bytes, sum, type Estimate } from "../../../estimate/index.ts";
import type { EngineBuffer, MemoryPrediction } from "../../memory.ts";
import { peakArithmetic } from "../arithmetic.ts";
import { contextSizes } from "../context.ts";
import { placesOf } from "../places.ts";
import { deviceNames } from "../devices.ts";
import { predictLlamaCpp } from "../predict.ts";
import type { LlamaCppQuestion } from "../question.ts";
import { rejected } from "../reject.ts";
import { ownGraph } from "./graph.ts";

/** What an Ollama's memory depends on: `context` of the settings over all requests, one cache type, a step of `microBatch`. */
export interface OllamaQuestion extends Omit<LlamaCppQuestion, "build" | "caller"> {
  readonly era: OllamaEra;
}

/** Which program inside an Ollama runs a model. */
export type OllamaEngine = "own" | "llama.cpp" | "llama-server";

export function ollamaEngineFor({ id, ownEngine }: OllamaEra, { architecture }: Geometry): OllamaEngine {
  if (id === "llama-server") return "llama-server";
  return ownEngine.includes(architecture) ? "own" : "llama.cpp";
}

/** Its llama.cpp asks for logits of every token of a step, and for embeddings (llama/llama.go, `NewContextParams`); it shares no cache. */
const RUNNER: LlamaCppCaller = LLAMACPP_CALLERS.library;
/** Its own engine keeps a row of logits a request. */
const OWN: LlamaCppCaller = { ...LLAMACPP_CALLERS.library, outputRows: "sequences" };

/** Every buffer an Ollama would allocate, or why it would not do as it is told. */
export function predictOllama(question: OllamaQuestion): MemoryPrediction {
  const refusal = refusalOf(question);
  if (refusal !== undefined) return refusal;
  const { era, geometry, settings } = question;
  const { build } = llamaCppBuild(era.build)!;
  const engine = ollamaEngineFor(era, geometry);
  const placed: LlamaCppSettings =
    !era.mapsOnProcessor && question.devices.length === 0 ? { ...settings, memoryMap: false } : settings;
  if (engine === "llama-server")
    return predictLlamaCpp({ ...question, build, caller: LLAMACPP_CALLERS["llama-server"] });
  if (engine === "llama.cpp")
    return predictLlamaCpp({ ...question, settings: { ...placed, embeddings: true }, build, caller: RUNNER });
  const asked: LlamaCppQuestion = {
    ...question,
    geometry: withStopToken(geometry, settings.sequences),
    build: { ...build, serverLimitsOutputs: true },
    caller: OWN,
    settings: { ...placed, unifiedCache: true, repack: false },
  };
  const prediction = predictLlamaCpp(asked);
  return prediction.kind === "rejected" ? prediction : asOwnEngine(prediction, asked);
}

function refusalOf({ era, settings, geometry }: OllamaQuestion): MemoryPrediction | undefined {
  const { cacheTypeK, cacheTypeV, sequences } = settings;
  if (cacheTypeK !== cacheTypeV)
    return rejected("ollama-two-cache-types", "OLLAMA_KV_CACHE_TYPE is one type for keys and values; ask for one");
  if (!era.cacheTypes.includes(cacheTypeK)) {
    const taken = era.cacheTypes.join(", ");
    return rejected(
      "ollama-cache-type",
      `OLLAMA_KV_CACHE_TYPE=${cacheTypeK} is ignored with a warning, and the cache is f16; it takes ${taken}`,
    );
  }
  if (overridesOf(settings).length > 0) {
    return rejected(
      "ollama-no-overrides",
      "a Modelfile has num_gpu, whole layers, and nothing that leaves experts or single tensors on the host: ask for fewer GPU layers",
    );
  }
  if (sequences > 1 && era.oneAtATime.includes(geometry.architecture)) {
    return rejected(
      "ollama-one-at-a-time",
      `${geometry.architecture}: one request at a time whatever OLLAMA_NUM_PARALLEL says; ask for one user`,
    );
  }
  return undefined;
}

/** Several requests: a window keeps one token more of each (kvcache/causal.go, `Init`). */
function withStopToken(geometry: Geometry, parallel: number): Geometry {
  if (parallel < 2) return geometry;
  const layers = geometry.layers.map((layer) =>
    layer.mixer.kind === "attention" && layer.mixer.window !== undefined
      ? { ...layer, mixer: { ...layer.mixer, window: layer.mixer.window + 1 } }
      : layer,
  );
  return { ...geometry, layers };
}

interface Change {
  readonly buffer: EngineBuffer;
  readonly leaf: Estimate;
}

/** Its own engine takes what llama.cpp does, but for logits, a tied output matrix and its graphs. */
function asOwnEngine(
  prediction: Extract<MemoryPrediction, { kind: "fits-engine" }>,
  question: LlamaCppQuestion,
): MemoryPrediction {
  const { devices } = question;
  const exact = devices.length === 0 ? exactGraph(question) : undefined;
  const leaves = prediction.footprint.parts!.flatMap((place) => place.parts ?? []);
  const changed = prediction.buffers
    .filter(({ term, bytes: size }) => term !== "output" && size > 0)
    .map((buffer): Change => {
      const leaf = leaves.find(({ label, value }) => value === buffer.bytes && label.includes(`(${buffer.label})`))!;
      if (buffer.term !== "compute") return { buffer, leaf };
      if (exact !== undefined) return { buffer: { ...buffer, bytes: exact.value }, leaf: exact };
      return { buffer, leaf: around(leaf) };
    });
  const lines = [...changed, ...tiedOutput(question)];
  const names = deviceNames(devices);
  const places: ("host" | number)[] = ["host", ...names.keys()];
  const buffers = lines.map(({ buffer }) => buffer);
  const nodes = places.map((place) => {
    const [key, label] = place === "host" ? ["host", "host"] : [`device-${place}`, names[place]!];
    return sum(
      key,
      label,
      lines.filter(({ buffer }) => buffer.place === place).map(({ leaf }) => leaf),
    );
  });
  return {
    kind: "fits-engine",
    places: placesOf(buffers, "CPU", names),
    buffers,
    footprint: sum("memory", "memory", nodes),
  };
}

function exactGraph(question: LlamaCppQuestion): Estimate | undefined {
  const { geometry, tensors, settings, caller, build } = question;
  const sizes = contextSizes(geometry, settings, caller, build);
  const graph = ownGraph({
    geometry,
    tensors,
    cells: sizes.cells,
    windowCells: sizes.windowCells,
    batch: sizes.microBatch,
    parallel: settings.sequences,
    flashAttention: settings.flashAttention !== false,
    cacheType: settings.cacheTypeK.toUpperCase(),
    alignmentBytes: build.hostAlignmentBytes,
  });
  if (graph === undefined) return undefined;
  const { bytes: size, nodes, tokens, peak } = graph;
  return bytes("compute", "compute graph (CPU)", size, "formula", () => ({
    formula: peakArithmetic(peak, size),
    because: `what lies in it at its fullest, of ${nodes} operations on ${tokens} tokens of Ollama's own engine`,
  }));
}

/** Its graphs are leaner than llama.cpp's: 0.62 to 0.99 of them for Gemma 3 270M in five settings of 0.17.4. */
const LEANER = { low: 0.5, high: 1.25 } as const;

function around(leaf: Estimate): Estimate {
  const { value, formula } = leaf;
  const ends = [Math.floor(value * LEANER.low), value, Math.ceil(value * LEANER.high)] as const;
  return between(leaf.key, leaf.label.replace("buffer", "graph"), ends, "assumed", () => ({
    ...(formula === undefined ? {} : { formula }),
    lowFormula: `${formatExactBytes(value)} x ${formatNumber(LEANER.low)}`,
    highFormula: `${formatExactBytes(value)} x ${formatNumber(LEANER.high)}`,
    because: "as llama.cpp's graph; Ollama's own for this architecture is not written down",
  }));
}

/** An output matrix that is the embedding is loaded once more, on the processor too. */
function tiedOutput({ geometry, tensors, settings, devices }: LlamaCppQuestion): Change[] {
  const embedding = tensors.find(({ name }) => name === "token_embd.weight");
  const onHost = devices.length === 0 || settings.gpuLayers === 0;
  if (!onHost || embedding === undefined || !geometry.tiedEmbeddings) return [];
  const size = embedding.bytes;
  return [
    {
      buffer: { label: "CPU", term: "weights", place: "host", bytes: size },
      leaf: bytes("weights-output", "embedding again, as output", size, "header", {
        formula: formatExactBytes(size),
        because: "token_embd.weight is loaded twice where the file has no output matrix",
      }),
    },
  ];
}
