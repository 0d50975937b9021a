import type { Geometry, ImageSize, Tower } from "../../facts/model/index.ts";
import { formatPace } from "../../facts/units/index.ts";
import type { Tensor } from "../../facts/weights/index.ts";
import type { PaceInput } from "./input.ts";
import { prefillPace } from "./prefill-pace.ts";
import type { Pace } from "./speed.ts";
import type { Duration } from "./times.ts";

/** A time, and the arithmetic it and its ends come from. */
export interface EncodeTime extends Duration {
  readonly formula: string;
  readonly lowFormula: string;
  readonly highFormula: string;
}

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
): EncodeTime | undefined {
  const layers = tensors
    .filter(({ name }) => BLOCK.test(name))
    .map((tensor) => ({ ...tensor, name: tensor.name.slice(2) }));
  if (layers.length === 0) return undefined;
  const { calibration: _, fromDiskBytes: __, overrides: ___, ...plain } = input;
  const counts = new Map<number, number>();
  for (const piece of pieces) {
    const places = placesOf(tower, piece);
    counts.set(places, (counts.get(places) ?? 0) + 1);
  }
  const total = { ms: 0, low: 0, high: 0 };
  const terms: Terms = { formula: [], lowFormula: [], highFormula: [] };
  for (const [places, count] of counts) {
    const pace = piecePace(plain, tower, layers, places, place);
    if (pace === undefined) return undefined;
    const tokens = count * places;
    total.ms += (tokens / pace.tokensPerSec) * 1000;
    total.low += ((tokens / pace.high) * 1000) / UNSURE;
    total.high += (tokens / pace.low) * 1000 * UNSURE;
    const of = `${count === 1 ? "" : `${count} x `}${places} tokens`;
    terms.formula.push(`${of} / ${formatPace(pace.tokensPerSec)}`);
    terms.lowFormula.push(`${of} / ${formatPace(pace.high)} / ${UNSURE}`);
    terms.highFormula.push(`${of} / ${formatPace(pace.low)} x ${UNSURE}`);
  }
  return {
    ...total,
    formula: terms.formula.join(" + "),
    lowFormula: terms.lowFormula.join(" + "),
    highFormula: terms.highFormula.join(" + "),
  };
}

interface Terms {
  readonly formula: string[];
  readonly lowFormula: string[];
  readonly highFormula: string[];
}

const BLOCK = /^[va]\.blk\./;

/** Patches of an image; of sound one in two frames. */
function placesOf({ patchSize }: Tower, piece: ImageSize | number): number {
  if (typeof piece === "number") return Math.max(1, Math.floor(piece / 2));
  return Math.max(1, Math.floor(piece.width / patchSize) * Math.floor(piece.height / patchSize));
}

/** One published time could be held against it, 3.6 times the middle (docs/vision.md): what a prompt's band says is taken to be half as sure. */
const UNSURE = 2;

function piecePace(
  plain: PaceInput,
  tower: Tower,
  tensors: readonly Tensor[],
  places: number,
  place: "host" | number,
): Pace | undefined {
  const geometry = geometryOf(tower);
  // behind half as many, a token of a prompt sees as many on average as there are
  return prefillPace(
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
