import { LoadoutError } from "../../facts/errors/index.ts";
import { type Geometry, tensorList } from "../../facts/model/index.ts";
import { FILE_TYPE_NAMES, quantized } from "../../facts/recipe/index.ts";
import { ollamaEra, type CacheType, type OllamaOwnLog } from "../../facts/runtime/index.ts";
import type { Tensor } from "../../facts/weights/index.ts";
import { predictOllama, type EngineBuffer } from "../../predict/memory/index.ts";
import type { Catalog } from "./catalog-match.ts";
import { modelOfName } from "./catalog-match.ts";
import type { ReconciledTerm } from "./reconcile.ts";

interface Model {
  readonly geometry: Geometry;
  readonly tensors: readonly Tensor[];
}

const WORDS = { weights: "weights", cache: "KV cache", graph: "compute", total: "memory" } as const;
const TERMS: Readonly<Record<keyof typeof WORDS, readonly EngineBuffer["term"][]>> = {
  weights: ["weights"],
  cache: ["kv", "recurrent"],
  graph: ["compute"],
  total: ["weights", "kv", "recurrent", "compute"],
};

/** The version whose engine of its own was run: it prints such lines, and no later one has that engine. */
const RUN = "0.17.4";

/** What Ollama's own engine printed of a load, beside what is predicted. `known`: the model, its header read. */
export function ownTerms(own: OllamaOwnLog, catalog: Catalog, known: Model | undefined): ReconciledTerm[] {
  const predicted = predictor(own, catalog, known);
  return own.sizes.map(({ holds, device, bytes, precisionBytes }): ReconciledTerm => {
    const base = {
      term: `ollama_${holds}${device === "all" ? "" : `_${device}`}`,
      what: device === "all" ? WORDS[holds] : `${WORDS[holds]}, ${device}`,
      printedBytes: bytes,
      precisionBytes: Math.round(precisionBytes),
    };
    const found = predicted(holds);
    if (typeof found === "string") return { ...base, missing: found };
    const agrees = Math.abs(found - bytes) <= precisionBytes;
    return { ...base, predictedBytes: found, residualBytes: agrees ? 0 : found - bytes };
  });
}

function predictor(
  own: OllamaOwnLog,
  catalog: Catalog,
  known: Model | undefined,
): (holds: keyof typeof TERMS) => number | string {
  if (own.sizes.some(({ device }) => device !== "CPU" && device !== "all"))
    return () => "how its layers were dealt to devices is not read here";
  const model = known ?? byName(own, catalog);
  if (typeof model === "string") return () => model;
  const { geometry } = model;
  if (own.architecture !== undefined && own.architecture !== geometry.architecture)
    return () => `the log is of another model: ${own.architecture}, not ${geometry.architecture}`;
  const { request } = own;
  const type = cacheType(request.cacheType);
  if (type === undefined) return () => `${request.cacheType} is no type of cache that is known`;
  try {
    const prediction = predictOllama({
      ...model,
      era: ollamaEra(RUN)!.era,
      devices: [],
      cpuFeatures: [],
      settings: {
        context: request.cells,
        sequences: request.parallel,
        unifiedCache: false,
        batch: request.batch,
        microBatch: request.batch,
        flashAttention: request.flashAttention,
        cacheTypeK: type,
        cacheTypeV: type,
        gpuLayers: 0,
      },
    });
    if (prediction.kind === "rejected") return () => prediction.because;
    const exact = prediction.footprint.high === undefined;
    return (holds) => {
      const graphs = holds === "graph" || holds === "total";
      if (graphs && !exact) return "its graph of this architecture is not written down";
      return prediction.buffers.reduce((sum, { term, bytes }) => (TERMS[holds].includes(term) ? sum + bytes : sum), 0);
    };
  } catch (error) {
    if (!(error instanceof LoadoutError)) throw error;
    const { message } = error;
    return () => message;
  }
}

function byName({ name, architecture, fileType }: OllamaOwnLog, catalog: Catalog): Model | string {
  const row = name === undefined ? undefined : modelOfName(catalog, name);
  if (row === undefined || row.architecture !== architecture)
    return "which model it is is not said; name its file (--model)";
  const geometry = catalog.geometryFromRow(row);
  const shapes = geometry && tensorList(geometry);
  const type = FILE_TYPE_NAMES.find((each) => each === fileType?.toUpperCase());
  if (!geometry || !shapes || type === undefined)
    return "the file's type or its tensors are not known; name its file (--model)";
  const tensors = quantized(geometry, shapes, type).map((tensor) => ({ ...tensor, offset: 0, file: 0 }));
  return { geometry, tensors };
}

function cacheType(said: string): CacheType | undefined {
  if (said === "" || said === "f16") return "f16";
  return said === "q8_0" || said === "q4_0" ? said : undefined;
}
