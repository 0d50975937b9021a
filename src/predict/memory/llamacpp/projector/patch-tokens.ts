import { VISION_ROWS, type ImageSize, type TokensOf, type Tower } from "../../../../facts/model/index.ts";

/** Embeddings of one piece that is read: the whole of an image, or a tile (clip.cpp:4141, `clip_n_output_tokens`). */
export function patchTokens(tower: Tower, size: ImageSize, piece: "whole" | "tile"): number {
  return RULES[VISION_ROWS[tower.type]!.tokens](tower, size, piece);
}

type Rule = (tower: Tower, size: ImageSize, piece: "whole" | "tile") => number;

const int = Math.trunc;
const patches = ({ patchSize }: Tower, { width, height }: ImageSize) =>
  int(width / patchSize) * int(height / patchSize);
const cells = (cell: number, { width, height }: ImageSize) => int(width / cell) * int(height / cell);

const RULES: Readonly<Record<TokensOf, Rule>> = {
  patches,
  merged: (tower, size) => int(patches(tower, size) / tower.merge ** 2),
  "merged-sides": ({ patchSize, merge }, size) => cells(patchSize * merge, size),
  "merged-sides-up": ({ patchSize, merge }, { width, height }) =>
    Math.ceil(width / (patchSize * merge)) * Math.ceil(height / (patchSize * merge)),
  "merged-up": (tower, size) => Math.ceil(patches(tower, size) / tower.merge ** 2),
  "doubled-patches": ({ patchSize }, size) => cells(2 * patchSize, size),
  "rows-with-breaks": ({ patchSize, merge, breaksRows }, { width, height }) => {
    const rows = int(int(height / patchSize) / merge);
    return rows * int(int(width / patchSize) / merge) + (breaksRows ? rows - 1 : 0);
  },
  "rows-with-newlines": ({ patchSize, merge }, { width, height }) =>
    (int(int(width / patchSize) / merge) + 1) * int(int(height / patchSize) / merge) + 2,
  quarter: (tower, size) => int(patches(tower, size) / 4) + (tower.framed ? 2 : 0),
  queries: ({ queries = 0 }) => queries,
  "sixty-four": () => 64,
  "one-side": ({ imageSize, patchSize }) => int(imageSize / patchSize),
  framed: (tower, size) => patches(tower, size) + 2,
  page: (tower, size, piece) => {
    if (piece === "whole") {
      const side = int(Math.sqrt(int(patches(tower, size) / 16)));
      return side * (side + 1) + 1;
    }
    const side = int(size.width / (tower.patchSize * 4));
    return (side * (size.height / size.width) + 1) * side;
  },
  "page-queries": (tower, size, piece) => int(patches(tower, size) / 16) + (piece === "whole" ? 1 : 0),
  // these two count an image at once
  block: () => 0,
  "grid-with-newlines": () => 0,
};
