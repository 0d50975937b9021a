import type { ImageSize, Tower } from "../../../../facts/model/index.ts";
import type { Cut } from "./tiles.ts";

const f = Math.fround;
const WINDOW = 504;
const SMALL_SHAPE = 1.5;
const WIDE_SHAPE = 4;
const ROUNDED_UP = 0.2;

/** Step3-VL: the whole as a square, and windows of 504 pixels where the image is large or long (mtmd-image.cpp:1453). */
export function cutInWindows(size: ImageSize, { imageSize, longestEdge = 0 }: Tower): Cut {
  const whole = { width: imageSize, height: imageSize };
  const { width, height } = prepared(size, longestEdge);
  const window = windowOf(Math.max(width, height), Math.min(width, height), imageSize);
  if (window <= 0) return { whole, tiles: [], columns: 0, rows: 0 };
  const columns = windowsIn(extent(width, window), window);
  const rows = windowsIn(extent(height, window), window);
  const tile = { width: WINDOW, height: WINDOW };
  return { whole, tiles: Array.from({ length: columns * rows }, () => tile), columns, rows };
}

function prepared({ width, height }: ImageSize, longestEdge: number): ImageSize {
  const shape = f(width / height);
  const thin = Math.min(width, height) < 32 && (shape > WIDE_SHAPE || shape < 1 / WIDE_SHAPE);
  const [wide, high] = thin ? [Math.max(width, height), Math.max(width, height)] : [width, height];
  const longest = Math.max(wide, high);
  if (longest <= longestEdge) return { width: wide, height: high };
  const scale = f(longestEdge / longest);
  const scaled = (side: number) => Math.max(1, Math.floor(f(side * scale)));
  return { width: scaled(wide), height: scaled(high) };
}

function windowOf(longer: number, shorter: number, imageSize: number): number {
  const shape = f(longer / shorter);
  if (longer <= imageSize) return shape > SMALL_SHAPE ? shorter : 0;
  return shape > WIDE_SHAPE ? Math.min(shorter, WINDOW) : WINDOW;
}

function extent(length: number, window: number): number {
  const ratio = f(length / window);
  if (ratio < 1) return length;
  return window * (Math.floor(ratio) + (f(ratio - Math.floor(ratio)) > f(ROUNDED_UP) ? 1 : 0));
}

function windowsIn(length: number, window: number): number {
  return length <= window ? 1 : Math.ceil(f(f((length - window) / window) + 1));
}
