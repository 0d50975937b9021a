import type { Tensor } from "../../weights/index.ts";

/** Width and height in pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** An encoder of images or sound with the projector behind it: what decides its tokens, its memory and its time. */
export interface Tower {
  readonly modality: "vision" | "audio";
  /** as the file names it: "qwen2.5vl_merger" */
  readonly type: string;
  readonly layers: number;
  readonly embeddingLength: number;
  readonly feedForwardLength: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headLength: number;
  /** width of what goes into the language model, as the file says it */
  readonly projectionLength: number;
  /** pixels of a side: of the trained image (0: any), of a patch */
  readonly imageSize: number;
  readonly patchSize: number;
  /** patches of a side that become one token */
  readonly merge: number;
  /** range of an image's pixels, where there is one */
  readonly minPixels?: number;
  readonly maxPixels?: number;
  /** pixels of the longest side, where images are scaled to it */
  readonly longestEdge?: number;
  /** sizes that a grid of tiles may have */
  readonly grids?: readonly ImageSize[];
  readonly minTiles?: number;
  readonly maxTiles?: number;
  /** tokens of a tile, of a projector that asks a fixed number of questions */
  readonly queries?: number;
  /** every so many layers see all, the others a window (Qwen2.5-VL) */
  readonly windowPattern?: number;
  /** layers that see all, where the file names them (Youtu-VL) */
  readonly fullLayers?: readonly number[];
  /** what each layer sees: all (-1), a window of places in rows (0) or in columns (1) (MiMo-VL) */
  readonly windowModes?: readonly number[];
  /** experts of a layer that has any (dots3.note) */
  readonly expertsUsed?: number;
  /** layer behind which four places become one (MiniCPM-V 4.6) */
  readonly mergedAfter?: number;
  /** layers whose outputs are used, where the file says it */
  readonly featureLayers?: readonly number[];
  /** side of the square that memory is reserved for, pixels */
  readonly warmUpSize: number;
  /** a token ends each row of patches */
  readonly breaksRows?: true;
  /** marks are embeddings of the file */
  readonly framed?: true;
  readonly audio?: {
    readonly melBins: number;
    readonly stackFactor: number;
    readonly windowLength: number;
    readonly downsampling: number;
    readonly groupLength: number;
  };
  /** sides of a window and of its questions (Granite 4 Vision) */
  readonly windowSide?: number;
  readonly querySide?: number;
}

/** What a projector file holds. */
export interface Projector {
  readonly name: string;
  readonly vision?: Tower;
  readonly audio?: Tower;
  /** kinds of towers that no row describes */
  readonly unknown?: readonly string[];
  readonly tensors: readonly Tensor[];
  /** where its sizes are from: its header, or dimensions that are catalogued */
  readonly sizesFrom: "header" | "formula";
}
