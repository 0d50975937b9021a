import type { ExpertFeedForward, FeedForward, Geometry } from "../../src/facts/model/index.ts";
import { count, perLayer } from "./keys.ts";
import type { Entry, HeaderRow } from "./rows.ts";

/** Numbers of `llama_expert_gating_func_type`. */
const GATINGS = { softmax: 1, sigmoid: 2, "softmax-of-chosen": 3 } as const;

/** Lengths of the feed-forward parts, and how experts are chosen. */
export function expertKeys({ layers }: Geometry, row: HeaderRow): Entry[] {
  const parts = layers.map(({ feedForward }) => feedForward);
  const dense = parts.find((part) => part.kind === "dense")?.length;
  const lengths: Entry = ["feed_forward_length", perLayer(parts.map((part) => lengthOf(part, dense)))];
  const experts = parts.find((part) => part.kind === "experts");
  if (!experts) return [lengths];
  const leading = parts.findIndex(({ kind }) => kind === "experts");
  return [
    lengths,
    ["leading_dense_block_count", count(leading)],
    ["expert_count", count(experts.experts)],
    ["expert_used_count", count(experts.expertsUsed)],
    ["expert_feed_forward_length", count(experts.expertLength)],
    ...(experts.latentLength === undefined
      ? []
      : [[row.latentKey ?? "moe_latent_size", count(experts.latentLength)] as const]),
    ...(row.expertStep ? [["interleave_moe_layer_step", count(stepOf(parts))] as const] : []),
    ...sharedKeys(experts, row),
    ...choiceKeys(experts),
  ];
}

/** From one layer with experts to the next. */
function stepOf(parts: readonly FeedForward[]): number {
  const [first = 0, second = first + 1] = parts.flatMap(({ kind }, layer) => (kind === "experts" ? [layer] : []));
  return second - first;
}

/** Where dense layers stand beside layers of experts, all have the dense length. */
function lengthOf(part: FeedForward, dense: number | undefined): number {
  if (part.kind === "none") return 0;
  if (part.kind === "dense") return part.length;
  return part.denseSideLength > 0 ? part.denseSideLength : (dense ?? part.expertLength);
}

function sharedKeys({ sharedLength, expertLength }: ExpertFeedForward, row: HeaderRow): Entry[] {
  if (sharedLength === 0) return [["expert_shared_count", count(0)]];
  const shared = sharedLength % expertLength === 0 ? sharedLength / expertLength : 1;
  return [
    ["expert_shared_count", count(shared)],
    ["expert_shared_feed_forward_length", count(row.sharedEach ? sharedLength / shared : sharedLength)],
  ];
}

function choiceKeys({
  gating,
  normalized,
  scaled,
  expertGroups = 1,
  expertGroupsUsed = 1,
}: ExpertFeedForward): Entry[] {
  return [
    ...(gating === undefined ? [] : [["expert_gating_func", count(GATINGS[gating])] as const]),
    ...(normalized === undefined ? [] : [["expert_weights_norm", { type: "bool", value: normalized }] as const]),
    ...(scaled ? [["expert_weights_scale", { type: "f32", value: 2.5 }] as const] : []),
    ...(expertGroups > 1
      ? ([
          ["expert_group_count", count(expertGroups)],
          ["expert_group_used_count", count(expertGroupsUsed)],
        ] satisfies Entry[])
      : []),
  ];
}
