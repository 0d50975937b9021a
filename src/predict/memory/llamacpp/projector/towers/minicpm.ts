import { F32, I32 } from "../../graph/element.ts";
import { concat, getRows, like, repeat, reshape } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";

const HEAD_LENGTH = 128;

/** MiniCPM-V (models/minicpmv.cpp): a fixed number of questions attend to the patches. */
export function minicpm(builder: TowerBuilder): GraphTensor {
  const { patches } = builder;
  const { queries = 0 } = builder.tower;
  const width = builder.weight("resampler.query").shape[0];
  const frequencies = builder.inputOf(F32, [width / 4], "frequencies");
  const [down, across] = ["rows", "columns"].map((name) => builder.inputOf(F32, [1, patches], name));
  const positions = builder.inputOf(I32, [patches], "positions");
  const learned = getRows(builder.weight("v.position_embd.weight"), positions);
  const embedded = builder.patchEmbeddings();
  const seen = builder.transformer(embedded, patches, { norm: "norm", learned });
  const values = builder.multiply(builder.weight("resampler.kv.weight"), seen, "resampler");
  const question = builder.norm(builder.weight("resampler.query"), "resampler.ln_q", "norm");
  const value = builder.norm(values, "resampler.ln_kv", "norm");
  const spread = repeat(frequencies, [frequencies.shape[0], patches]);
  const waves = (angles: GraphTensor) => concat(like("sine", angles), like("sine", angles));
  const [alongX, alongY] = [like("mul", spread, across), like("mul", spread, down)];
  const key = like("add", value, concat(waves(alongX), waves(alongY)));
  const heads = width / HEAD_LENGTH;
  const q = reshape(builder.project(question, "resampler.attn.q"), [HEAD_LENGTH, heads, queries]);
  const k = reshape(builder.project(key, "resampler.attn.k"), [HEAD_LENGTH, heads, patches]);
  const v = reshape(builder.project(value, "resampler.attn.v"), [HEAD_LENGTH, heads, patches]);
  const answered = builder.attend(q, k, v, "resampler.attn.out");
  return builder.multiply(
    builder.weight("resampler.proj.weight"),
    builder.norm(answered, "resampler.ln_post", "norm"),
    "resampler",
  );
}
