import type { ImageSize, Tower } from "./tower.ts";
import { VISION_ROWS, type VisionRow } from "./vision-rows.ts";

/** What a file or a catalog says of an encoder of images; absent: the kind's own. */
export interface VisionValues {
  readonly layers: number;
  readonly embeddingLength: number;
  readonly feedForwardLength: number;
  readonly heads: number;
  readonly kvHeads?: number | undefined;
  readonly headLength?: number | undefined;
  readonly projectionLength: number;
  readonly imageSize: number;
  readonly patchSize: number;
  readonly merge?: number | undefined;
  readonly minPixels?: number | undefined;
  readonly maxPixels?: number | undefined;
  readonly longestEdge?: number | undefined;
  readonly grids?: readonly ImageSize[] | undefined;
  readonly minTiles?: number | undefined;
  readonly maxTiles?: number | undefined;
  readonly version?: number | undefined;
  readonly queries?: number | undefined;
  readonly windowPattern?: number | undefined;
  readonly featureLayers?: readonly number[] | undefined;
  /** layers that are named beside the others; what for depends on the kind */
  readonly namedLayers?: readonly number[] | undefined;
  readonly windowModes?: readonly number[] | undefined;
  readonly expertsUsed?: number | undefined;
  readonly breaksRows?: boolean;
  readonly framed?: boolean;
  readonly windowSide?: number | undefined;
  readonly querySide?: number | undefined;
}

/** Settings of a kind as the engine completes them (clip.cpp, `load_hparams`); undefined for a kind that has no row. */
export function visionTower(type: string, values: VisionValues): Tower | undefined {
  const row = Object.hasOwn(VISION_ROWS, type) ? VISION_ROWS[type] : undefined;
  if (row === undefined) return undefined;
  // of the unified Gemma 4 the first convolution merges
  const merged = values.merge ?? row.merge ?? 1;
  const unified = type === "gemma4uv";
  const patchSize = type.startsWith("deepseekocr") ? 16 : values.patchSize * (unified ? merged : 1);
  const merge = unified ? 1 : merged;
  const imageSize = type.startsWith("deepseekocr") ? 1024 : values.imageSize;
  const range = rangeOf(type, row, values, patchSize * patchSize * merge * merge);
  const tower = {
    modality: "vision" as const,
    type,
    layers: values.layers,
    embeddingLength: values.embeddingLength,
    feedForwardLength: values.feedForwardLength,
    heads: values.heads,
    kvHeads: values.kvHeads ?? values.heads,
    headLength: values.headLength ?? values.embeddingLength / values.heads,
    projectionLength: values.projectionLength,
    imageSize,
    patchSize,
    merge,
    ...range,
  };
  const grids = gridsOf(type, imageSize, values);
  return {
    ...tower,
    ...(longestOf(type, values) !== undefined && { longestEdge: longestOf(type, values)! }),
    ...(grids.length > 0 && { grids }),
    ...tilesOf(type, values),
    ...(type === "resampler" && {
      queries: values.queries ?? (values.version !== undefined && values.version > 2 ? 64 : 96),
    }),
    ...(values.windowPattern !== undefined && { windowPattern: values.windowPattern }),
    ...(values.featureLayers !== undefined && { featureLayers: values.featureLayers }),
    ...(type === "youtuvl" && { fullLayers: values.namedLayers ?? [] }),
    ...(type === "minicpmv4_6" && { mergedAfter: values.namedLayers?.[0] ?? 0 }),
    ...(values.windowModes !== undefined && { windowModes: values.windowModes }),
    ...(values.expertsUsed !== undefined && { expertsUsed: values.expertsUsed }),
    ...(values.breaksRows && { breaksRows: true as const }),
    ...(values.framed && { framed: true as const }),
    ...(values.windowSide !== undefined && { windowSide: values.windowSide }),
    ...(values.querySide !== undefined && { querySide: values.querySide }),
    warmUpSize: warmUpSize(row, tower),
  };
}

/** Tokens of a DeepSeek V4 block at most (clip.cpp:1617). */
export const MOST_BLOCK_TOKENS = 384;

function rangeOf(
  type: string,
  row: VisionRow,
  { minPixels, maxPixels }: VisionValues,
  areaPixels: number,
): Pick<Tower, "minPixels" | "maxPixels"> {
  const file = { ...(minPixels !== undefined && { minPixels }), ...(maxPixels !== undefined && { maxPixels }) };
  if (type === "deepseek4v") {
    const most = MOST_BLOCK_TOKENS * areaPixels;
    return { minPixels: Math.min(minPixels ?? 0, most), maxPixels: most };
  }
  if (row.range === undefined) return {};
  if (row.range === "file") return file;
  if (row.range === "file-or-4096") {
    if (minPixels !== undefined && maxPixels !== undefined && minPixels > 0 && maxPixels > 0) return file;
    return { minPixels: 2 * areaPixels, maxPixels: 4096 * areaPixels };
  }
  const [least, most] = row.range;
  const own = { minPixels: least * areaPixels, maxPixels: most * areaPixels };
  // these read the file's range after their own
  return type === "hunyuanvl" ? { ...own, ...file } : own;
}

function warmUpSize(
  { warmUp }: VisionRow,
  { imageSize, patchSize, merge, maxPixels }: Pick<Tower, "imageSize" | "patchSize" | "merge" | "maxPixels">,
): number {
  if (warmUp === undefined) return imageSize;
  if (warmUp === "most") return Math.floor(Math.sqrt(maxPixels ?? 0));
  return Math.floor(Math.sqrt(warmUp)) * patchSize * merge;
}

function longestOf(type: string, { longestEdge, imageSize }: VisionValues): number | undefined {
  if (type === "lightonocr") return longestEdge ?? imageSize;
  if (type === "step3vl") return longestEdge || 3024;
  return type === "idefics3" && longestEdge ? longestEdge : undefined;
}

function tilesOf(type: string, { minTiles, maxTiles }: VisionValues): Pick<Tower, "minTiles" | "maxTiles"> {
  const usual: Readonly<Record<string, readonly [number, number]>> = {
    internvl: [1, 12],
    deepseekocr: [2, 9],
    deepseekocr2: [2, 6],
  };
  const row = usual[type];
  return row === undefined ? {} : { minTiles: minTiles ?? row[0], maxTiles: maxTiles ?? row[1] };
}

/** Sizes a grid of tiles may have: the file's, or those the engine makes (clip.cpp:3962, 3977). */
function gridsOf(type: string, side: number, values: VisionValues): readonly ImageSize[] {
  const listed = values.grids ?? [];
  const made: ImageSize[] = [];
  const add = (columns: number, rows: number) => made.push({ width: columns * side, height: rows * side });
  if (type === "llama4") {
    for (let columns = 1; columns <= 3; columns++)
      for (let rows = 1; rows <= 3; rows++) if (columns * rows > 1) add(columns, rows);
  }
  if (type === "internvl") {
    const { minTiles: least = 1, maxTiles: most = 12 } = tilesOf(type, values);
    const grids = least < 1 ? 0 : most;
    for (let columns = Math.max(1, least); columns <= grids; columns++) {
      const last = Math.min(most, Math.floor(most / columns));
      for (let rows = Math.max(least, Math.ceil(least / columns)); rows <= last; rows++) add(columns, rows);
    }
  }
  return [...listed, ...made];
}
