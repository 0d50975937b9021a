import {
  CAUSAL_GEMMA_WIDTHS,
  NOT_CAUSAL,
  VISION_ROWS,
  type ImageSize,
  type Resize,
  type Tower,
} from "../../../../facts/model/index.ts";
import { resizeInSteps, resizeKeepingShape, resizeToCeiling, resizeToGrid } from "./resize.ts";
import { blockTokens, resizeToBlock } from "./block.ts";
import {
  bestResolution,
  cutByCount,
  cutByFiveTwelve,
  cutByList,
  cutByLongestEdge,
  cutInNine,
  cutInNineMerged,
  cutPage,
  type Cut,
} from "./tiles.ts";
import { patchTokens } from "./patch-tokens.ts";
import { cutInWindows } from "./windows.ts";

/** What an image of so many pixels comes to. */
export interface ImageTokens {
  /** embeddings the projector makes */
  readonly embeddings: number;
  /** tokens of text around them and between tiles */
  readonly marks: number;
  /** what is read, one after the other: the whole and its tiles */
  readonly read: readonly ImageSize[];
}

/** An image of a size, as the server with this micro-batch reads it; tokens exact. */
export function imageTokens(tower: Tower, size: ImageSize, microBatch = Infinity): ImageTokens {
  const row = VISION_ROWS[tower.type]!;
  const limited = lowered(tower, microBatch);
  const cut = CUTS[row.resize](size, limited);
  const read = [...(cut.whole ? [cut.whole] : []), ...cut.tiles];
  const [whole, tile, rowEnd, usual] = row.tileMarks ?? [0, 0, 0, 0];
  // MiniCPM-V 2.5, alone with so many questions, puts marks around all tiles together too
  const all = tower.queries === 96 ? 2 : usual;
  const tiled = cut.tiles.length > 0 && cut.columns > 0;
  const marks =
    (row.around ?? 0) + (cut.whole ? whole : 0) + (tiled ? tile * cut.tiles.length + rowEnd * (cut.rows - 1) + all : 0);
  return { embeddings: embeddingsOf(limited, cut, size), marks, read };
}

/** Images that see all of themselves must fit into one micro-batch: the server lowers the most tokens to it (server-context.cpp:1283). */
export function lowered(tower: Tower, microBatch: number): Tower {
  const { type, maxPixels, projectionLength } = tower;
  if (!NOT_CAUSAL.has(type) || maxPixels === undefined || type === "deepseek4v") return tower;
  if (type === "gemma4v" && CAUSAL_GEMMA_WIDTHS.has(projectionLength)) return tower;
  const areaPixels = (tower.patchSize * tower.merge) ** 2;
  if (maxPixels / areaPixels <= microBatch) return tower;
  const least = tower.minPixels === undefined ? {} : { minPixels: Math.min(tower.minPixels, microBatch * areaPixels) };
  // memory is reserved for no larger image than may come
  const side = Math.max(1, Math.floor(Math.sqrt(Math.min(microBatch, 256)))) * tower.patchSize * tower.merge;
  return { ...tower, ...least, maxPixels: microBatch * areaPixels, warmUpSize: Math.min(tower.warmUpSize, side) };
}

const CUTS: Readonly<Record<Resize, (size: ImageSize, tower: Tower) => Cut>> = {
  square: (_, { imageSize }) => inOnePiece({ width: imageSize, height: imageSize }),
  "kept-shape": (size, tower) => inOnePiece(resizeKeepingShape(size, limitsOf(tower))),
  "longest-edge": (size, tower) => inOnePiece(resizeKeepingShape(size, limitsOf(tower))),
  ceiling: (size, tower) => inOnePiece(resizeToCeiling(size, limitsOf(tower))),
  "scaled-in-steps": (size, { patchSize, merge, maxPixels = 0 }) =>
    inOnePiece(resizeInSteps(size, patchSize * merge, patchSize, Math.trunc(maxPixels / patchSize ** 2))),
  "closest-grid": (size, { patchSize, merge, maxPixels = 0 }) =>
    inOnePiece(resizeToGrid(size, patchSize * merge, Math.trunc(maxPixels / (patchSize * merge) ** 2))),
  block: (size, tower) => inOnePiece(resizeToBlock(size, tower)),
  "listed-tiles": (size, tower) => (tower.grids === undefined ? CUTS.square(size, tower) : cutByList(size, tower)),
  "nine-tiles": cutInNine,
  "nine-tiles-merged": cutInNineMerged,
  "tiles-by-count": cutByCount,
  "tiles-of-longest-edge": cutByLongestEdge,
  "tiles-of-512": cutByFiveTwelve,
  "windows-of-504": cutInWindows,
  "page-and-tiles": cutPage,
  "page-and-listed-tiles": (_, { imageSize }) => inOnePiece({ width: imageSize, height: imageSize }),
};

function inOnePiece(size: ImageSize): Cut {
  return { tiles: [size], columns: 0, rows: 0 };
}

function limitsOf({ patchSize, merge, minPixels = 0, maxPixels = 0, longestEdge = 0 }: Tower) {
  return { align: patchSize * merge, minPixels, maxPixels, longestEdge };
}

function embeddingsOf(tower: Tower, cut: Cut, original: ImageSize): number {
  const rule = VISION_ROWS[tower.type]!.tokens;
  if (rule === "block") return blockTokens(cut.tiles[0]!, tower);
  if (rule === "grid-with-newlines") return gridTokens(tower, original);
  const whole = cut.whole ? patchTokens(tower, cut.whole, "whole") : 0;
  return whole + cut.tiles.reduce((sum, tile) => sum + patchTokens(tower, tile, "tile"), 0);
}

/** Granite 4 Vision: the whole, and a grid of tiles without its margins, a newline a row (clip.cpp:4424). */
function gridTokens(tower: Tower, original: ImageSize): number {
  const { imageSize, patchSize, windowSide = 1, querySide = 1, grids = [] } = tower;
  const side = querySide * Math.trunc(Math.trunc(imageSize / patchSize) / windowSide);
  const grid = bestResolution(original, grids);
  const [columns, rows] = [Math.trunc(grid.width / imageSize), Math.trunc(grid.height / imageSize)];
  if (columns * rows === 0) return side * side;
  const kept = unpadded(columns * side, rows * side, original);
  return side * side + kept.height * (kept.width + 1);
}

function unpadded(width: number, height: number, original: ImageSize): ImageSize {
  const wider = Math.fround(original.width / original.height) > Math.fround(width / height);
  const scaled = (side: number, by: number, from: number) => Math.floor((side * by) / from + 1e-7);
  if (wider) {
    const high = scaled(original.height, width, original.width);
    return { width, height: height - 2 * Math.trunc((height - high) / 2) };
  }
  const wide = scaled(original.width, height, original.height);
  return { width: width - 2 * Math.trunc((width - wide) / 2), height };
}
