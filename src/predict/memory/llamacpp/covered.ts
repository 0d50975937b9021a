import { overridesOf } from "../../../facts/runtime/index.ts";
import type { Session } from "./compute.ts";
import { PerhapsTooLong } from "./graph-limit.ts";
import type { Reservation } from "./replay/reserve.ts";
import { layersOfFile, shortened } from "./shorten.ts";

/** Weights that lie on the host are copied to a device for large batches, and what is copied settles slowly. */
export function isStaged({ used, placement, settings }: Session): boolean {
  return used.length > 0 && (!placement.complete || overridesOf(settings).length > 0);
}

/** A graph of so many tokens more than a token a sequence that it needs more of every buffer. */
export function isMuchMore({ sizes }: Session): boolean {
  return Math.min(sizes.context, sizes.microBatch) >= 32 * sizes.sequences;
}

/** Leaving repetitions out changes a buffer by far less (see `ABOUT_BAND`). */
const SAFE = 2;

/**
 * Whether the graph of one token a sequence has room in what the prompt's graph reserved, told by itself without its repetitions:
 * where that needs less than half of every buffer, the whole graph need not be replayed.
 */
export function isCovered(session: Session, prompt: Reservation, oneTokenOf: (few: Session) => Reservation): boolean {
  if (isStaged(session) || !isMuchMore(session) || session.leftOut !== undefined) return false;
  const few = shortened(session, layersOfFile(session));
  if (few === session) return false;
  try {
    return oneTokenOf(few).chunks.every((chunks, index) => {
      const held = prompt.chunks[index]!;
      return chunks.length <= 1 && held.length <= 1 && SAFE * (chunks[0] ?? 0) <= (held[0] ?? 0);
    });
  } catch (error) {
    if (error instanceof PerhapsTooLong) return false;
    throw error;
  }
}
