import type { ExpertFeedForward, FeedForward } from "../../src/facts/model/index.ts";
import type { Fields } from "./fields.ts";

/** What the headers said of the choice of experts beyond their number. */
const CHOICES: Readonly<Record<string, Partial<ExpertFeedForward>>> = {
  bailingmoe2: { gating: "sigmoid", normalized: true, scaled: true },
  deepseek2: { gating: "sigmoid", normalized: true, scaled: true, expertGroups: 8, expertGroupsUsed: 4 },
  "minimax-m2": { gating: "sigmoid" },
};

/** What only the headers of August said. */
const AUGUST_CHOICES: Readonly<Record<string, Partial<ExpertFeedForward>>> = {
  bailingmoe2: { expertGroups: 8, expertGroupsUsed: 4 },
};

/** What a layer of a truth row's model computes after mixing. */
export function truthFeedForward(model: Fields, layer: number, build: string): FeedForward {
  const experts = model.number("n_expert");
  if (experts === 0 || layer < model.number("n_dense_lead")) {
    return { kind: "dense", length: model.number("n_ff"), gated: true };
  }
  return {
    kind: "experts",
    experts,
    expertsUsed: model.number("n_expert_used"),
    expertLength: model.number("n_ff_exp"),
    sharedLength: model.number("n_ff_shexp"),
    denseSideLength: model.flag("moe_dense_side") ? model.number("n_ff") : 0,
    ...CHOICES[model.text("arch")],
    ...(build === "" ? AUGUST_CHOICES[model.text("arch")] : {}),
  };
}
