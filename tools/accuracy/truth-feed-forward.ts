import type { ExpertFeedForward, FeedForward } from "../../src/facts/model/index.ts";
import type { Fields } from "./fields.ts";

/** What the headers said of the choice of experts beyond their number. */
const CHOICES: Readonly<Record<string, Partial<ExpertFeedForward>>> = {
  bailingmoe2: { gating: "sigmoid", normalized: true, scaled: true },
  "minimax-m2": { gating: "sigmoid" },
};

/** DeepSeek's models by their experts: 256 in V3 and R1, 160 in V2, 64 in V2 Lite (whose queries are not compressed); Kimi groups none. */
function latentChoice(model: Fields): Partial<ExpertFeedForward> {
  const sigmoid = { gating: "sigmoid", normalized: true, scaled: true } as const;
  switch (model.count("n_expert")) {
    case 256:
      return { ...sigmoid, expertGroups: 8, expertGroupsUsed: 4 };
    case 160:
      return { gating: "softmax", scaled: true, expertGroups: 8, expertGroupsUsed: 3 };
    default:
      return model.count("q_lora_rank") === 0 ? { gating: "softmax" } : sigmoid;
  }
}

/** What only the headers of August said. */
const AUGUST_CHOICES: Readonly<Record<string, Partial<ExpertFeedForward>>> = {
  bailingmoe2: { expertGroups: 8, expertGroupsUsed: 4 },
};

/** more experts a token than any model uses: a row beyond it is damaged */
const MOST_USED = 512;

/** What a layer of a truth row's model computes after mixing. */
export function truthFeedForward(model: Fields, layer: number, build: string): FeedForward {
  const experts = model.count("n_expert");
  if (experts === 0 || layer < model.count("n_dense_lead")) {
    return { kind: "dense", length: model.count("n_ff"), gated: true };
  }
  return {
    kind: "experts",
    experts,
    expertsUsed: model.count("n_expert_used", 0, MOST_USED),
    expertLength: model.count("n_ff_exp"),
    sharedLength: model.count("n_ff_shexp"),
    denseSideLength: model.flag("moe_dense_side") ? model.count("n_ff") : 0,
    ...(model.text("arch") === "deepseek2" ? latentChoice(model) : CHOICES[model.text("arch")]),
    ...(build === "" ? AUGUST_CHOICES[model.text("arch")] : {}),
  };
}
