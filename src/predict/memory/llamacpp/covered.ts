import { overridesOf } from "../../../facts/runtime/index.ts";
import type { Session } from "./compute.ts";
import { PerhapsTooLong } from "./graph-limit.ts";
import type { Reservation } from "./replay/reserve.ts";
import { layersOfFile, shortened } from "./shorten.ts";
import { textOf } from "./text-of.ts";
import type { LoadedWeights } from "./weights.ts";

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

/** So many sequences at once are copied for as a prompt is. */
const COPIED_FOR = 32;

/**
 * Whether the graph of one token a sequence has room in what the prompt's graph reserved, told by itself without its repetitions:
 * where that needs less than half of every buffer, the whole graph need not be replayed. For a few tokens no weight is copied to a
 * device, so weights on the host unsettle it no more than a second device does.
 */
export function isCovered(session: Session, prompt: Reservation, oneTokenOf: (few: Session) => Reservation): boolean {
  if (isStaged(session) && session.sizes.sequences >= COPIED_FOR) return false;
  if (!isMuchMore(session) || session.leftOut !== undefined) return false;
  const few = shortened(session, layersOfFile(session));
  if (few === session) return false;
  try {
    const { chunks: needed } = noted(few) ?? oneTokenOf(few);
    return needed.every((chunks, index) => {
      const held = prompt.chunks[index]!;
      return chunks.length <= 1 && held.length <= 1 && SAFE * (chunks[0] ?? 0) <= (held[0] ?? 0);
    });
  } catch (error) {
    if (error instanceof PerhapsTooLong) return false;
    throw error;
  }
}

/** The graph of one token a sequence that a search replayed last of a model without its repetitions: it is asked for again. */
const LAST = new WeakMap<LoadedWeights, { readonly key: string; readonly chunks: Reservation["chunks"] }>();

/** Notes a graph of one token a sequence down, where layers were left out of it. */
export function noteOneToken(session: Session, { chunks }: Reservation): void {
  if (session.leftOut === undefined || session.adapters.length > 0) return;
  LAST.set(session.weights, { key: keyOf(session), chunks });
}

function noted(few: Session): Pick<Reservation, "chunks"> | undefined {
  const last = few.adapters.length > 0 ? undefined : LAST.get(few.weights);
  return last?.key === keyOf(few) ? last : undefined;
}

/** What decides the graph besides the weights and where they lie. */
function keyOf({ settings, sizes, build, part, leftOut }: Session): string {
  return `${JSON.stringify([settings, sizes, part, leftOut])} ${textOf(build)}`;
}
