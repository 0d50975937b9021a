import type { ImageSize, Tower } from "../../../../facts/model/index.ts";
import { resizeKeepingShape } from "./resize.ts";

const f = Math.fround;

/** An image as it is read: the whole of it, scaled down, and the tiles it was cut into. */
export interface Cut {
  /** absent where the image is read in one piece, without the marks that tiles need */
  readonly whole?: ImageSize;
  readonly tiles: readonly ImageSize[];
  readonly columns: number;
  readonly rows: number;
}

const NO_TILES = { tiles: [], columns: 0, rows: 0 } as const;

/** Tiles of one size out of a grid whose size is in pixels; those at the ends may be smaller. */
function gridOf({ width, height }: ImageSize, side: number): Omit<Cut, "whole"> {
  const tiles: ImageSize[] = [];
  for (let y = 0; y < height; y += side)
    for (let x = 0; x < width; x += side)
      tiles.push({ width: Math.min(side, width - x), height: Math.min(side, height - y) });
  return { tiles, columns: Math.ceil(width / side), rows: Math.ceil(height / side) };
}

/** A square, and where the image is larger a grid of a listed size (mtmd-image.cpp, `get_slice_instructions` with pinpoints). */
export function cutByList(size: ImageSize, { imageSize, grids = [] }: Tower): Cut {
  const whole = { width: imageSize, height: imageSize };
  if (size.width <= imageSize && size.height <= imageSize) return { whole, ...NO_TILES };
  return { whole, ...gridOf(bestResolution(size, grids), imageSize) };
}

/** Of the listed sizes the one that keeps most of the image, then the one that wastes least. */
export function bestResolution({ width, height }: ImageSize, listed: readonly ImageSize[]): ImageSize {
  let best: ImageSize = { width: 0, height: 0 };
  let most = 0;
  let least = Infinity;
  for (const grid of listed) {
    const scale = Math.min(f(grid.width / width), f(grid.height / height));
    const kept = Math.min(Math.trunc(f(width * scale)) * Math.trunc(f(height * scale)), width * height);
    const wasted = grid.width * grid.height - kept;
    if (kept > most || (kept === most && wasted < least)) [best, most, least] = [grid, kept, wasted];
  }
  return best;
}

const MOST_TILES = 9;

/** MiniCPM-V: a grid of up to nine tiles whose shape is the image's (`get_best_grid`), each as large as the trained square. */
export function cutInNine(size: ImageSize, tower: Tower): Cut {
  const { imageSize, patchSize, merge } = tower;
  const align = patchSize * merge;
  const { width, height } = size;
  if (width <= imageSize && height <= imageSize) {
    return { whole: { width: imageSize, height: imageSize }, ...NO_TILES };
  }
  const whole = bestResize(size, imageSize, align, false);
  const ratio = f(f(width * height) / (imageSize * imageSize));
  const grid = bestGrid(Math.min(Math.ceil(ratio), MOST_TILES), f(Math.log(f(width / height))));
  const [wide, high] = [divided(width, grid.width) / grid.width, divided(height, grid.height) / grid.height];
  const tile = bestResize({ width: Math.trunc(wide), height: Math.trunc(high) }, imageSize, align, true);
  const count = grid.width * grid.height;
  return { whole, tiles: Array.from({ length: count }, () => tile), columns: grid.width, rows: grid.height };
}

/** MiniCPM-V 4.6: an image no larger than the square is one piece of its own shape. */
export function cutInNineMerged(size: ImageSize, tower: Tower): Cut {
  const { imageSize, patchSize, merge } = tower;
  if (merge === 2 && f(f(size.width * size.height) / (imageSize * imageSize)) <= 1) {
    return { whole: bestResize(size, imageSize, patchSize * merge, true), ...NO_TILES };
  }
  return cutInNine(size, tower);
}

function divided(length: number, by: number): number {
  return Math.max(Math.round(f(f(length) / by)) * by, by);
}

function bestResize({ width, height }: ImageSize, side: number, align: number, enlarge: boolean): ImageSize {
  let [wide, high] = [width, height];
  if (width * height > side * side || enlarge) {
    const ratio = f(width / height);
    high = Math.trunc(f(side / f(Math.sqrt(ratio))));
    wide = Math.trunc(f(high * ratio));
  }
  return { width: divided(wide, align), height: divided(high, align) };
}

function bestGrid(count: number, logRatio: number): ImageSize {
  const counts = [count - 1, count, count + 1].filter((each) => each !== 1 && each <= MOST_TILES);
  let best = { width: 1, height: 1 };
  let least = Infinity;
  for (const tiles of counts) {
    for (let columns = 1; columns <= tiles; columns++) {
      if (tiles % columns !== 0) continue;
      const off = f(Math.abs(logRatio - Math.log(columns / (tiles / columns))));
      if (off < least) [best, least] = [{ width: columns, height: tiles / columns }, off];
    }
  }
  return best;
}

/** SmolVLM: scaled to the longest edge, cut into whole squares, the whole beside them, however small the image. */
export function cutByLongestEdge({ width, height }: ImageSize, { imageSize, longestEdge = 0, ...tower }: Tower): Cut {
  const whole = { width: imageSize, height: imageSize };
  const { minPixels = 0, maxPixels = 0 } = tower;
  if (longestEdge > 0 && minPixels <= 0 && maxPixels <= 0) {
    const even = (side: number) => Math.trunc(side) + (Math.trunc(side) % 2);
    const wide = width >= height ? longestEdge : even(longestEdge * (width / height));
    const high = width >= height ? even(longestEdge / (width / height)) : longestEdge;
    const up = (side: number) => Math.ceil(side / imageSize) * imageSize;
    return { whole, ...gridOf({ width: up(wide), height: up(high) }, imageSize) };
  }
  const refined = resizeKeepingShape({ width, height }, { align: imageSize, minPixels, maxPixels, longestEdge });
  return { whole, ...gridOf(refined, imageSize) };
}

/** InternVL: the grid out of those of so many tiles, the whole behind it. */
export function cutByCount(size: ImageSize, tower: Tower): Cut {
  return cutByList(size, tower);
}

const LFM_SIDE = 512;

/** LFM2-VL: one piece of its own shape, or from twice the most pixels on tiles of 512 with the whole beside them. */
export function cutByFiveTwelve(size: ImageSize, tower: Tower): Cut {
  const { patchSize, merge, minPixels = 0, maxPixels = 0 } = tower;
  const align = patchSize * merge;
  const whole = resizeKeepingShape(size, { align, minPixels, maxPixels, longestEdge: 0 });
  const rounded = (side: number) => Math.max(patchSize, toEven(side / align) * align);
  if (rounded(size.height) * rounded(size.width) <= maxPixels * 2) return { tiles: [whole], columns: 0, rows: 0 };
  const grid = nearestShape(size, shapesOf(2, 10), LFM_SIDE);
  return { whole, ...gridOf({ width: grid.width * LFM_SIDE, height: grid.height * LFM_SIDE }, LFM_SIDE) };
}

/** Halves go to the even neighbour (`nearbyint`). */
function toEven(value: number): number {
  const down = Math.floor(value);
  if (value - down !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}

/** Grids of so many tiles, the fewest first. */
function shapesOf(least: number, most: number): ImageSize[] {
  const shapes: ImageSize[] = [];
  for (let count = least; count <= most; count++)
    for (let width = 1; width <= count; width++)
      for (let height = 1; height <= count; height++) {
        const tiles = width * height;
        const known = shapes.some((shape) => shape.width === width && shape.height === height);
        if (tiles >= least && tiles <= most && !known) shapes.push({ width, height });
      }
  return shapes.sort((a, b) => a.width * a.height - b.width * b.height);
}

function nearestShape({ width, height }: ImageSize, shapes: readonly ImageSize[], side: number): ImageSize {
  const ratio = f(width / height);
  const area = f(width * height);
  let best = { width: 1, height: 1 };
  let least = Infinity;
  for (const shape of shapes) {
    const off = f(Math.abs(f(ratio - f(shape.width / shape.height))));
    if (off < least) [best, least] = [shape, off];
    else if (off === least && area > f(0.5 * f(side * side * shape.width * shape.height))) best = shape;
  }
  return best;
}

const PAGE_TILE: Readonly<Record<string, number>> = { deepseekocr: 640, deepseekocr2: 768 };

/** DeepSeek-OCR: the page as a square, and where it is larger than a tile a grid of them; the first version reads a row at once. */
export function cutPage(size: ImageSize, { type, imageSize, minTiles = 2, maxTiles = 9 }: Tower): Cut {
  const side = PAGE_TILE[type]!;
  const whole = { width: imageSize, height: imageSize };
  if (size.width <= side && size.height <= side) return { whole, ...NO_TILES };
  const grid = nearestShape(size, shapesOf(minTiles, maxTiles), side);
  if (type !== "deepseekocr") {
    return { whole, ...gridOf({ width: grid.width * side, height: grid.height * side }, side) };
  }
  const row = { width: side, height: side * grid.width };
  return { whole, tiles: Array.from({ length: grid.height }, () => row), columns: 1, rows: grid.height };
}
