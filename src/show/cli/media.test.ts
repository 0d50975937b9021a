// `loadout fit MODEL --images ...` as a process: catalogued models on rigs written by hand, and a projector file.
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { redo } from "../../../tools/napkin/check.ts";
import { type DraftValue, writeGguf } from "../../facts/weights/index.ts";
import type { FitAnswer } from "../../plan/answer/index.ts";
import type { Estimate } from "../../predict/estimate/index.ts";
import { explainText } from "./text/explain-text.ts";
import { fitText } from "./text/fit-text.ts";
import { styleFor } from "./text/style.ts";
import { jsonAnswer, runLoadout, widest } from "./testing/command-line.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-media-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const answered = (...args: string[]) => jsonAnswer<FitAnswer>(folder, ["fit", ...args]);

function leaves(node: Estimate): Estimate[] {
  return node.parts ? node.parts.flatMap(leaves) : [node];
}

const QWEN = ["qwen3-vl-8b:Q4_K_M", "--gpu", "rtx-4090"];

test("images are tokens of the prompt, memory beside the model, time before the first token, and part of the command", async () => {
  const [without, answer] = [
    await answered(...QWEN, "--prompt", "1k"),
    await answered(...QWEN, "--prompt", "1k", "--images", "4"),
  ];
  // 1024 / 32 a side, and two marks
  expect(answer.media).toMatchObject({ tokens: 4 * 1026, images: { embeddings: 1024, marks: 2, pieces: 1 } });
  expect(answer.speed.promptTokens).toBe(1024 + 4 * 1026);
  expect(answer.speed.firstTokenMs!.value).toBeGreaterThan(
    without.speed.firstTokenMs!.value + answer.media!.encodeMs!.value,
  );
  const projector = leaves(answer.memory!).filter(({ key }) => key.startsWith("projector-"));
  expect(projector.map(({ key }) => key)).toEqual([
    "projector-compute-vision-CPU",
    "projector-weights",
    "projector-compute-vision-CUDA0",
  ]);
  // the published count of the encoder's weights, in half precision, norms and biases in single
  expect(projector[1]!.value).toBeGreaterThan(2 * 576_388_336);
  expect(projector[1]!.value).toBeLessThan(2.02 * 576_388_336);
  expect(answer.launch!.args.join(" ")).toContain("--mmproj mmproj-Qwen3-VL-8B-F16.gguf");
  expect(answer.launch!.problems).toEqual([]);
  expect(answer.next[0]).toContain("--images 4");
  const text = fitText(answer, styleFor({}, {}));
  expect(text).toContain("4 images of 1024x1024  4,104 tokens");
  expect(widest(text)).toBeLessThanOrEqual(80);
  const explained = redo(explainText(answer, styleFor({}, {})));
  expect(explained.wrong).toEqual([]);
  expect(explained.reproduced).toBeGreaterThan(40);
}, 60_000);

test("a projector told to stay on the processor takes RAM alone, and says so to the server", async () => {
  const answer = await answered(...QWEN, "--images", "1", "--no-mmproj-offload");
  expect(answer.media!.projector.place).toBe("host");
  const keys = leaves(answer.memory!.parts![1]!).map(({ key }) => key);
  expect(keys.some((key) => key.startsWith("projector-"))).toBe(false);
  expect(answer.launch!.args).toContain("--no-mmproj-offload");
}, 60_000);

test("what a model does not take is refused with its name, a kind that nobody knows is bounded", async () => {
  const refused = await runLoadout(folder, ["fit", "qwen3-8b", "--gpu", "rtx-4090", "--images", "2"]);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("takes no images") });
  const silent = await runLoadout(folder, ["fit", ...QWEN, "--audio", "30s"]);
  expect(silent).toMatchObject({ code: 2, stderr: expect.stringContaining("takes no sound") });
  const odd = await runLoadout(folder, ["fit", ...QWEN, "--image-size", "wide"]);
  expect(odd).toMatchObject({ code: 2, stderr: expect.stringContaining("1920x1080") });
  const unknown = await answered("muse-glimmer-30b:Q4_K_M", "--gpu", "rtx-5090", "--images", "1");
  expect(unknown.media).toMatchObject({ bound: true, projector: { kinds: [] } });
  expect(unknown.media!.tokens).toBeGreaterThan(4000);
  expect(fitText(unknown, styleFor({}, {}))).toContain("at most");
  // its weights are known by their number, its buffers are said not to be counted
  expect(leaves(unknown.memory!).some(({ key }) => key === "projector-weights")).toBe(true);
  expect(unknown.media!.because.join(" ")).toContain("no buffer is counted");
}, 60_000);

test("a projector's file says what it is: sound in thirty seconds, its weights from the header", async () => {
  const path = join(folder, "mmproj-sound.gguf");
  const count = (value: number): DraftValue => ({ type: "u32", value });
  const { header, fileBytes } = writeGguf({
    metadata: Object.entries({
      "general.architecture": { type: "string", value: "clip" },
      "general.type": { type: "string", value: "mmproj" },
      "clip.has_audio_encoder": { type: "bool", value: true },
      "clip.projector_type": { type: "string", value: "lfm2a" },
      "clip.audio.block_count": count(2),
      "clip.audio.embedding_length": count(512),
      "clip.audio.feed_forward_length": count(2048),
      "clip.audio.projection_dim": count(2048),
      "clip.audio.attention.head_count": count(8),
      "clip.audio.num_mel_bins": count(128),
    } satisfies Record<string, DraftValue>),
    tensors: [{ name: "a.blk.0.ffn_up.weight", type: "F16", shape: [512, 2048] }],
  });
  await writeFile(path, header);
  await truncate(path, fileBytes);
  const answer = await answered("qwen3-8b:Q4_K_M", "--gpu", "rtx-4090", "--mmproj", path, "--audio", "30s");
  // 30 s are 3001 frames, halved three times, rounded up
  expect(answer.media).toMatchObject({ tokens: 376, projector: { kinds: ["lfm2a"], name: "mmproj-sound.gguf" } });
  expect(answer.launch!.args).toContain(path);
  const weights = leaves(answer.memory!).find(({ key }) => key === "projector-weights");
  expect(weights).toMatchObject({ value: 512 * 2048 * 2, provenance: "header" });
}, 60_000);

test("sound of Gemma 4 is counted by its kind alone, that of Gemma 3n is not read by the engine", async () => {
  const answer = await answered("gemma-4-e4b:Q4_K_M", "--gpu", "rtx-4090", "--audio", "10s", "--images", "1");
  // 1000 frames of 10 ms, halved twice
  expect(answer.media!.audio).toMatchObject({ embeddings: 250, marks: 2 });
  expect(answer.media!.encodeMs).toBeUndefined();
  const weights = leaves(answer.memory!).find(({ key }) => key === "projector-weights");
  expect(weights!.low).toBeLessThan(weights!.value);
  const silent = await runLoadout(folder, ["fit", "gemma-3n-e4b", "--gpu", "rtx-4090", "--audio", "10s"]);
  expect(silent).toMatchObject({ code: 2, stderr: expect.stringContaining("takes no sound") });
}, 60_000);

/**
 * The one published time of an encoder whose card, size and encoder are all said: 3,503 ms on an M5 Pro (tetherto/qvac#2515, June 2026,
 * the row of the unchanged engine). A single image is no proof of the middle: it has to lie within the band.
 */
test("a published time of an encoder lies within the band", async () => {
  const { media } = await answered(
    "qwen3.5-2b:Q4_K_M",
    "--gpu",
    "m5-pro:48GB",
    "--images",
    "1",
    "--image-size",
    "1920x1280",
  );
  const { low, high } = media!.encodeMs!;
  expect(low).toBeLessThan(3503);
  expect(high).toBeGreaterThan(3503);
}, 60_000);
