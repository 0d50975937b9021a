import type { Session } from "./compute.ts";
import type { LayerCache } from "./cache.ts";
import { rowBytes } from "./graph/element.ts";

// Sizes of a sequence's saved state, as the engine writes it (llama-context.cpp, `state_seq_write_data`): a few fields before the
// rows of the cache. Read in v0.4.0 and b11434.

/** magic number and sequence */
const HEAD_BYTES = 8;
/** streams, and cells of each stream */
const STREAM_BYTES = 4;
/** a cell's position, its number of sequences, its sequence */
const CELL_BYTES = 12;
/** two more positions of a cell, for models that count positions in several dimensions */
const CELL_GRID_BYTES = 8;
/** transposed or not, layers, and the two rotations */
const DATA_BYTES = 16;
/** type and length of a layer's rows */
const ROW_HEAD_BYTES = 12;

/** What a checkpoint of one sequence holds: the window's cells, or the recurrent state; 0 where a cache can be rolled back. */
export function checkpointBytes(session: Session): number {
  if (session.states.length > 0) return HEAD_BYTES + recurrentBytes(session);
  if (session.settings.fullWindowCache === true) return 0;
  const window = session.caches.filter(({ kind }) => kind === "window");
  return window.length === 0 ? 0 : HEAD_BYTES + cacheStateBytes(session, window, savedWindow(session));
}

/** What one sequence of `cells` tokens takes in the prompt cache. */
export function sequenceBytes(session: Session, cells: number): number {
  const full = session.caches.filter(({ kind }) => kind === "full");
  const window = session.caches.filter(({ kind }) => kind === "window");
  const ofWindow = window.length === 0 ? 0 : cacheStateBytes(session, window, Math.min(cells, savedWindow(session)));
  return (
    HEAD_BYTES +
    (full.length === 0 ? 0 : cacheStateBytes(session, full, cells)) +
    ofWindow +
    (session.states.length === 0 ? 0 : recurrentBytes(session))
  );
}

/** Cells behind the window are not saved. */
function savedWindow({ geometry, sizes }: Session): number {
  const windows = geometry.layers.flatMap(({ mixer }) =>
    mixer.kind === "attention" && mixer.window !== undefined ? [mixer.window] : [],
  );
  return Math.min(sizes.windowCells, ...windows);
}

function cacheStateBytes({ sizes, geometry }: Session, caches: readonly LayerCache[], cells: number): number {
  const cell = CELL_BYTES + ((geometry.positionsPerToken ?? 1) > 1 ? CELL_GRID_BYTES : 0);
  const rows = caches.reduce((total, { keyType, keyWidth, valueType, valueWidth }) => {
    const keys = ROW_HEAD_BYTES + cells * rowBytes(keyType, keyWidth);
    // latent attention has no values of its own
    return total + keys + (valueWidth === 0 ? 0 : ROW_HEAD_BYTES + cells * rowBytes(valueType, valueWidth));
  }, 0);
  return STREAM_BYTES + STREAM_BYTES * sizes.streams + cells * cell + DATA_BYTES + rows;
}

/** One cell: count, position and number of sequences, then transposed or not and layers, then every layer's two rows. */
function recurrentBytes({ states }: Session): number {
  const rows = states.reduce((total, { convolutionLength, stateLength }) => {
    return total + 2 * ROW_HEAD_BYTES + 4 * (convolutionLength + stateLength);
  }, 0);
  return 4 + 8 + 8 + rows;
}
