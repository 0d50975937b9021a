// Kinds of vision projectors (tools/mtmd of llama.cpp b11434): `load_hparams` and `clip_n_output_tokens` of clip.cpp, `init_vision` of
// mtmd.cpp, the preprocessors of mtmd-image.cpp. A row is what differs between them.

/** How an image is cut or scaled before it is read (mtmd-image.cpp). */
export type Resize =
  /** stretched or padded to the trained square */
  | "square"
  /** sides rounded to whole merged patches, within a range of pixels */
  | "kept-shape"
  | "longest-edge"
  /** a grid of squares out of a list beside the whole, where the file has such a list; else a square */
  | "listed-tiles"
  /** a grid of up to nine tiles beside the whole */
  | "nine-tiles"
  | "nine-tiles-merged"
  | "tiles-by-count"
  | "tiles-of-longest-edge"
  | "tiles-of-512"
  | "windows-of-504"
  | "scaled-in-steps"
  | "ceiling"
  | "closest-grid"
  | "page-and-tiles"
  | "page-and-listed-tiles"
  | "block";

/** How many embeddings an image of so many patches becomes (clip.cpp, `clip_n_output_tokens`). */
export type TokensOf =
  | "patches"
  | "merged"
  | "merged-sides"
  | "merged-sides-up"
  | "merged-up"
  | "doubled-patches"
  | "rows-with-breaks"
  | "rows-with-newlines"
  | "quarter"
  | "queries"
  | "sixty-four"
  | "one-side"
  | "framed"
  | "page"
  | "page-queries"
  | "block"
  | "grid-with-newlines";

export interface VisionRow {
  /** what people call it */
  readonly family: string;
  readonly resize: Resize;
  readonly tokens: TokensOf;
  /** patches of a side that become one, where the file does not say */
  readonly merge?: number;
  /** key of the file that says it, below "clip.vision." */
  readonly mergeKey?: "projector.scale_factor" | "spatial_merge_size";
  /** least and most tokens of an image; "file": pixels as the file says them */
  readonly range?: readonly [least: number, most: number] | "file" | "file-or-4096";
  /** tokens of the image that memory is reserved for; "square": the trained one's; "most": the largest within the range */
  readonly warmUp?: number | "most";
  /** text tokens before and after an image */
  readonly around?: number;
  /** text tokens around the whole beside its tiles, around each tile, after each row of tiles but the last, around all tiles */
  readonly tileMarks?: readonly [whole: number, tile: number, row: number, all: number];
  /** line of clip.cpp where its settings are read, and of mtmd.cpp where its marks are */
  readonly lines: string;
}

/** Images see all of themselves: they must fit into one micro-batch, and the server lowers the most tokens to it. */
export const NOT_CAUSAL: ReadonlySet<string> = new Set(["gemma3", "gemma4v", "gemma4uv", "deepseek4v"]);
/** Widths of the two Gemma 4 that read images in order after all (mtmd.cpp:2184). */
export const CAUSAL_GEMMA_WIDTHS: ReadonlySet<number> = new Set([1536, 2560]);

const SPATIAL = { merge: 2, mergeKey: "spatial_merge_size" } as const;
const SCALE = { mergeKey: "projector.scale_factor" } as const;
const QWEN = {
  ...SPATIAL,
  resize: "kept-shape",
  tokens: "doubled-patches",
  range: [8, 4096],
  warmUp: 46 ** 2,
  around: 2,
} as const;
const LLAVA = { resize: "listed-tiles", tokens: "patches" } as const;

/** By the projector type that a file names (clip-impl.h:513). */
export const VISION_ROWS: Readonly<Record<string, VisionRow>> = {
  mlp: { ...LLAVA, family: "LLaVA", lines: "clip.cpp:1429, mtmd.cpp:634" },
  ldp: { ...LLAVA, family: "MobileVLM", tokens: "quarter", lines: "clip.cpp:1431, mtmd.cpp:636" },
  ldpv2: { ...LLAVA, family: "MobileVLM 2", tokens: "quarter", lines: "clip.cpp:1432, mtmd.cpp:637" },
  adapter: { ...LLAVA, family: "GLM-Edge-V", tokens: "quarter", lines: "clip.cpp:1447, mtmd.cpp:640" },
  cogvlm: { ...LLAVA, family: "CogVLM", tokens: "framed", lines: "clip.cpp:1433, mtmd.cpp:638" },
  janus_pro: { ...LLAVA, family: "Janus Pro", lines: "clip.cpp:2015, mtmd.cpp:639" },
  resampler: {
    family: "MiniCPM-V",
    resize: "nine-tiles",
    tokens: "queries",
    tileMarks: [2, 2, 1, 0],
    lines: "clip.cpp:1452, mtmd.cpp:649",
  },
  minicpmv4_6: {
    ...SCALE,
    family: "MiniCPM-V 4.6",
    resize: "nine-tiles-merged",
    tokens: "merged",
    merge: 4,
    tileMarks: [2, 2, 1, 0],
    lines: "clip.cpp:1459, mtmd.cpp:682",
  },
  qwen2vl_merger: { ...QWEN, family: "Qwen2-VL", lines: "clip.cpp:1668, mtmd.cpp:694" },
  "qwen2.5vl_merger": { ...QWEN, family: "Qwen2.5-VL", lines: "clip.cpp:1669, mtmd.cpp:695" },
  "qwen2.5o": { ...QWEN, family: "Qwen2.5-Omni", lines: "clip.cpp:1292, mtmd.cpp:695" },
  qwen3vl_merger: { ...QWEN, family: "Qwen3-VL", lines: "clip.cpp:1670, mtmd.cpp:696" },
  ling3vl: { ...QWEN, family: "Ling 3 VL", lines: "clip.cpp:1671, mtmd.cpp:697" },
  mimovl: { ...QWEN, family: "MiMo-VL", range: "file", lines: "clip.cpp:1712, mtmd.cpp:698" },
  exaone4_5: { ...QWEN, family: "EXAONE 4.5", range: "file", lines: "clip.cpp:1963, mtmd.cpp:907" },
  glm4v: { ...QWEN, family: "GLM-4V", lines: "clip.cpp:1766, mtmd.cpp:864" },
  glm5v: { ...QWEN, family: "GLM-5V", resize: "ceiling", range: "file", lines: "clip.cpp:1775, mtmd.cpp:871" },
  minimax_m3: { ...QWEN, family: "MiniMax-M3", range: [8, 576], warmUp: 16 ** 2, lines: "clip.cpp:1687, mtmd.cpp:705" },
  "muse-glimmer": {
    ...QWEN,
    family: "Muse Glimmer",
    resize: "closest-grid",
    range: [1, 4096],
    warmUp: 32 ** 2,
    lines: "clip.cpp:1701, mtmd.cpp:712",
  },
  youtuvl: {
    ...QWEN,
    family: "Youtu-VL",
    resize: "scaled-in-steps",
    range: [1, 62_500],
    warmUp: 16 ** 2,
    lines: "clip.cpp:1740, mtmd.cpp:718",
  },
  step3vl: {
    ...SCALE,
    family: "Step3-VL",
    resize: "windows-of-504",
    tokens: "merged-sides",
    merge: 4,
    tileMarks: [2, 2, 1, 0],
    lines: "clip.cpp:1728, mtmd.cpp:777",
  },
  gemma3: {
    ...SCALE,
    family: "Gemma 3",
    resize: "square",
    tokens: "merged",
    merge: 4,
    around: 2,
    lines: "clip.cpp:1634, mtmd.cpp:738",
  },
  gemma3nv: {
    ...SCALE,
    family: "Gemma 3n",
    resize: "square",
    tokens: "one-side",
    around: 2,
    lines: "clip.cpp:1660, mtmd.cpp:739",
  },
  gemma4v: {
    ...SCALE,
    family: "Gemma 4",
    resize: "kept-shape",
    tokens: "merged",
    merge: 3,
    range: [70, 1120],
    warmUp: 256,
    around: 2,
    lines: "clip.cpp:1644, mtmd.cpp:885",
  },
  gemma4uv: {
    ...SCALE,
    family: "Gemma 4 unified",
    resize: "kept-shape",
    tokens: "merged",
    merge: 3,
    range: [70, 1120],
    warmUp: 256,
    around: 2,
    lines: "clip.cpp:1645, mtmd.cpp:886",
  },
  phi4: {
    family: "Phi-4 vision",
    resize: "kept-shape",
    tokens: "patches",
    range: "file",
    warmUp: 256,
    lines: "clip.cpp:1526, mtmd.cpp:762",
  },
  idefics3: {
    ...SCALE,
    family: "SmolVLM, Idefics 3",
    resize: "tiles-of-longest-edge",
    tokens: "merged",
    tileMarks: [4, 2, 1, 0],
    lines: "clip.cpp:1509, mtmd.cpp:746",
  },
  pixtral: {
    family: "Pixtral, Mistral 3",
    resize: "kept-shape",
    tokens: "rows-with-breaks",
    mergeKey: "spatial_merge_size",
    range: [8, 1024],
    warmUp: 256,
    around: 1,
    lines: "clip.cpp:1534, mtmd.cpp:756",
  },
  lightonocr: {
    family: "LightOnOCR",
    resize: "longest-edge",
    tokens: "rows-with-breaks",
    mergeKey: "spatial_merge_size",
    warmUp: 256,
    around: 2,
    lines: "clip.cpp:1545, mtmd.cpp:823",
  },
  internvl: {
    ...SCALE,
    family: "InternVL",
    resize: "tiles-by-count",
    tokens: "merged",
    around: 2,
    lines: "clip.cpp:1479, mtmd.cpp:793",
  },
  nemotron_v2_vl: {
    ...SCALE,
    family: "Nemotron VL",
    resize: "square",
    tokens: "merged",
    lines: "clip.cpp:1491, mtmd.cpp:843",
  },
  llama4: {
    ...SCALE,
    family: "Llama 4",
    resize: "listed-tiles",
    tokens: "merged",
    around: 2,
    lines: "clip.cpp:1788, mtmd.cpp:767",
  },
  lfm2: {
    ...SCALE,
    family: "LFM2-VL",
    resize: "tiles-of-512",
    tokens: "merged-sides-up",
    range: [64, 256],
    warmUp: "most",
    around: 2,
    tileMarks: [1, 1, 0, 0],
    lines: "clip.cpp:1517, mtmd.cpp:847",
  },
  kimivl: {
    ...SCALE,
    family: "Kimi-VL",
    resize: "kept-shape",
    tokens: "merged-sides-up",
    range: [8, 1024],
    warmUp: 256,
    around: 2,
    lines: "clip.cpp:1583, mtmd.cpp:801",
  },
  kimik25: {
    ...SCALE,
    family: "Kimi K2.5",
    resize: "kept-shape",
    tokens: "merged-sides-up",
    range: "file-or-4096",
    warmUp: "most",
    around: 2,
    lines: "clip.cpp:1592, mtmd.cpp:808",
  },
  paddleocr: {
    family: "PaddleOCR-VL",
    resize: "kept-shape",
    tokens: "merged-up",
    merge: 2,
    range: "file",
    warmUp: 28 ** 2,
    around: 2,
    lines: "clip.cpp:1900, mtmd.cpp:878",
  },
  dots_ocr: {
    ...SCALE,
    family: "dots.ocr",
    resize: "kept-shape",
    tokens: "merged-up",
    range: "file",
    warmUp: 46 ** 2,
    around: 2,
    lines: "clip.cpp:1556, mtmd.cpp:835",
  },
  dots3note_v: {
    family: "dots3.note",
    resize: "kept-shape",
    tokens: "merged-up",
    mergeKey: "spatial_merge_size",
    range: "file",
    warmUp: 46 ** 2,
    around: 2,
    lines: "clip.cpp:1564, mtmd.cpp:836",
  },
  hunyuanvl: {
    ...SPATIAL,
    family: "Hunyuan-VL",
    resize: "kept-shape",
    tokens: "rows-with-newlines",
    range: [256, 16_384],
    warmUp: 32 ** 2,
    around: 2,
    lines: "clip.cpp:1942, mtmd.cpp:900",
  },
  yasa2: { family: "Yasa 2", resize: "square", tokens: "sixty-four", around: 2, lines: "clip.cpp:1756, mtmd.cpp:725" },
  deepseekocr: {
    family: "DeepSeek-OCR",
    resize: "page-and-tiles",
    tokens: "page",
    around: 1,
    lines: "clip.cpp:1909, mtmd.cpp:893",
  },
  deepseekocr2: {
    family: "DeepSeek-OCR 2",
    resize: "page-and-tiles",
    tokens: "page-queries",
    around: 1,
    lines: "clip.cpp:1910, mtmd.cpp:894",
  },
  deepseek4v: {
    ...SCALE,
    family: "DeepSeek V4 vision",
    resize: "block",
    tokens: "block",
    range: "file",
    warmUp: 256,
    lines: "clip.cpp:1609, mtmd.cpp:830",
  },
  granite4_vision: {
    family: "Granite 4 Vision",
    resize: "page-and-listed-tiles",
    tokens: "grid-with-newlines",
    around: 1,
    lines: "clip.cpp:2020, mtmd.cpp:914",
  },
};
