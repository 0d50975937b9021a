import { formatBytes, formatExactBytes } from "../../../facts/units/index.ts";
import { between, sum, type Estimate } from "../../estimate/index.ts";
import { LOOK_UPS, type LookUp } from "../../../facts/runtime/index.ts";
import type { Session } from "./compute.ts";
import type { LlamaCppQuestion } from "./question.ts";
import { checkpointBytes, sequenceBytes } from "./server-state.ts";

const MIB = 2 ** 20;

/**
 * What llama-server comes to hold in RAM beside its buffers, and never gives back while it runs: checkpoints of slots whose cache
 * cannot be rolled back (tools/server/server-context.cpp, `create_checkpoint`), and prompts of idle slots (server-task.cpp,
 * `server_prompt_cache`). Nothing at start; the upper end is what the limits allow.
 */
export function servingOf(
  session: Session,
  draft: Session | undefined,
  { draftTokens = 0, lookUp }: Pick<LlamaCppQuestion, "draftTokens" | "lookUp"> = {},
): Estimate | undefined {
  // of completions alone: a server of vectors or scores keeps nothing
  if (session.settings.embeddings === true) return undefined;
  const guesses = draft !== undefined || lookUp !== undefined;
  const parts = [
    checkpoints(session, draft),
    promptCache(session, draft),
    ...(guesses ? [draftRows(session, draft), headRows(draft), wayBack(session, draft, draftTokens)] : []),
    lookUpTables(session, lookUp),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : sum("serving", "held in RAM while serving", parts);
}

/** Nothing is held yet when the server has started. */
function atStart() {
  return { formula: "0 B", lowFormula: "0 B" };
}

/**
 * Rows for checking drafts, and every token's hidden state: with an appended block the last one's, with a draft head those of the
 * layers it reads. The output buffer grows at the first batch.
 */
function draftRows(session: Session, draft: Session | undefined): Estimate | undefined {
  const { geometry, sizes, taps = [] } = session;
  const rows = sizes.outputRows - sizes.sequences;
  const hidden = draft?.part === "mtp" ? sizes.batch + sizes.sequences : taps.length * sizes.batch;
  if (rows <= 0 && hidden === 0) return undefined;
  const high = 4 * (geometry.vocabularySize * rows + geometry.embeddingLength * hidden);
  return between("draft-rows", "output buffer while drafting", [0, 0, high], "formula", () => ({
    ...atStart(),
    highFormula: `4 B x (${geometry.vocabularySize} logits x ${rows} more rows + ${geometry.embeddingLength} x ${hidden} hidden states)`,
    because: `${rows} more rows of logits${hidden === 0 ? "" : ` and ${hidden} hidden states`}, from the first batch on`,
  }));
}

/** What a draft picks from comes with each row: chances, logits, candidates, and the token (llama-context.cpp, `output_reserve`). */
const PICKED_FROM = 3;

/** A draft head joins states with a row of everything for every token of a micro-batch: its own output buffer grows. */
function headRows(draft: Session | undefined): Estimate | undefined {
  if (draft?.geometry.draftHead === undefined) return undefined;
  const { vocabularySize, embeddingLength } = draft.geometry;
  const { microBatch, sequences } = draft.sizes;
  const row = (1 + PICKED_FROM) * vocabularySize + 1 + embeddingLength;
  const high = 4 * (row * microBatch - vocabularySize * sequences);
  return between("draft-head-rows", "output buffer of the draft head", [0, 0, high], "formula", () => ({
    ...atStart(),
    highFormula: `4 B x (${row} numbers x ${microBatch} tokens - ${vocabularySize} x ${sequences})`,
    because: `joining states keeps logits, candidates and states of every token of a prompt's micro-batch; a smaller -ub makes it smaller`,
  }));
}

/** A state that cannot be rolled back is copied before a draft is checked (tools/server/server-context.cpp, `spec_ckpt`). */
function wayBack(session: Session, draft: Session | undefined, draftTokens: number): Estimate | undefined {
  const { sizes, states, settings } = session;
  if (states.length === 0 || (settings.stateSnapshots ?? 0) >= draftTokens) return undefined;
  const each = checkpointBytes(session) + (draft === undefined ? 0 : checkpointBytes(draft));
  return between("draft-copies", "copies to go back to", [0, 0, sizes.sequences * each], "formula", () => ({
    ...atStart(),
    highFormula: `${sizes.sequences} slots x ${each} B`,
    because: `the recurrent state of a slot while its draft is checked, ${formatBytes(each)} each`,
  }));
}

function lookUpTables({ sizes }: Session, lookUp: LookUp | undefined): Estimate | undefined {
  if (lookUp === undefined) return undefined;
  const { sharedBytes, sequenceBytes: own, tokenBytes } = LOOK_UPS[lookUp];
  const start = sharedBytes + own * sizes.sequences;
  if (start === 0) return undefined;
  const tokens = sizes.streams === 1 ? sizes.context : sizes.cells * sizes.sequences;
  const high = start + tokenBytes * tokens;
  const formula = `${sharedBytes} B + ${sizes.sequences} slots x ${own} B`;
  return between("look-up", `tables of ${lookUp}`, [start, start, high], "formula", () => ({
    formula,
    lowFormula: formula,
    highFormula: `${formula} + ${tokens} tokens x ${tokenBytes} B`,
    because: "from the start on; words that came before are noted down as texts grow",
  }));
}

function checkpoints(session: Session, draft: Session | undefined): Estimate | undefined {
  const { settings, build, sizes } = session;
  const limit = settings.contextCheckpoints ?? build.serverKeeps.checkpoints;
  const own = checkpointBytes(session);
  // the draft's part of it; a cache without windows is saved whole
  const each =
    own === 0 || draft === undefined ? own : own + (checkpointBytes(draft) || sequenceBytes(draft, slotOf(draft)));
  if (limit === 0 || each === 0) return undefined;
  const high = sizes.sequences * limit * each;
  const what = session.states.length > 0 ? "the recurrent state" : "the window's cells";
  return between("checkpoints", "checkpoints of slots", [0, 0, high], "formula", () => ({
    ...atStart(),
    highFormula: `${sizes.sequences} slots x ${limit} checkpoints x ${each} B`,
    because: `${limit} checkpoints a slot, ${formatBytes(each)} each: ${what} of a sequence; --ctx-checkpoints 0 keeps none`,
  }));
}

function slotOf({ sizes }: Session): number {
  return sizes.streams === 1 ? sizes.context : sizes.cells;
}

function promptCache(session: Session, draft: Session | undefined): Estimate | undefined {
  const { settings, build, sizes } = session;
  const limit = settings.promptCacheMib ?? build.serverKeeps.promptCacheMib;
  if (limit === 0) return undefined;
  const all = [session, ...(draft === undefined ? [] : [draft])];
  const bytesOf = (cells: number): number => all.reduce((total, each) => total + sequenceBytes(each, cells), 0);
  const state = bytesOf(slotOf(session));
  const full = `a full slot's state is ${formatBytes(state)}`;
  // without a limit in bytes the cached prompts together are no longer than the context
  const unlimited = bytesOf(sizes.context) + (sizes.sequences - 1) * bytesOf(0);
  return limit < 0
    ? between("prompt-cache", "prompt cache", [0, 0, unlimited], "assumed", {
        ...atStart(),
        highFormula: `${formatExactBytes(bytesOf(sizes.context))} + ${sizes.sequences - 1} x ${formatExactBytes(bytesOf(0))}`,
        because: `0 to ${sizes.context} tokens; ${full}`,
      })
    : between("prompt-cache", "prompt cache", [0, 0, limit * MIB], "formula", {
        ...atStart(),
        highFormula: `${limit} x ${formatExactBytes(MIB)}`,
        because: `0 to -cram ${limit} MiB; ${full}; -cram 0 keeps none`,
      });
}
