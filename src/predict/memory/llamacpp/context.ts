import type { Geometry } from "../../../facts/model/index.ts";
import type { LlamaCppBuild, LlamaCppCaller, LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { attentionOf } from "./geometry.ts";

/** Sizes of a context after the engine's clamping and padding (llama-context.cpp, constructor). */
export interface ContextSizes {
  /** cells over all sequences */
  readonly context: number;
  /** cells one stream of the cache has */
  readonly cells: number;
  /** cells of a stream of the window cache, 0 without windows */
  readonly windowCells: number;
  /** streams of the cache: one shared, or one a sequence */
  readonly streams: number;
  readonly sequences: number;
  readonly batch: number;
  readonly microBatch: number;
  /** rows of logits a graph keeps */
  readonly outputRows: number;
}

/** The cache and every stream of it are a multiple of this many cells. */
const CELL_PADDING = 256;
/** most sequences the engine takes (LLAMA_MAX_SEQ) */
export const MAX_SEQUENCES = 256;

export function contextSizes(
  geometry: Geometry,
  settings: LlamaCppSettings,
  caller: LlamaCppCaller,
  build: LlamaCppBuild,
  draftTokens = 0,
): ContextSizes {
  const { sequences } = settings;
  const unified = settings.unifiedCache || !build.separateStreams;
  const window = windowOf(geometry);
  const asked = askedContext(geometry, settings, caller);
  // a server reads embeddings of a whole prompt at once: its batch is a micro-batch, with a row for every token
  const embeds = settings.embeddings === true && caller.outputRows === "sequences";
  const batchAsked =
    Math.max(
      embeds && settings.microBatch > 0 ? Math.min(settings.batch, settings.microBatch) : settings.batch,
      caller.batchCoversSequences ? sequences : 0,
    ) + (window > 0 && settings.fullWindowCache !== true ? caller.windowBatchExtra : 0);
  const microAsked = caller.microBatchIsBatch || settings.microBatch === 0 ? batchAsked : settings.microBatch;
  // where tokens see those behind them the engine does not cut a batch to the context
  const batch = geometry.bidirectional ? batchAsked : Math.min(asked, batchAsked);
  const microBatch = Math.min(batch, microAsked);
  let context = pad(asked, CELL_PADDING);
  let cells = context;
  if (!unified) {
    cells = pad(Math.floor(context / sequences), CELL_PADDING);
    context = cells * sequences;
  }
  const whole = settings.fullWindowCache === true || !build.windowCaches;
  const windowCells = window === 0 ? 0 : whole ? cells : rolling(window);
  const outputRows =
    caller.outputRows === "batch" || !build.serverLimitsOutputs || embeds
      ? batch
      : Math.min(batch, Math.round(sequences * (1 + draftTokens)));
  return {
    context,
    cells,
    windowCells,
    streams: unified ? 1 : sequences,
    sequences,
    batch,
    microBatch,
    outputRows,
  };

  /** The window of every sequence in the stream, and room for a micro-batch. */
  function rolling(tokens: number): number {
    const windows = tokens * (unified ? sequences : 1);
    return pad(Math.min(cells, windows + microBatch), CELL_PADDING);
  }
}

function askedContext(geometry: Geometry, settings: LlamaCppSettings, caller: LlamaCppCaller): number {
  if (caller.contextRounding === "total") return settings.context === 0 ? geometry.contextLength : settings.context;
  const asked = settings.context === 0 ? geometry.contextLength : Math.floor(settings.context / settings.sequences);
  // padded per sequence, unless that would pass what the model was trained for; then padded as a whole
  const padded = pad(Math.max(2, asked), CELL_PADDING);
  const each = asked <= geometry.contextLength && padded < geometry.contextLength ? padded : asked;
  return pad(each * settings.sequences, CELL_PADDING);
}

/** Tokens a sliding layer sees, 0 where no layer slides. */
export function windowOf(geometry: Geometry): number {
  for (const layer of geometry.layers) {
    const attention = attentionOf(layer);
    if (attention !== undefined && attention.span !== "full") return attention.window ?? 0;
  }
  return 0;
}

export function pad(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
