import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  type Projector,
  projectorFromGguf,
  type Tower,
  towerTensors,
  visionTower,
  type VisionValues,
} from "../../../facts/model/index.ts";
import { LLAMACPP_BUILDS, type LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { seededRandom } from "../../../facts/units/index.ts";
import { type DraftValue, readGguf, type Tensor, writeGguf } from "../../../facts/weights/index.ts";
import { imageTokens, projectorLines } from "../../../predict/memory/index.ts";
import type { RunningServer } from "../server.ts";
import { askJson, fieldsOf, numberOf, textOf } from "../http/index.ts";
import { realSpecs } from "../testing/real-server.ts";
import { post } from "../testing/server-client.ts";
import { writeSmallModels } from "../testing/small-model.ts";
import { llamaServerEngine } from "./llama-server.ts";
import { programOf } from "./program.ts";

// Images through a real llama-server: a projector of random weights beside a model of random weights. Only `npm run test:engines`
// builds the program.
const built = process.env["LOADOUT_TEST_LLAMA_SERVER"];

const WIDTH = 128;
const COMMON = { layers: 2, embeddingLength: 64, feedForwardLength: 128, heads: 4, projectionLength: WIDTH };
const SIZES = [
  [30, 30],
  [300, 200],
  [640, 480],
  [199, 731],
] as const;

/** Kinds whose marks are words, which any vocabulary can spell. */
const KINDS: readonly (readonly [type: string, values: VisionValues, keys: Readonly<Record<string, DraftValue>>])[] = [
  [
    "mlp",
    {
      ...COMMON,
      imageSize: 56,
      patchSize: 14,
      grids: [
        { width: 112, height: 56 },
        { width: 56, height: 112 },
        { width: 112, height: 112 },
      ],
    },
    { "clip.vision.image_grid_pinpoints": { type: "array", of: "i32", values: [112, 56, 56, 112, 112, 112] } },
  ],
  [
    "pixtral",
    { ...COMMON, imageSize: 448, patchSize: 14, merge: 2, breaksRows: true },
    { "clip.vision.spatial_merge_size": { type: "u32", value: 2 } },
  ],
  [
    "internvl",
    { ...COMMON, imageSize: 56, patchSize: 14, merge: 2 },
    { "clip.vision.projector.scale_factor": { type: "u32", value: 2 } },
  ],
  [
    "kimivl",
    { ...COMMON, imageSize: 448, patchSize: 14, merge: 2 },
    { "clip.vision.projector.scale_factor": { type: "u32", value: 2 } },
  ],
];

if (built === undefined)
  describe("images through a llama-server", () => {
    it.skip("(npm run test:engines builds it and runs this)", () => {});
  });
else {
  const program = await programOf({ command: [built], env: {} }, "LOADOUT_LLAMA_SERVER");
  const folder = mkdtempSync(join(tmpdir(), "loadout-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const { own } = writeSmallModels(folder);
  const { spec } = realSpecs(own, folder);

  describe("images through a llama-server", { timeout: 120_000 }, () => {
    it.each(KINDS)("%s takes as many tokens as are counted, whatever the image's size", async (type, values, keys) => {
      const projectorPath = join(folder, `mmproj-${type}.gguf`);
      const file = randomProjector(visionTower(type, values)!, values, keys);
      writeFileSync(projectorPath, file);
      const projector = await readProjector(file);
      const tower = projector.vision!;
      const settings = { ...spec.settings, context: 2048, sequences: 1 };
      const said: string[] = [];
      const running = await llamaServerEngine({ program }).start(
        { ...spec, settings, projectorPath },
        { onEvent: (event) => void (event.kind === "log" && said.push(event.text)) },
      );
      try {
        const printed = said.flatMap((line) => RESERVED.exec(line)?.[1] ?? []);
        expect(printed).toEqual([reserved(projector, settings)]);
        // the words around an image are the same for every size
        const [first, ...others] = SIZES;
        const around = (await tokensOf(running, first)) - embeddings(tower, first);
        for (const size of others) {
          expect(await tokensOf(running, size), size.join("x")).toBe(around + embeddings(tower, size));
        }
      } finally {
        await running.stop();
      }
    });
  });
}

function embeddings(tower: Tower, [width, height]: readonly [number, number]): number {
  return imageTokens(tower, { width, height }).embeddings;
}

async function tokensOf(running: RunningServer, [width, height]: readonly [number, number]): Promise<number> {
  const marker = textOf(fieldsOf(await askJson(running.endpoint, "/props"))["media_marker"]) ?? "<__media__>";
  const image = Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`), Buffer.alloc(3 * width * height, 99)]);
  // an image alone, without a word, ends the server of a kind that has no marks
  const prompt = { prompt_string: `a${marker}b`, multimodal_data: [image.toString("base64")] };
  const { status, body } = await post(running, "/completion", { prompt, n_predict: 1, cache_prompt: false });
  expect(status, JSON.stringify(body)).toBe(200);
  return numberOf(body["tokens_evaluated"])!;
}

function randomProjector(
  tower: Tower,
  { imageSize, patchSize }: VisionValues,
  keys: Readonly<Record<string, DraftValue>>,
): Uint8Array<ArrayBuffer> {
  const count = (value: number): DraftValue => ({ type: "u32", value });
  const thirds: DraftValue = { type: "array", of: "f32", values: [0.5, 0.5, 0.5] };
  const metadata: Record<string, DraftValue> = {
    "general.type": { type: "string", value: "mmproj" },
    "general.architecture": { type: "string", value: "clip" },
    "clip.projector_type": { type: "string", value: tower.type },
    "clip.has_vision_encoder": { type: "bool", value: true },
    "clip.use_gelu": { type: "bool", value: true },
    "clip.vision.block_count": count(tower.layers),
    "clip.vision.embedding_length": count(tower.embeddingLength),
    "clip.vision.feed_forward_length": count(tower.feedForwardLength),
    "clip.vision.attention.head_count": count(tower.heads),
    "clip.vision.attention.layer_norm_epsilon": { type: "f32", value: 1e-6 },
    "clip.vision.projection_dim": count(WIDTH),
    "clip.vision.image_size": count(imageSize),
    "clip.vision.patch_size": count(patchSize),
    "clip.vision.image_mean": thirds,
    "clip.vision.image_std": thirds,
    ...keys,
  };
  const { header, fileBytes, tensors } = writeGguf({
    metadata: Object.entries(metadata),
    tensors: towerTensors(tower, { width: WIDTH }),
  });
  const file = new Uint8Array(fileBytes);
  file.set(header);
  const random = seededRandom(7);
  for (const tensor of tensors) fill(new DataView(file.buffer), tensor, random);
  return file;
}

function fill(view: DataView, { type, shape, offset }: Tensor, random: () => number): void {
  const length = shape.reduce((product, side) => product * side, 1);
  for (let index = 0; index < length; index++) {
    const value = 0.2 * (random() - 0.5);
    if (type === "F32") view.setFloat32(offset + 4 * index, value, true);
    else view.setFloat16(offset + 2 * index, value, true);
  }
}

/** What the server prints of it before any image is sent. */
const RESERVED = /reserve_compute_meta:\s+CPU compute buffer size =\s*([\d.]+) MiB/;

function reserved(projector: Projector, settings: LlamaCppSettings): string {
  const question = { projector, onHost: true, build: LLAMACPP_BUILDS.at(-1)!, devices: [] };
  const [, compute] = projectorLines(question, settings);
  return (compute!.buffer.bytes / 2 ** 20).toFixed(2);
}

async function readProjector(file: Uint8Array<ArrayBuffer>): Promise<Projector> {
  const read = (offset: number, length: number) => Promise.resolve(file.slice(offset, offset + length));
  return projectorFromGguf(await readGguf({ name: "mmproj.gguf", size: file.length, read }));
}
