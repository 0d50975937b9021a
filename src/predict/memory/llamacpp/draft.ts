import { LoadoutError } from "../../../facts/errors/index.ts";
import { architectureOf } from "./architectures/index.ts";
import type { Session } from "./compute.ts";
import { isHead } from "./draft-head.ts";
import type { Line } from "./lines.ts";
import type { Draft, LlamaCppQuestion } from "./question.ts";
import { openSession } from "./session.ts";
import { keepsSnapshots } from "./state.ts";

/** tokens drafted a step unless told otherwise (--spec-draft-n-max) */
const DRAFT_TOKENS = 3;
/** The target with what drafting asks of it: rows of logits to check drafts, and states to go back to (an appended block's drafts). */
export function targetOf(question: LlamaCppQuestion): LlamaCppQuestion {
  const { draft, settings, geometry } = question;
  if (draft === undefined) return question;
  const draftTokens = question.draftTokens ?? DRAFT_TOKENS;
  // a model of its own drafts without them: the server keeps copies instead
  const goesBack = (draft.model === undefined || isHead(draft)) && keepsSnapshots(geometry);
  const stateSnapshots = settings.stateSnapshots ?? (goesBack ? draftTokens : 0);
  return { ...question, draftTokens, settings: { ...settings, stateSnapshots } };
}

/** The context that drafts (common/speculative.cpp): as long as the target's, one row of logits a sequence, a cache type of its own. */
export function draftSession(question: LlamaCppQuestion, target: Session): Session | undefined {
  const { draft } = question;
  if (draft === undefined) return undefined;
  const settings = { ...question.settings, ...cacheOf(draft), context: target.sizes.context, stateSnapshots: 0 };
  // adapters are the target's alone
  const base = { ...question, draftTokens: 0, adapters: [] };
  if (draft.model === undefined) {
    const { architecture, layers } = question.geometry;
    if (!layers.some(({ kind }) => kind === "mtp") || architectureOf(architecture)?.buildDraft === undefined) {
      throw new LoadoutError("draft-unpredicted", { architecture });
    }
    return openSession({ ...base, settings }, "mtp");
  }
  const { expertLayersOnHost: _experts, denseLayersOnHost: _dense, ...shared } = settings;
  const own = {
    ...shared,
    gpuLayers: draft.gpuLayers ?? "all",
    tensorOverrides: draft.tensorOverrides ?? [],
    ...(draft.devices === undefined ? {} : { devices: draft.devices }),
  };
  if (!isHead(draft)) return openSession({ ...base, ...draft.model, settings: own });
  // it has an encoder, and where there is one the engine keeps a row for every token of a batch
  const caller = { ...base.caller, outputRows: "batch" as const };
  return openSession({ ...base, ...draft.model, caller, settings: own }, "trunk", {
    lender: target.weights,
    samples: question.dryRun !== true,
  });
}

function cacheOf({ cacheTypeK = "f16", cacheTypeV = "f16" }: Draft): Pick<Draft, "cacheTypeK" | "cacheTypeV"> {
  return { cacheTypeK, cacheTypeV };
}

/** The draft's buffers stand beside the target's, under keys of their own. */
export function asDraft({ buffer, leaf }: Line): Line {
  return { buffer, leaf: { ...leaf, key: `draft-${leaf.key}`, label: `draft: ${leaf.label}` } };
}
