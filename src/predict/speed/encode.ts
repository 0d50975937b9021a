import type { Geometry, ImageSize, Tower } from "../../facts/model/index.ts";
import type { Tensor } from "../../facts/weights/index.ts";
import type { PaceInput } from "./input.ts";
import { prefillPace } from "./prefill-pace.ts";
import type { Duration } from "./times.ts";

/**
 * Time until pieces of images or sound are embeddings: an encoder's layers over all places at once, as a prompt's layers over its
 * tokens, each of which sees all. What turns pixels into patches and the projector behind are left out: a few percent. Undefined where
 * no pace is known, or nothing is known of the encoder's layers.
 */
export function encodeTime(
  input: PaceInput,
  tower: Tower,
  tensors: readonly Tensor[],
  pieces: readonly (ImageSize | number)[],
  place: "host" | number,
): Duration | undefined {
  const layers = tensors
    .filter(({ name }) => BLOCK.test(name))
    .map((tensor) => ({ ...tensor, name: tensor.name.slice(2) }));
  if (layers.length === 0) return undefined;
  const { calibration: _, fromDiskBytes: __, overrides: ___, ...plain } = input;
  const total = { ms: 0, low: 0, high: 0 };
  const known = new Map<number, Duration>();
  for (const piece of pieces) {
    const places = placesOf(tower, piece);
    const time = known.get(places) ?? pieceTime(plain, tower, layers, places, place);
    if (time === undefined) return undefined;
    known.set(places, time);
    total.ms += time.ms;
    total.low += time.low;
    total.high += time.high;
  }
  return total;
}

const BLOCK = /^[va]\.blk\./;

/** Patches of an image; of sound one in two frames. */
function placesOf({ patchSize }: Tower, piece: ImageSize | number): number {
  if (typeof piece === "number") return Math.max(1, Math.floor(piece / 2));
  return Math.max(1, Math.floor(piece.width / patchSize) * Math.floor(piece.height / patchSize));
}

/** Nobody has measured encoders here: what a prompt's band says of them is taken to be half as sure. */
const UNSURE = 2;

function pieceTime(
  plain: PaceInput,
  tower: Tower,
  tensors: readonly Tensor[],
  places: number,
  place: "host" | number,
): Duration | undefined {
  const geometry = geometryOf(tower);
  // behind half as many, a token of a prompt sees as many on average as there are
  const pace = prefillPace(
    {
      ...plain,
      geometry,
      tensors,
      placement: Array.from({ length: tower.layers + 1 }, () => place),
      cacheTypeK: "f16",
      cacheTypeV: "f16",
      cacheOnHost: false,
      flashAttention: true,
      microBatch: places,
      opOffload: false,
    },
    places,
    Math.round(places / 2),
  );
  if (pace === undefined) return undefined;
  const ms = (perSec: number) => (places / perSec) * 1000;
  return { ms: ms(pace.tokensPerSec), low: ms(pace.high) / UNSURE, high: ms(pace.low) * UNSURE };
}

function geometryOf({ layers, embeddingLength, heads, kvHeads, headLength, feedForwardLength }: Tower): Geometry {
  const layer = {
    kind: "trunk" as const,
    mixer: {
      kind: "attention" as const,
      span: "full" as const,
      heads,
      kvHeads,
      keyLength: headLength,
      valueLength: headLength,
    },
    feedForward: { kind: "dense" as const, length: feedForwardLength, gated: false },
  };
  return {
    architecture: "encoder",
    embeddingLength,
    vocabularySize: 0,
    contextLength: 0,
    tiedEmbeddings: false,
    layers: Array.from({ length: layers }, () => layer),
  };
}
