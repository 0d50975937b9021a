import { LoadoutError } from "../../../facts/errors/index.ts";
import type { Geometry } from "../../../facts/model/index.ts";
import type { Draft, LlamaCppQuestion } from "./question.ts";
import { EngineRefusal, rejected, type Rejection } from "./reject.ts";

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

/** What a head without such tensors takes from the model it is for (llama-context.cpp, `ctx_other`). */
export const BORROWED = ["token_embd.weight", "output.weight"];

/** Whether what drafts is a head that reads states of the model it is for (EAGLE-3). */
export function isHead({ model }: Draft): boolean {
  return model?.geometry.draftHead !== undefined;
}

/** Layers of the target whose input a head reads; refused where the head is not for this model. */
export function tapsOf({
  draft,
  geometry,
}: Pick<LlamaCppQuestion, "draft" | "geometry">): readonly number[] | undefined {
  const head = draft?.model?.geometry.draftHead;
  if (head === undefined) return undefined;
  const refusal = headRefusal(geometry, draft!.model!);
  if (refusal !== undefined) throw new EngineRefusal(refusal);
  if (head.targetLayers.includes(trunkOf(geometry))) {
    throw unpredicted(geometry, "it reads what comes out of the last layer");
  }
  if (draft?.devices !== undefined && borrows(draft.model!)) {
    throw unpredicted(geometry, "it borrows from the model and lies on devices of its own (-devd)");
  }
  return head.targetLayers;
}

/** Why the engine would end over a draft head for this model; undefined where it would not. */
export function headRefusal(
  target: Geometry,
  { geometry, tensors }: NonNullable<Draft["model"]>,
): Rejection | undefined {
  const { draftHead: head, embeddingLength } = geometry;
  if (head === undefined) return undefined;
  const width = target.embeddingLength;
  if (head.targetLength !== width) {
    return another(`it reads states of ${head.targetLength} elements, and the model's have ${width}`);
  }
  if (borrows({ tensors }) && embeddingLength !== width) {
    return another(`it borrows the model's embedding or output, of ${width} elements, and is ${embeddingLength} wide`);
  }
  const trunk = trunkOf(target);
  const beyond = head.targetLayers.find((layer) => layer > trunk);
  if (beyond !== undefined) return another(`it reads layer ${beyond}, and the model has ${trunk}`);
  if (HANDS_OUT.has(target.architecture)) return undefined;
  return rejected(
    "draft-head-unsupported",
    `no ${target.architecture} model hands its layers' states to a draft head; draft with a small model or a look-up`,
  );
}

function borrows({ tensors }: Pick<NonNullable<Draft["model"]>, "tensors">): boolean {
  return BORROWED.some((name) => !tensors.some((tensor) => tensor.name === name));
}

function unpredicted({ architecture }: Geometry, because: string): LoadoutError {
  return new LoadoutError("draft-head-unpredicted", { architecture, because });
}

function another(how: string): Rejection {
  return rejected("draft-head-of-another-model", `the draft head is for another model: ${how}`);
}

function trunkOf({ layers }: Geometry): number {
  return layers.filter(({ kind }) => kind === "trunk").length;
}
