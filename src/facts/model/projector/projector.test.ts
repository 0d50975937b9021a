import { expect, test } from "vitest";
import { type DraftValue, type GgufFile, readGguf, writeGguf } from "../../weights/index.ts";
import { modelCatalog } from "../index.ts";
import { catalogProjector } from "./catalog-projectors.ts";
import { projectorFromGguf } from "./gguf-projector.ts";

const count = (value: number): DraftValue => ({ type: "u32", value });
const text = (value: string): DraftValue => ({ type: "string", value });

function read(keys: Readonly<Record<string, DraftValue>>): Promise<GgufFile> {
  const { header, fileBytes } = writeGguf({
    metadata: Object.entries({ "general.architecture": text("clip"), ...keys }),
    tensors: [{ name: "v.blk.0.ln1.weight", type: "F32", shape: [64] }],
  });
  return readGguf({
    name: "mmproj.gguf",
    size: fileBytes,
    read: (offset, length) => Promise.resolve(header.slice(offset, offset + length)),
  });
}

const tower = (kind: "vision" | "audio", type: string): Record<string, DraftValue> => ({
  "general.type": text("mmproj"),
  [`clip.has_${kind}_encoder`]: { type: "bool", value: true },
  [`clip.${kind}.projector_type`]: text(type),
  [`clip.${kind}.block_count`]: count(2),
  [`clip.${kind}.embedding_length`]: count(64),
  [`clip.${kind}.feed_forward_length`]: count(128),
  [`clip.${kind}.projection_dim`]: count(96),
  [`clip.${kind}.attention.head_count`]: count(4),
  ...(kind === "vision"
    ? { "clip.vision.image_size": count(560), "clip.vision.patch_size": count(14) }
    : { "clip.audio.num_mel_bins": count(128) }),
});

test("a file with an encoder of images and one of sound has both", async () => {
  const { vision, audio, unknown } = projectorFromGguf(
    await read({ ...tower("vision", "qwen2.5vl_merger"), ...tower("audio", "qwen2a") }),
  );
  expect(vision).toMatchObject({ type: "qwen2.5vl_merger", merge: 2, headLength: 16, maxPixels: 4096 * 28 * 28 });
  // 46 x 46 tokens of 28 pixels
  expect(vision!.warmUpSize).toBe(1288);
  expect(audio).toMatchObject({ type: "qwen2a", audio: { melBins: 128 } });
  expect(unknown).toBeUndefined();
});

test("a kind without a row is named, not guessed", async () => {
  const file = await read(tower("vision", "constructor"));
  expect(projectorFromGguf(file)).toMatchObject({ unknown: ["constructor"], sizesFrom: "header" });
  expect(projectorFromGguf(file).vision).toBeUndefined();
});

test("a file that says too little, or is no projector, is refused", async () => {
  const { "clip.vision.patch_size": _, ...less } = tower("vision", "gemma3");
  const damaged = await read(less);
  expect(() => projectorFromGguf(damaged)).toThrow("clip.vision.patch_size");
  const model = await read({ "general.architecture": text("llama"), "general.type": text("model") });
  expect(() => projectorFromGguf(model)).toThrow("a projector was expected");
});

test("the weights of catalogued projectors are as many as their publishers' files hold", async () => {
  const { MODELS } = await modelCatalog();
  const off = MODELS.flatMap((row) => {
    const projector = catalogProjector(row);
    if (projector === undefined || projector.tensors.length === 0) return [];
    const weights = projector.tensors.reduce(
      (sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1),
      0,
    );
    return [{ id: row.id, ratio: weights / row.parameters.vision! }];
  });
  expect(off.length).toBeGreaterThan(35);
  for (const { id, ratio } of off) expect(Math.abs(ratio - 1), id).toBeLessThan(0.04);
  // but for embeddings of marks, which such counts leave out, most are equal to the last weight
  expect(off.filter(({ ratio }) => ratio === 1).length).toBeGreaterThanOrEqual(28);
});

test("a model that takes images has a projector, or it is known that none is", async () => {
  const { MODELS } = await modelCatalog();
  const without = MODELS.filter((row) => row.modality?.includes("image") && catalogProjector(row) === undefined);
  expect(without.map(({ id }) => id)).toEqual([
    "meta/Muse-Glimmer-30B",
    "meta-llama/Llama-3.2-11B-Vision-Instruct",
    "moonshotai/Kimi-K3",
  ]);
});
