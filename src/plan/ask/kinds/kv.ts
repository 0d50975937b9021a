import { answerKv, type KvAnswer } from "../../answer/index.ts";
import { choose } from "../../fit/index.ts";
import type { QuestionFlags } from "../flags/index.ts";
import { type Asking, refuseEmbedder } from "../question/index.ts";
import { gatherFit } from "./numbers.ts";

/** KV cache and state against context of what `fit` would choose, for one chat and for several, in its type and in another. */
export async function askKv(asking: Asking, flags: QuestionFlags, model: string): Promise<KvAnswer> {
  const { request, context, setup } = await gatherFit(asking, flags, model, "fit");
  const { model: facts, runtime } = context;
  if (request.geometry.cacheless) refuseEmbedder({ geometry: request.geometry, facts }, "a cache");
  return answerKv(request, choose(request), { model: facts, runtime, setup });
}
