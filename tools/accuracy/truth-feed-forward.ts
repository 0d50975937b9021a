import type { ExpertFeedForward, FeedForward } from "../../src/facts/model/index.ts";
import { geometryFromRow, modelsOfDimensions } from "./catalog-match.ts";
import type { Fields } from "./fields.ts";

/** What the headers said of the choice of experts beyond their number. */
const CHOICES: Readonly<Record<string, Partial<ExpertFeedForward>>> = {
  bailingmoe2: { gating: "sigmoid", normalized: true, scaled: true },
  "minimax-m2": { gating: "sigmoid" },
};

/** DeepSeek's graph serves models that choose experts in many ways: as the catalog has it for these dimensions, else as V3 does. */
function latentChoice(model: Fields): Partial<ExpertFeedForward> {
  const [row, ...others] = modelsOfDimensions({
    architecture: "deepseek2",
    layers: model.count("n_layer"),
    width: model.count("n_embd"),
    heads: model.count("n_head"),
    vocabulary: model.count("n_vocab"),
    experts: model.count("n_expert"),
  });
  const parts = row === undefined ? [] : (geometryFromRow(row)?.layers ?? []);
  const experts = parts.map(({ feedForward }) => feedForward).find((part) => part.kind === "experts");
  if (experts === undefined || others.length > 0) {
    const groups = model.count("n_expert") === 256 ? { expertGroups: 8, expertGroupsUsed: 4 } : {};
    return { gating: "sigmoid", normalized: true, scaled: true, ...groups };
  }
  const { gating, normalized, scaled, expertGroups, expertGroupsUsed } = experts;
  return {
    ...(gating === undefined ? {} : { gating }),
    ...(normalized === undefined ? {} : { normalized }),
    ...(scaled === undefined ? {} : { scaled }),
    ...(expertGroups === undefined ? {} : { expertGroups }),
    ...(expertGroupsUsed === undefined ? {} : { expertGroupsUsed }),
  };
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
