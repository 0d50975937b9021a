import { LoadoutError } from "../../../facts/errors/index.ts";
import { architectureOf } from "./architectures/index.ts";
import type { Session } from "./compute.ts";
import type { Line } from "./lines.ts";
import type { Draft, LlamaCppQuestion } from "./question.ts";
import { EngineRefusal, rejected } from "./reject.ts";
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

/** Whether what drafts is a head that reads states of the model it is for (EAGLE-3). */
export function isHead({ model }: Draft): boolean {
  return model?.geometry.draftHead !== undefined;
}

/** Architectures whose graph hands out what goes into a layer (`t_layer_inp`, llama.cpp b11434); asked of another, the engine ends. */
const HANDS_OUT: ReadonlySet<string> = new Set([
  "bailingmoe3",
  "deepseek4",
  "gemma4",
  "gpt-oss",
  "hunyuan-dense",
  "hunyuan_vl",
  "lfm2",
  "lfm2moe",
  "llama",
  "mimo2",
  "minimax-m2",
  "muse-glimmer",
  "nemotron_h",
  "nemotron_h_moe",
  "qwen3",
  "qwen35",
  "qwen35moe",
  "qwen3moe",
  "qwen3next",
]);

/** Layers of the target whose input a head reads; refused where the head is not for this model. */
export function tapsOf({ draft, geometry }: LlamaCppQuestion): readonly number[] | undefined {
  const head = draft?.model?.geometry.draftHead;
  if (head === undefined) return undefined;
  const { architecture, embeddingLength, layers } = geometry;
  const trunk = layers.filter(({ kind }) => kind === "trunk").length;
  if (head.targetLength !== embeddingLength) {
    throw refused(
      "draft-head-of-another-model",
      `the draft head reads states of ${head.targetLength} elements, and the model's have ${embeddingLength}: take the head that was trained for this model`,
    );
  }
  const borrows = ["token_embd.weight", "output.weight"].some(
    (name) => !draft!.model!.tensors.some((tensor) => tensor.name === name),
  );
  if (borrows && draft!.model!.geometry.embeddingLength !== embeddingLength) {
    throw refused(
      "draft-head-of-another-model",
      "the draft head has no embedding or output of its own, and the model's are of another width: take the head that was trained for this model",
    );
  }
  const beyond = head.targetLayers.find((layer) => layer < 0 || layer > trunk);
  if (beyond !== undefined) {
    throw refused(
      "draft-head-of-another-model",
      `the draft head reads layer ${beyond}, and the model has ${trunk}: take the head that was trained for this model`,
    );
  }
  if (!HANDS_OUT.has(architecture)) {
    throw refused(
      "draft-head-unsupported",
      `the engine hands out states of layers to a draft head for some architectures, and ${architecture} is none of them; draft with a small model or a look-up`,
    );
  }
  if (head.targetLayers.includes(trunk)) throw new LoadoutError("draft-head-unpredicted", { architecture });
  return head.targetLayers;
}

function refused(reason: string, because: string): EngineRefusal {
  return new EngineRefusal(rejected(reason, because));
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
