import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AUDIO_ROWS, projectorFromGguf, VISION_ROWS, visionTower } from "../../../../facts/model/index.ts";
import { audioTokens } from "./audio-tokens.ts";
import { mostAudioTokens, mostImageTokens } from "./bound.ts";
import { imageTokens, lowered } from "./image-tokens.ts";
import { type Asked, projectorFile } from "./testing/asked.ts";
import table from "./testing/engine-tokens.json" with { type: "json" };

const ASKED = table as unknown as readonly Asked[];

describe("as the engine's own code counts", () => {
  test.each(ASKED.map((asked) => [asked.type, asked.modality, asked] as const))(
    "%s, %s",
    async (_, modality, asked) => {
      const projector = projectorFromGguf(await projectorFile(asked));
      for (const row of asked.asked) {
        const [width, height] = row as readonly [number, number];
        const found =
          modality === "vision"
            ? imageTokens(projector.vision!, { width, height })
            : audioTokens(projector.audio!, row[0]!);
        const [embeddings, pieces] = row.slice(-2);
        expect([found.embeddings, found.read.length], `${asked.type} of ${row.slice(0, -2).join("x")}`).toEqual([
          embeddings,
          pieces,
        ]);
      }
      if (modality === "vision") expect(projector.vision!.warmUpSize).toBe(asked.warmUp);
    },
  );

  test("every kind with a row was asked, but for one whose file needs its filters", () => {
    const asked = new Set(ASKED.map(({ type, modality }) => `${type} ${modality}`));
    const missing = [
      ...Object.keys(VISION_ROWS).map((type) => `${type} vision`),
      ...Object.keys(AUDIO_ROWS).map((type) => `${type} audio`),
    ].filter((name) => !asked.has(name));
    expect(missing).toEqual(["parakeet audio"]);
  });
});

const common = { layers: 1, embeddingLength: 64, feedForwardLength: 128, heads: 4, projectionLength: 5376 };
const tower = (type: string, values: object) =>
  visionTower(type, { ...common, imageSize: 448, patchSize: 14, ...values })!;

describe("by hand", () => {
  test("Qwen2.5-VL: sides in steps of 28, one token a square of 28", () => {
    // 1920 / 28 = 68.57 -> 69, 1080 / 28 = 38.57 -> 39: 69 x 39 = 2691, and two marks
    expect(imageTokens(tower("qwen2.5vl_merger", {}), { width: 1920, height: 1080 })).toMatchObject({
      embeddings: 2691,
      marks: 2,
    });
  });

  test("Gemma 3: 896 / 14 / 4 = 16 a side, whatever the image", () => {
    const gemma = tower("gemma3", { imageSize: 896 });
    for (const width of [1, 100, 4000])
      expect(imageTokens(gemma, { width, height: 77 })).toMatchObject({ embeddings: 256, marks: 2 });
  });

  test("Pixtral: a mark behind each row of patches but the last", () => {
    const pixtral = tower("pixtral", { patchSize: 16, imageSize: 1024, breaksRows: true });
    // 512 / 16 = 32 a side: 32 x 32 + 31
    expect(imageTokens(pixtral, { width: 512, height: 512 }).embeddings).toBe(1055);
  });

  test("SmolVLM: 1024 x 1024 is scaled to 2048: 16 tiles of 64 and the whole, with marks", () => {
    const smol = tower("idefics3", { imageSize: 512, patchSize: 16, merge: 4, longestEdge: 2048 });
    // each tile: 32 / 4 = 8 a side; marks: 4 for the whole, 2 a tile, 1 a row but the last
    expect(imageTokens(smol, { width: 1024, height: 1024 })).toMatchObject({
      embeddings: 17 * 64,
      marks: 4 + 2 * 16 + 3,
    });
  });

  test("Gemma 4 sees all of an image at once: no more tokens than a micro-batch holds", () => {
    const gemma = tower("gemma4v", { patchSize: 16 });
    const large = { width: 4000, height: 3000 };
    expect(imageTokens(gemma, large).embeddings).toBeGreaterThan(1000);
    expect(imageTokens(gemma, large, 512).embeddings).toBeLessThanOrEqual(512);
    expect(imageTokens(gemma, large, 512).embeddings).toBeGreaterThan(460);
    // the two small ones read images in order
    const small = tower("gemma4v", { patchSize: 16, projectionLength: 2560 });
    expect(imageTokens(small, large, 512)).toEqual(imageTokens(small, large));
    expect(lowered(gemma, 64).warmUpSize).toBe(8 * 48);
  });

  test("Whisper's kinds read thirty seconds at a time, however short the sound", () => {
    const sound = {
      ...tower("mlp", {}),
      modality: "audio" as const,
      type: "qwen2a",
      audio: { melBins: 128, stackFactor: 0, windowLength: 1, downsampling: 1, groupLength: 1 },
    };
    // 3000 frames / 2 / 2
    expect(audioTokens(sound, 1)).toEqual({ embeddings: 750, marks: 2, read: [3000] });
    expect(audioTokens(sound, 31).embeddings).toBe(1500);
  });
});

test("a kind that nobody knows takes at most what the greediest known one takes, never nothing", () => {
  const sizes = fc.record({ width: fc.integer({ min: 1, max: 5000 }), height: fc.integer({ min: 1, max: 5000 }) });
  fc.assert(
    fc.property(sizes, (size) => {
      const { tokens, family } = mostImageTokens(size);
      expect(tokens).toBeGreaterThan(0);
      expect(family).not.toBe("");
      for (const asked of ["qwen2vl_merger", "gemma3", "internvl"]) {
        const found = imageTokens(tower(asked, {}), size);
        expect(found.embeddings).toBeLessThanOrEqual(tokens);
      }
    }),
    { numRuns: 60 },
  );
  expect(mostAudioTokens(30).tokens).toBeGreaterThanOrEqual(1500);
});

test("no image makes no tokens, ends, and asks for pieces of at least a patch", () => {
  const sizes = fc.record({ width: fc.integer({ min: 1, max: 46_000 }), height: fc.integer({ min: 1, max: 46_000 }) });
  const towers = Object.keys(VISION_ROWS).map((type) =>
    tower(type, { maxPixels: 1_003_520, minPixels: 3136, longestEdge: 2048, windowSide: 8, querySide: 4 }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...towers), sizes, (one, size) => {
      const { embeddings, marks, read } = imageTokens(one, size);
      expect(Number.isSafeInteger(embeddings + marks)).toBe(true);
      expect(embeddings).toBeGreaterThan(0);
      for (const piece of read) expect(Math.min(piece.width, piece.height)).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});
