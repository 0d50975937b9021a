import { contiguous, like, multiplyMatrix, repeat, view } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { convolvedSound } from "./dots-sound.ts";

const CHUNK_FRAMES = 100;

/** Sound of Qwen3-Omni (models/qwen3a.cpp): pieces of a second through the convolutions, all of them through the layers. */
export function qwen3Sound(builder: TowerBuilder): GraphTensor {
  const sound = builder.image(1);
  const [frames, bins] = sound.shape;
  const chunks = Math.floor(frames / CHUNK_FRAMES);
  const cut = view(sound, [CHUNK_FRAMES, bins, 1, chunks], [frames * 4, CHUNK_FRAMES * 4, CHUNK_FRAMES * 4]);
  const heard = multiplyMatrix(
    builder.weight("a.conv_out.weight"),
    convolvedSound(builder, contiguous(cut, cut.shape)),
  );
  const places = heard.shape[1];
  const table = builder.weight("a.position_embd.weight");
  const first = view(table, [table.shape[0], places / chunks], [table.strides[1]]);
  const placed = like("add", heard, repeat(first, [table.shape[0], places]));
  const seen = builder.transformer(placed, places, { norm: "norm" });
  return builder.feedForward(seen, "mm.a.mlp.1", "mm.a.mlp.2");
}
