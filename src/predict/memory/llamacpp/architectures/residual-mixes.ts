import { like, mixShares, mixStreams, multiplyMatrix, reshape, spreadStreams, view } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { GraphBuilder } from "./builder.ts";

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
  const among = mixShares(mixes, scale, base, count);
  return { mixed: mixStreams(streams, into), spread: (result) => spreadStreams(result, streams, back, among) };
}

/** The streams' mean. */
export function meanOf(streams: GraphTensor): GraphTensor {
  const [width, count, tokens] = streams.shape;
  const stream = (): GraphTensor => view(streams, [width, tokens], [streams.strides[2]]);
  let sum = stream();
  for (let other = 1; other < count; other++) sum = like("add", sum, stream());
  return like("scale", sum);
}
