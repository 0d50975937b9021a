import type { ImageSize } from "../../../../facts/model/index.ts";

// The engine computes with numbers of 32 bits; where a side falls between two patches, that decides.
const f = Math.fround;

/** What an image is scaled to (mtmd-image.cpp, `calc_size_preserved_ratio`); a limit of 0 is none. */
export interface ResizeLimits {
  /** sides are multiples of this, pixels */
  readonly align: number;
  readonly minPixels: number;
  readonly maxPixels: number;
  readonly longestEdge: number;
}

/** Its shape kept, its sides rounded to whole patches, its pixels within a range. */
export function resizeKeepingShape({ width, height }: ImageSize, limits: ResizeLimits): ImageSize {
  const { align, minPixels, maxPixels, longestEdge } = limits;
  const round = (side: number) => Math.round(f(side / align)) * align;
  const ceil = (side: number) => Math.ceil(f(f(side) / align)) * align;
  const floor = (side: number) => Math.floor(f(f(side) / align)) * align;
  let wide = Math.max(align, round(width));
  let high = Math.max(align, round(height));
  if (longestEdge > 0) {
    const scale = Math.min(f(longestEdge / width), f(longestEdge / height));
    wide = ceil(width * scale);
    high = ceil(height * scale);
  }
  if (maxPixels > 0 && high * wide > maxPixels) {
    const by = f(Math.sqrt(f(f(f(height) * width) / maxPixels)));
    high = Math.max(align, floor(height / by));
    wide = Math.max(align, floor(width / by));
  } else if (minPixels > 0 && high * wide < minPixels) {
    const by = f(Math.sqrt(f(minPixels / f(f(height) * width))));
    high = ceil(height * by);
    wide = ceil(width * by);
  }
  return { width: wide, height: high };
}

/** GLM-5V: sides rounded up, and the largest height whose rounded area is within the most pixels, found by halving. */
export function resizeToCeiling({ width, height }: ImageSize, limits: ResizeLimits): ImageSize {
  const { align, minPixels, maxPixels } = limits;
  const up = (side: number) => Math.ceil(side / align) * align;
  let [wide, high] = [up(width), up(height)];
  if (high * wide < minPixels) {
    const by = Math.sqrt(minPixels / (height * width));
    high = up(Math.max(1, Math.ceil(height * by)));
    wide = up(Math.max(1, Math.ceil(width * by)));
  }
  if (high * wide <= maxPixels) return { width: wide, height: high };
  let best = { width: align, height: align };
  for (let low = 1, top = height; low <= top;) {
    const tried = Math.floor((low + top) / 2);
    const across = Math.max(1, Math.floor((width * tried) / height));
    if (up(tried) * up(across) <= maxPixels) {
      best = { width: up(across), height: up(tried) };
      low = tried + 1;
    } else top = tried - 1;
  }
  return best;
}

/** Youtu-VL: smaller by a fiftieth of the image until its patches are few enough. */
export function resizeInSteps(
  { width, height }: ImageSize,
  align: number,
  patch: number,
  maxPatches: number,
): ImageSize {
  const scaled = (scale: number, side: number) => Math.max(align, Math.ceil(f(f(side * scale) / align)) * align);
  let size = { width, height };
  for (let scale = 1; scale > 0; scale = f(scale - f(0.02))) {
    size = { width: scaled(scale, width), height: scaled(scale, height) };
    if ((size.height / patch) * (size.width / patch) <= maxPatches) break;
  }
  return size;
}

/** Muse Glimmer: of the grids around the image's own, the one whose shape is nearest, within the most tokens. */
export function resizeToGrid({ width, height }: ImageSize, cell: number, maxTokens: number): ImageSize {
  let rows = height / cell;
  let columns = width / cell;
  const ratio = rows > 0 ? columns / rows : 1;
  if (rows * columns > maxTokens) {
    rows = Math.sqrt(maxTokens / ratio);
    columns = rows * ratio;
  }
  const target = height / width;
  let best: { readonly rows: number; readonly columns: number; readonly off: number } | undefined;
  for (const high of [Math.floor(rows), Math.ceil(rows)]) {
    for (const wide of [Math.floor(columns), Math.ceil(columns)]) {
      if (high < 1 || wide < 1 || high * wide > maxTokens) continue;
      const off = Math.abs(high / wide - target);
      const better = !best || off < best.off || (off === best.off && high * wide > best.rows * best.columns);
      if (better) best = { rows: high, columns: wide, off };
    }
  }
  const found = best ?? { rows: Math.max(1, Math.round(rows)), columns: Math.max(1, Math.round(columns)) };
  return { width: found.columns * cell, height: found.rows * cell };
}
