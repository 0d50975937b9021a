import { getRows, padRows, reshape, topOf, view } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { GraphBuilder } from "./builder.ts";

/** Tokens that a draft picks from (common/speculative.cpp). */
const BEST = 10;

/**
 * Drafts are picked where their logits lie (llama-graph.cpp, `build_sampling`): from a copy of all logits with a row more, the best
 * of one row a sequence.
 */
export function samplesDrafts(builder: GraphBuilder, logits: GraphTensor): void {
  const { graph, request } = builder;
  const [entries] = logits.shape;
  graph.expand(logits);
  const copied = padRows(logits, entries, 1);
  for (let sequence = 0; sequence < request.sizes.sequences; sequence++) {
    const row = reshape(view(copied, [entries]), [entries]);
    const best = topOf(row, BEST);
    const found = getRows(reshape(row, [1, entries]), best);
    for (const each of [found, best]) {
      each.output = true;
      graph.expand(each);
    }
  }
}
