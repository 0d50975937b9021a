import type { CatalogModel } from "../../../facts/model/index.ts";
import { formatBytes, formatTokens } from "../../../facts/units/index.ts";
import { USUAL_FILE_TYPES, usualBits } from "../../search/index.ts";

/** More than any recipe gives its matrices of the tensors that it keeps at higher precision, as a share of all. */
const ABOVE_RECIPE = 1.1;
const STEP = 512;
const F32 = 4;
const F16 = 2;

/** What a model takes at most, where it cannot be predicted: bytes and how they come about. */
export interface UpperBound {
  readonly bytes: number;
  readonly says: string;
}

/**
 * The most that a decoder of a row's dimensions takes, whatever its layers are: every weight at the file type's bits, keys and values of
 * every layer for the whole context in 16 bits, and a step's scores of all heads and its logits in 32, as without flash attention.
 */
export function upperBound(row: CatalogModel, fileType: string, context = 8192): UpperBound {
  const { parameters, layers, heads, kvHeads, keyLength, valueLength, width, vocabulary, mla, experts, window } = row;
  const count = Math.max(
    parameters.listed ?? 0,
    parameters.text + (parameters.mtp ?? 0) + (parameters.vision ?? 0) + (parameters.audio ?? 0),
  );
  const weights = (count * bitsOf(fileType) * ABOVE_RECIPE) / 8;
  const plain = Math.max(kvHeads, window?.kvHeads ?? 0) * (keyLength + valueLength);
  const each = mla === undefined ? plain : Math.max(plain, heads * (mla.plain + mla.rope + mla.value));
  const cache = layers * context * each * F16;
  const inner = Math.max(...[row.feedForward ?? 0].flat(), (experts?.used ?? 0) * (experts?.length ?? 0));
  const graphs = F32 * STEP * (heads * context + context + 4 * width + 3 * inner + vocabulary);
  const bytes = Math.ceil(weights + cache + graphs);
  const parts = `weights ${formatBytes(weights)}, caches ${formatBytes(cache)}, graphs ${formatBytes(graphs)}`;
  return {
    bytes,
    says: `It takes at most ${formatBytes(bytes)} at ${fileType} with ${formatTokens(context)} of context (${parts}). `,
  };
}

/** Bits per weight; of a file type that is not usual by the digit in its name, and the block factors that come with it. */
function bitsOf(fileType: string): number {
  if (USUAL_FILE_TYPES.includes(fileType)) return usualBits(fileType);
  const digits = /^(?:BF|F)(\d+)$/.exec(fileType)?.[1];
  if (digits !== undefined) return Number(digits);
  const stored = /(\d)/.exec(fileType)?.[1];
  return stored === undefined ? 16 : Number(stored) + 1.5;
}

/** What is assumed of a row of which only the number of some layers is known. */
export function assumedLayers({ unplaced, layers }: CatalogModel): string {
  return `${unplaced} of its ${layers} layers see the whole context; which is not published: they are spread evenly`;
}
