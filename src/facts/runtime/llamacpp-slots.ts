import type { LlamaCppBuild } from "./llamacpp-build.ts";
import type { LlamaCppSettings } from "./llamacpp.ts";

/** How a server is told to share its cache among slots, in the words of its command line. */
export interface SlotFlags {
  /** -np; "auto" or absent: the build decides */
  readonly parallel?: number | "auto";
  /** -kvu; absent: only with automatic slots */
  readonly kvUnified?: boolean;
  /** --kv-unified-per-slot: most cells of one slot; it sizes the pool where `context` is absent */
  readonly kvUnifiedPerSlot?: number;
  /** -c, over all slots; absent: not said; 0: the trained length */
  readonly context?: number;
}

/** What a server makes of them. */
export interface Slots extends Pick<LlamaCppSettings, "context" | "sequences" | "unifiedCache"> {
  /** tokens one slot can hold */
  readonly slotContext: number;
}

/** cells come in multiples of this */
const CELLS = 256;

/**
 * Slots of llama-server (tools/server/server.cpp and `n_ctx_slot` of server-context.cpp): automatic slots share one stream whatever
 * else was said; a number of slots splits the context, unless told to share it; no slot is longer than the model was trained for.
 */
export function serverSlots(
  flags: SlotFlags,
  build: Pick<LlamaCppBuild, "autoSlots" | "separateStreams">,
  trainedLength: number,
): Slots {
  const { parallel = "auto", kvUnified = false, kvUnifiedPerSlot = 0 } = flags;
  const automatic = parallel === "auto" || parallel < 0;
  const sequences = automatic ? build.autoSlots.sequences : parallel;
  const unifiedCache = kvUnified || !build.separateStreams || (automatic && build.autoSlots.unified);
  const context = flags.context ?? kvUnifiedPerSlot * sequences;
  const cells = Math.ceil((context === 0 ? trainedLength : context) / CELLS) * CELLS;
  const share = unifiedCache ? cells : Math.ceil(Math.floor(cells / sequences) / CELLS) * CELLS;
  const capped = kvUnifiedPerSlot > 0 ? Math.min(share, kvUnifiedPerSlot) : share;
  return { context, sequences, unifiedCache, slotContext: Math.min(capped, trainedLength) };
}
