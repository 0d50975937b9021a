import { MOST_BLOCK_TOKENS, type ImageSize, type Tower } from "../../../../facts/model/index.ts";

const WIDEST_SHAPE = 8;
/** text comes in blocks of four tokens: up to three pads stand before an image */
const PADS = 3;

/** Tokens of a DeepSeek V4 image: rows with a mark each, an even number of them, between two marks (clip-impl.h, `dsv4_get_block_layout`). */
export function blockTokens({ width, height }: ImageSize, { patchSize, merge }: Tower): number {
  const cell = patchSize * merge;
  const high = Math.ceil(height / cell);
  const rows = high + (high % 2);
  const row = Math.ceil(width / cell) + 1;
  const last = (((rows / 2) * row) % 2) * 2;
  return 1 + rows * row + last + 1;
}

/** The largest size of the image's shape whose block is within the limit (mtmd-image.cpp:1240). */
export function resizeToBlock(size: ImageSize, tower: Tower): ImageSize {
  const { patchSize, minPixels = 0 } = tower;
  let { width, height } = size;
  if (width > height * WIDEST_SHAPE) width = height * WIDEST_SHAPE;
  if (minPixels > 0 && width * height < minPixels) {
    const by = Math.sqrt(minPixels / (width * height));
    width = Math.trunc(width * by);
    height = Math.trunc(height * by);
  }
  const up = (side: number) => Math.ceil(side / patchSize) * patchSize;
  let best = { width: up(width), height: up(height) };
  const most = MOST_BLOCK_TOKENS - PADS;
  for (let budget = most; blockTokens(best, tower) > most; budget--) best = within({ width, height }, budget, tower);
  return best;
}

function within({ width, height }: ImageSize, budget: number, { patchSize, merge }: Tower): ImageSize {
  const cell = patchSize * merge;
  const ratio = height / width;
  const across = Math.sqrt((budget - 2) / ratio + 0.25) - 0.5;
  const down = across * ratio;
  const even = (rows: number) => rows - (rows % 2);
  if (across < 1) return { width: cell, height: even(Math.trunc((budget - 2) / 2)) * cell };
  if (down < 2) return { width: Math.max(Math.trunc((budget - 2) / 2) - 1, 2) * cell, height: 2 * cell };
  const by = Math.min((Math.floor(across) * cell) / width, (even(Math.floor(down)) * cell) / height);
  const scaled = (side: number) => Math.floor((side * by) / patchSize) * patchSize;
  return { width: scaled(width), height: scaled(height) };
}
