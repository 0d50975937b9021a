import { LoadoutError } from "../../../facts/errors/index.ts";
import { embedsTexts } from "../../../facts/model/index.ts";
import type { QuestionFlags } from "../flags/index.ts";
import type { Weights } from "../model/index.ts";

type Named = Pick<Weights, "geometry" | "facts">;

/** Refuses a question about written tokens where the model makes vectors or scores; `asked`: a command or a flag. */
export function refuseEmbedder({ geometry, facts }: Named, asked: string): void {
  if (!embedsTexts(geometry)) return;
  const makes = geometry.pooling === "rank" ? "scores" : "vectors";
  throw new LoadoutError("writes-no-tokens", { asked, name: facts.name, makes });
}

/** The same for flags of `fit` and `explain` that only say something of written tokens, or of their cache. */
export function refuseAnswerFlags(weights: Named, flags: QuestionFlags): void {
  const { goal, answer, cached, draft, kvType } = flags;
  const asked = [
    ...(goal === "mixed" || goal === "finetune" ? [`--goal ${goal}`] : []),
    ...(answer === undefined ? [] : ["--answer"]),
    ...(cached === undefined ? [] : ["--cached"]),
    ...(draft === undefined ? [] : ["--draft"]),
    ...(kvType === undefined || !weights.geometry.cacheless ? [] : ["--kv-type"]),
  ];
  if (asked[0] !== undefined) refuseEmbedder(weights, asked[0]);
}
