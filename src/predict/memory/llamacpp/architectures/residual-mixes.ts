import { F32 } from "../graph/element.ts";
import {
  concat,
  contiguous,
  empty,
  like,
  mixShares,
  mixStreams,
  multiplyMatrix,
  permute,
  reshape,
  spreadStreams,
  sumRows,
  view,
} from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { FusedKind, GraphBuilder } from "./builder.ts";

/** A mix of the residual streams, and how the result made of it goes back into them. */
export interface Mix {
  readonly mixed: GraphTensor;
  readonly spread: (result: GraphTensor) => GraphTensor;
}

/**
 * Several residual streams, [width, count, tokens], mixed into one (src/models/glm5-next.cpp, `build_hc_pre` and `build_hc_post`, with
 * the fused operations for them). `half` is "attn" or "ffn".
 */
export function mixOf(builder: GraphBuilder, streams: GraphTensor, half: string, layer: number): Mix {
  const [width, count, tokens] = streams.shape;
  const normed = like("rms_norm", reshape(streams, [count * width, tokens]));
  const mixes = multiplyMatrix(builder.weight(`hc_${half}_fn`, layer), normed);
  const [scale, base] = [builder.weight(`hc_${half}_scale`, layer), builder.weight(`hc_${half}_base`, layer)];
  const shares = (): GraphTensor => {
    const part = view(mixes, [count, tokens], [mixes.strides[1]]);
    const affine = like("add", like("mul", part, view(scale, [1])), view(base, [count]));
    return like("scale", like("unary", affine));
  };
  const [into, back] = [shares(), shares()];
  const { apart } = builder.request;
  const noted = (kind: FusedKind, node: GraphTensor): GraphTensor => {
    builder.fused.push({ kind, node, layer });
    return node;
  };
  const among = apart.has("shares")
    ? sharesApart(mixes, scale, base, count)
    : noted("shares", mixShares(mixes, scale, base, count));
  return {
    mixed: apart.has("mix") ? mixApart(streams, into) : noted("mix", mixStreams(streams, into)),
    spread: (result) =>
      apart.has("spread")
        ? spreadApart(result, streams, back, among)
        : noted("spread", spreadStreams(result, streams, back, among)),
  };
}

/** Rounds in which rows and columns are brought to sums of one, in published models. */
const ROUNDS = 20;

function sharesApart(mixes: GraphTensor, scale: GraphTensor, base: GraphTensor, count: number): GraphTensor {
  const tokens = mixes.shape[1];
  const part = view(mixes, [count * count, tokens], [mixes.strides[1]]);
  const affine = like("add", like("mul", part, view(scale, [1])), view(base, [count * count]));
  const little = like("fill", empty(F32, [1]));
  let shares = like("add", like("soft_max", reshape(affine, [count, count, tokens])), little);
  const columns = (): void => {
    const turned = permute(shares, [1, 0, 2, 3]);
    const sums = like("add", sumRows(contiguous(turned, turned.shape)), little);
    shares = like("div", shares, permute(sums, [1, 0, 2, 3]));
  };
  columns();
  for (let round = 1; round < ROUNDS; round++) {
    shares = like("div", shares, like("add", sumRows(shares), little));
    columns();
  }
  return shares;
}

function mixApart(streams: GraphTensor, shares: GraphTensor): GraphTensor {
  return weighed(streams, () => view(shares, [1, streams.shape[2]], [shares.strides[1]])).reduce((sum, each) =>
    like("add", sum, each),
  );
}

function spreadApart(result: GraphTensor, streams: GraphTensor, shares: GraphTensor, among: GraphTensor): GraphTensor {
  const [width, count, tokens] = streams.shape;
  const each = Array.from({ length: count }, () => {
    let sum = like("mul", result, view(shares, [1, tokens], [shares.strides[1]]));
    for (const part of weighed(streams, () => view(among, [1, tokens], [among.strides[2]])))
      sum = like("add", sum, part);
    return reshape(sum, [width, 1, tokens]);
  });
  return each.reduce((before, stream) => concat(before, stream, 1));
}

/** Every stream times its share. */
function weighed(streams: GraphTensor, share: () => GraphTensor): GraphTensor[] {
  const [width, count, tokens] = streams.shape;
  return Array.from({ length: count }, () =>
    like("mul", view(streams, [width, tokens], [streams.strides[2]]), share()),
  );
}

/** The streams' mean. */
export function meanOf(streams: GraphTensor): GraphTensor {
  const [width, count, tokens] = streams.shape;
  const stream = (): GraphTensor => view(streams, [width, tokens], [streams.strides[2]]);
  let sum = stream();
  for (let other = 1; other < count; other++) sum = like("add", sum, stream());
  return like("scale", sum);
}
