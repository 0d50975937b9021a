import { LoadoutError } from "../../../facts/errors/index.ts";
import type { Geometry } from "../../../facts/model/index.ts";
import { quantized } from "../../../facts/recipe/index.ts";
import {
  forkOf,
  LLAMACPP_BUILDS,
  LLAMACPP_CALLERS,
  type FoundBuild,
  type LlamaCppCaller,
} from "../../../facts/runtime/index.ts";
import type { Tensor } from "../../../facts/weights/index.ts";
import {
  predictLlamaCpp,
  storedBuffers,
  type EngineBuffer,
  type LlamaCppQuestion,
} from "../../../predict/memory/index.ts";
import { RowError, type Fields } from "../fields.ts";
import type { Catalog } from "../catalog-match.ts";
import { fileTypeByWeights, fileTypeOfRow } from "./file-type.ts";
import { geometryOfRow, shapesOfRow } from "./model.ts";
import { asMainline, buildOfRow, foreignTerm } from "./program.ts";
import { areAlike, deviceLabels, devicesOfRow, settingsOfRow, type Unknown } from "./settings.ts";
import { printedTerms, type Printed } from "./printed.ts";

/** What is known of a run beside its row. */
export interface KnownOfRow {
  readonly build?: FoundBuild | undefined;
  /** the model, its header read */
  readonly model?: { readonly geometry: Geometry; readonly tensors: readonly Tensor[] } | undefined;
}

/** One figure of a row beside its prediction, in bytes, or with the reason why there is none. */
export interface RowFigure extends Printed {
  readonly predicted: number | null;
  readonly refused: string | null;
}

/**
 * Scores one row of `llamacpp-logs*.jsonl`: figures that a program printed in one run. Terms stand for themselves. `known`: from elsewhere than
 * the row.
 */
export function scoreLogRow(catalog: Catalog, row: Fields, known: KnownOfRow = {}): RowFigure[] {
  const labels = deviceLabels(row);
  const printed = printedTerms(row, labels);
  const predictors = predictorsOf(catalog, row, labels, known);
  return printed.map((each) => {
    try {
      return { ...each, predicted: predictors(each), refused: null };
    } catch (error) {
      if (!(error instanceof RowError) && !(error instanceof LoadoutError)) throw error;
      return { ...each, predicted: null, refused: error.message };
    }
  });
}

/** Predicts a term, or throws why it cannot. */
function predictorsOf(
  catalog: Catalog,
  row: Fields,
  labels: readonly string[],
  known: KnownOfRow = {},
): (printed: Printed) => number {
  const fork = forkOf(row.text("program"));
  try {
    if (fork === undefined) return askedOf(catalog, row, labels, known);
    const said = asMainline(row, fork);
    if (said === undefined) return refusing(fork.because);
    const build = { build: said.build, standing: "known" } as const;
    const predict = askedOf(catalog, said.row, labels, { ...known, build }, { decompresses: true });
    return (printed) => {
      const because = foreignTerm(fork, printed.term.replace(/\[\d+\]$/, ""), labels.length);
      if (because !== undefined) throw new RowError(because);
      return predict(printed);
    };
  } catch (error) {
    if (error instanceof RowError || error instanceof LoadoutError) return refusing(error.message);
    throw error;
  }
}

function refusing(because: string): () => number {
  return () => {
    throw new RowError(because);
  };
}

function askedOf(
  catalog: Catalog,
  row: Fields,
  labels: readonly string[],
  known: KnownOfRow = {},
  // a program that compresses keys of files which were written before that
  { decompresses = false } = {},
): (printed: Printed) => number {
  const model = row.group("model");
  const found = known.build ?? buildOfRow(row);
  const reads = decompresses && found ? { ...found.build, latentCaches: "none" as const } : found?.build;
  const geometry =
    known.model === undefined ? geometryOfRow(catalog, model, reads) : ofThisModel(known.model.geometry, model);
  const devices = devicesOfRow(row, labels);
  const { settings, unknown } = settingsOfRow(row, geometry.layers.length, labels);
  const stored = {
    geometry,
    // caches of one kind of layer are alike in all builds
    build: found?.build ?? LLAMACPP_BUILDS.at(-1)!,
    caller: callerOf(row),
    devices,
    settings,
    matrixLibrary: hasMatrixLibrary(row),
    cpuFeatures: ["avx2", ...(hasAmx(row) ? ["amx_int8"] : [])],
  };
  const whole = once(() =>
    wholePrediction({ ...stored, tensors: known.model?.tensors ?? tensorsOf(catalog, row, geometry, model) }),
  );
  return ({ term }) => {
    const kind = term.replace(/\[\d+\]$/, "");
    const because = inTheWay(kind, unknown, row, geometry, found === undefined, labels.length, known);
    if (because !== undefined) throw new RowError(because);
    if (kind === "kv" || kind === "kv_window") return cacheSize(stored, kind === "kv_window", row);
    if (kind === "recurrent" || kind === "output") return sum(storedBuffers(stored), kind);
    return ofPlace(kind === "kv_gpu" ? storedBuffers(stored) : whole(), term);
  };
}

/** The geometry, where what is printed is not another model's. */
function ofThisModel(geometry: Geometry, model: Fields): Geometry {
  const pairs = [
    ["n_layer", geometry.layers.length],
    ["n_embd", geometry.embeddingLength],
    ["n_vocab", geometry.vocabularySize],
  ] as const;
  for (const [key, value] of pairs) {
    if (model.has(key) && model.count(key) !== value)
      throw new RowError(`the log is of another model: ${key} is ${model.count(key)} there and ${value} here`);
  }
  return geometry;
}

/** Why a term cannot be predicted, as far as the row's own gaps go. */
function inTheWay(
  kind: string,
  unknown: Unknown,
  row: Fields,
  geometry: Geometry,
  timeless: boolean,
  places: number,
  known: KnownOfRow,
): string | undefined {
  const apart = places > 1 && !areAlike(row) ? "how layers were dealt to unlike devices is not printed" : undefined;
  const untimed = timeless ? "neither the build nor its date is known" : undefined;
  switch (kind) {
    case "recurrent":
    case "output":
      return row.group("settings").has("n_seq_max") ? undefined : "not printed: n_seq_max";
    case "kv":
    case "kv_window":
      if (kind === "kv" && row.group("measured").has("swa_kv_MiB")) return unknown.cache;
      return unknown.cache ?? (dependsOnBuild(geometry) ? untimed : undefined);
    case "kv_gpu":
      return unknown.cache ?? unknown.places ?? apart;
    case "compute":
    case "compute_gpu":
    case "host":
      return drafted(row) ?? unknown.compute ?? unknown.places ?? apart ?? untimed;
    default:
      return kind.startsWith("model") ? weightsInTheWay(kind, unknown, row, apart, known) : "nothing here predicts it";
  }
}

/** Rows of logits for tokens that a draft guessed: how many it guesses is not in the row. */
function drafted(row: Fields): string | undefined {
  const settings = row.group("settings");
  if (!settings.has("n_outputs_max") || !settings.has("n_seq_max")) return undefined;
  const rows = settings.count("n_outputs_max");
  const usual = rows === settings.count("n_seq_max") || rows >= settings.count("n_batch");
  return usual ? undefined : `rows of logits are reserved for a draft's tokens (n_outputs_max ${rows})`;
}

function weightsInTheWay(
  kind: string,
  unknown: Unknown,
  row: Fields,
  apart: string | undefined,
  { model }: KnownOfRow,
): string | undefined {
  if (model === undefined && fileTypeOfRow(row.group("model")) === undefined)
    return "the file's type was not printed, or has no recipe";
  const labels = row.group("measured").group("model_buffers_MiB").keys();
  if (labels.some((label) => label.includes("#")))
    return "each shard's mapping is printed, which overlaps what is elsewhere";
  return unknown.places ?? (kind === "model_gpu" ? apart : undefined);
}

/** Windows and latent attention are cached differently by builds of different years. */
function dependsOnBuild({ layers }: Geometry): boolean {
  return layers.some(({ mixer }) => mixer.kind === "mla" || (mixer.kind === "attention" && mixer.span !== "full"));
}

function callerOf(row: Fields): LlamaCppCaller {
  const settings = row.group("settings");
  const flags = settings.text("extra_flags");
  if (settings.has("n_outputs_max")) {
    // the engine prints how many rows of logits its caller asked for
    const few = settings.count("n_outputs_max") < settings.count("n_batch");
    return { ...LLAMACPP_CALLERS.library, outputRows: few ? "sequences" : "batch" };
  }
  return /llama-bench|perplexity|imatrix/.test(flags) ? LLAMACPP_CALLERS.library : LLAMACPP_CALLERS["llama-server"];
}

function hasAmx(row: Fields): boolean {
  const measured = row.group("measured");
  return measured.has("model_buffers_MiB") && measured.group("model_buffers_MiB").has("AMX");
}

/** A buffer of plain host memory beside a device's own host memory is a matrix library's: the CPU's results lie in the latter. */
function hasMatrixLibrary(row: Fields): boolean {
  const measured = row.group("measured");
  if (!measured.has("compute_buffers_MiB")) return false;
  const labels = measured.group("compute_buffers_MiB").keys();
  return labels.includes("CPU") && labels.some((label) => label.endsWith("_Host"));
}

/** vectors that some converters write and others do not, as factors of rope */
const FEW_TENSORS = 2;

/** tensors of a GGUF file start at multiples of this unless it says otherwise */
const FILE_ALIGNMENT = 32;

/** Tensors of the file; a type that was not printed matters only where weights are copied to a device, and is then refused. */
function tensorsOf(catalog: Catalog, row: Fields, geometry: Geometry, model: Fields): Tensor[] {
  const shapes = shapesOfRow(catalog, geometry, model);
  const said = model.count("n_tensors", shapes.length);
  if (Math.abs(said - shapes.length) > FEW_TENSORS)
    throw new RowError(`the file has ${said} tensors, and the model it looks like ${shapes.length}`);
  const type = fileTypeOfRow(model) ?? fileTypeByWeights(row, geometry, shapes);
  if (type === undefined && copiesWeights(row)) {
    throw new RowError("weights are copied to the device, and their type was not printed");
  }
  let end = 0;
  return quantized(geometry, shapes, type ?? "Q4_K_M").map((tensor) => {
    const offset = end;
    end = Math.ceil((end + tensor.bytes) / FILE_ALIGNMENT) * FILE_ALIGNMENT;
    return { ...tensor, offset, file: 0 };
  });
}

function copiesWeights(row: Fields): boolean {
  const settings = row.group("settings");
  const [, on, of] = /^(\d+)\/(\d+)$/.exec(settings.text("offloaded")) ?? [];
  const partly = on !== of || settings.text("offloaded") === "";
  return deviceLabels(row).length > 0 && (partly || /-ot|-ncmoe|--n-cpu-moe|-cmoe/.test(settings.text("extra_flags")));
}

function wholePrediction(question: LlamaCppQuestion): readonly EngineBuffer[] {
  const prediction = predictLlamaCpp(question);
  if (prediction.kind === "rejected") throw new RowError(`the engine would refuse: ${prediction.because}`);
  return prediction.buffers;
}

type Stored = Omit<LlamaCppQuestion, "tensors">;

/**
 * The cache of full layers, or of windows; both where the row prints one figure for both. What a cache comes to in all is printed
 * without what a device adds to rows of a quantised one.
 */
function cacheSize({ settings, ...others }: Stored, windows: boolean, row: Fields): number {
  const stored: Stored = { ...others, devices: [], settings: { ...settings, gpuLayers: 0, tensorOverrides: [] } };
  const all = sum(storedBuffers(stored), "kv");
  const apart = row.group("measured").has("swa_kv_MiB") || stored.build.windowCaches;
  if (!apart) return all;
  const { geometry } = stored;
  const layers = geometry.layers.map((layer) =>
    layer.mixer.kind === "attention" && layer.mixer.span !== "full"
      ? { ...layer, mixer: { kind: "none" as const } }
      : layer,
  );
  const full = sum(storedBuffers({ ...stored, geometry: { ...geometry, layers } }), "kv");
  return windows ? all - full : full;
}

function sum(buffers: readonly EngineBuffer[], term: EngineBuffer["term"]): number {
  return buffers.reduce((total, buffer) => total + (buffer.term === term ? buffer.bytes : 0), 0);
}

function ofPlace(buffers: readonly EngineBuffer[], term: string): number {
  const [, kind, index] = /^(\w+?)(?:\[(\d+)\])?$/.exec(term)!;
  const devices = buffers.some(({ place, term: each }) => place !== "host" && each === "compute");
  const here = ({ place }: EngineBuffer): boolean => {
    if (index !== undefined) return place === Number(index);
    return kind === "compute" && devices ? place !== "host" : place === "host";
  };
  const terms: readonly string[] = kind!.startsWith("model")
    ? ["weights", "repacked"]
    : kind === "kv_gpu"
      ? ["kv"]
      : ["compute"];
  return buffers.reduce((total, buffer) => total + (here(buffer) && terms.includes(buffer.term) ? buffer.bytes : 0), 0);
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
