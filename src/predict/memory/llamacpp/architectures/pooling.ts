import { contiguous, getRows, input, like, multiplyMatrix, transpose } from "../graph/operations.ts";
import { F32, I32 } from "../graph/element.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import { EngineRefusal, rejected } from "../reject.ts";
import type { GraphBuilder } from "./builder.ts";

/** Architectures of Qwen's rerankers: their scores are chances. */
const SCORES_AS_CHANCES: ReadonlySet<string> = new Set(["qwen3", "qwen3vl"]);

/**
 * What makes a vector or a score of a text's rows (llama-graph.cpp, `build_pooling`, `build_dense_out`), from the last hidden
 * states. `sequences` is how many texts a batch holds.
 */
export function pooled(builder: GraphBuilder, rows: GraphTensor): GraphTensor {
  const { geometry, settings } = builder.request;
  const pooling = settings.pooling ?? geometry.pooling ?? "none";
  const result =
    pooling === "none" ? rows : pooling === "rank" ? ranked(builder, rows) : gathered(builder, rows, pooling);
  builder.graph.expand(result);
  return denseModules(builder, result);
}

/** One row a text: the mean of its rows, or its first or last. */
function gathered(builder: GraphBuilder, rows: GraphTensor, pooling: "mean" | "cls" | "last"): GraphTensor {
  const { tokens, sizes } = builder.request;
  if (pooling !== "mean") return getRows(rows, input(I32, [sizes.sequences]));
  // a micro-batch is made a multiple of the sequences, the rows that are kept of it are not: the engine ends where they differ
  if (rows.shape[1] !== tokens) {
    const why = `-ub ${rows.shape[1]} -np ${sizes.sequences}: mean pooling needs a micro-batch that the sequences divide`;
    throw new EngineRefusal(rejected("mean-of-uneven-batch", `${why}; use -ub ${tokens}`));
  }
  const turned = transpose(rows);
  return multiplyMatrix(contiguous(turned, turned.shape), input(F32, [tokens, sizes.sequences]));
}

/** A classifier on one row a text. */
function ranked(builder: GraphBuilder, rows: GraphTensor): GraphTensor {
  const { architecture } = builder.request.geometry;
  let x = gathered(builder, rows, architecture === "modern-bert" ? "mean" : "cls");
  if (builder.optional("cls") !== undefined) {
    x = like("unary", builder.project(x, "cls"));
    if (builder.optional("cls.norm") !== undefined) x = builder.norm(x, "cls.norm", undefined, false, "norm");
  }
  if (builder.optional("cls.output") !== undefined) x = builder.project(x, "cls.output");
  return SCORES_AS_CHANCES.has(architecture) ? like("soft_max", x) : x;
}

/** Two matrices that files converted with their sentence-transformers modules have behind the pooling. */
function denseModules(builder: GraphBuilder, x: GraphTensor): GraphTensor {
  let result = x;
  for (const name of ["dense_2", "dense_3"]) {
    if (builder.optional(name) !== undefined) result = builder.project(result, name);
  }
  if (result !== x) builder.graph.expand(result);
  return result;
}
