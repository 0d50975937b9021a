import { rowBytes } from "../../graph/element.ts";
import { concat, like, view } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";

/** CogVLM (models/cogvlm.cpp): norms behind attention and feed-forward, marks around the image. */
export function cogvlm(builder: TowerBuilder): GraphTensor {
  const { embeddingLength, layers } = builder.tower;
  const places = builder.patches + 1;
  const marked = concat(builder.patchEmbeddings(), builder.weight("v.class_embd"), 1);
  let current = like("add", marked, builder.weight("v.position_embd.weight"));
  for (let layer = 0; layer < layers; layer++) {
    const name = `v.blk.${layer}`;
    const { query, key, value } = builder.heads(current, name, places, "norm");
    const mixed = builder.norm(builder.attend(query, key, value, `${name}.attn_out`), `${name}.ln1`, "norm");
    const middle = like("add", mixed, current);
    const fed = builder.feedForward(middle, `${name}.ffn_up`, `${name}.ffn_down`, `${name}.ffn_gate`);
    current = like("add", builder.norm(fed, `${name}.ln2`, "norm"), middle);
  }
  const kept = view(current, [embeddingLength, builder.patches], [rowBytes(current.type, embeddingLength)]);
  const projected = builder.norm(builder.project(kept, "mm.model.fc"), "mm.post_fc_norm", "norm");
  const active = like("unary", projected);
  const raised = builder.project(active, "mm.up");
  const gated = like("glu", builder.project(active, "mm.gate"), raised);
  const out = builder.project(gated, "mm.down");
  return concat(concat(builder.weight("v.boi"), out, 1), builder.weight("v.eoi"), 1);
}
