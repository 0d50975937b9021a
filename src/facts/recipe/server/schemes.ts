/** What of a matrix a scheme stores besides its values, in bits. A matrix is `[in, out]`: rows of `in` weights, one an output. */
export interface PackedBits {
  /** of one weight */
  readonly value: number;
  /** weights along a row that share a scale; absent: none do */
  readonly groupLength?: number;
  /** scale, and zero or bias, of one group */
  readonly group?: number;
  /** scale of one whole row */
  readonly row?: number;
  /** per input column: the order of GPTQ, the signs of EXL3 */
  readonly column?: number;
  /** scale of a square block of `blockLength` weights a side */
  readonly block?: number;
  readonly blockLength?: number;
  /** once a matrix */
  readonly matrix?: number;
}

/** Parts of a model that a scheme may leave in 16 bit. */
export type ServerPart =
  | "embedding"
  | "output"
  | "router"
  | "attention"
  | "linear attention"
  | "feed-forward"
  | "experts";

/** A format of weights for servers and for MLX and ExLlama, as its usual tool writes it. */
export interface ServerScheme {
  /** stable: kernels, quality and published checkpoints name it */
  readonly id: string;
  readonly title: string;
  /** the parts that are packed; all else stays in 16 bit */
  readonly packed: readonly ServerPart[];
  readonly bits: PackedBits;
  /** another width for the output matrix, where it is packed */
  readonly outputBits?: PackedBits;
  /** what activations are multiplied in, where the hardware can: W4A16 keeps them in 16 bit */
  readonly activations: "16 bit" | "8 bit" | "4 bit";
  /** architectures it exists for, and why no others; absent: anybody can make one of any model */
  readonly onlyFor?: { readonly architectures: readonly string[]; readonly because: string };
  readonly madeWith: string;
  readonly source: string;
  readonly date: string;
}

const LINEAR: readonly ServerPart[] = ["attention", "linear attention", "feed-forward", "experts"];
const EVERYTHING: readonly ServerPart[] = ["embedding", "output", ...LINEAR];
const DEFINED = "format definition, checked against stored tensors";

const compressor = "llm-compressor";
const mlx = "mlx_lm.convert";
const exl3 = "exllamav3's convert.py";
const modelopt = "NVIDIA Model Optimizer";
const MLX_SOURCE = "mlx-lm `convert.py` and `utils.py`, affine: a 16-bit scale and bias a group";
const EXL3_SOURCE =
  "exllamav3 `doc/exl3.md`: a trellis, and 16-bit signs of rows and columns; output of 6 bits by default";

const affine = (value: number): PackedBits => ({ value, groupLength: 64, group: 32 });
const trellis = (value: number): PackedBits => ({ value, row: 16, column: 16 });

/**
 * Schemes from the most bits to the least. Sizes follow from `bits` and the shapes of a model; a checkpoint may leave more in
 * 16 bit than its tool's default, which only its header says.
 */
export const SERVER_SCHEMES: readonly ServerScheme[] = [
  row("bf16", "BF16", [], { value: 16 }, "16 bit", "as published", "safetensors definition", "2026-11-22"),
  row("fp8", "FP8 (scale a row)", LINEAR, { value: 8, row: 16 }, "8 bit", compressor, DEFINED, "2026-11-22"),
  row(
    "fp8-block",
    "FP8 (128 x 128 blocks)",
    LINEAR,
    { value: 8, block: 32, blockLength: 128 },
    "8 bit",
    "the publisher, as DeepSeek and Qwen do",
    DEFINED,
    "2026-11-22",
  ),
  row("int8", "INT8 W8A8", LINEAR, { value: 8, row: 16 }, "8 bit", compressor, DEFINED, "2026-11-22"),
  row(
    "bnb-int8",
    "INT8 (bitsandbytes)",
    LINEAR,
    { value: 8, row: 32, matrix: 8 },
    "8 bit",
    "loaded so from BF16",
    DEFINED,
    "2026-11-22",
  ),
  row(
    "gptq-8bit",
    "GPTQ 8-bit, groups of 128",
    LINEAR,
    { value: 8, groupLength: 128, group: 16 + 8, column: 32 },
    "16 bit",
    "GPTQModel",
    DEFINED,
    "2026-11-22",
  ),
  row("mlx-8bit", "MLX 8-bit, groups of 64", EVERYTHING, affine(8), "16 bit", mlx, MLX_SOURCE, "2026-08-22"),
  row("mlx-6bit", "MLX 6-bit, groups of 64", EVERYTHING, affine(6), "16 bit", mlx, MLX_SOURCE, "2026-08-22"),
  row("mlx-5bit", "MLX 5-bit, groups of 64", EVERYTHING, affine(5), "16 bit", mlx, MLX_SOURCE, "2026-08-22"),
  row("mlx-3bit", "MLX 3-bit, groups of 64", EVERYTHING, affine(3), "16 bit", mlx, MLX_SOURCE, "2026-08-22"),
  exl2(5),
  exl2(4),

  {
    ...row("exl3-6bpw", "EXL3 6.0 bpw", exl3Parts(), trellis(6), "16 bit", exl3, EXL3_SOURCE, "2026-11-22"),
    outputBits: trellis(6),
  },
  row(
    "bnb-nf4",
    "NF4 (bitsandbytes)",
    LINEAR,
    { value: 4, groupLength: 64, group: 32, matrix: 154 * 8 },
    "16 bit",
    "loaded so from BF16",
    DEFINED,
    "2026-11-22",
  ),
  row(
    "bnb-nf4-double",
    "NF4 (bitsandbytes), double",
    LINEAR,
    { value: 4, groupLength: 64, group: 8 + 32 / 256, matrix: (64 + 1024 + 120) * 8 },
    "16 bit",
    "loaded so from BF16",
    DEFINED,
    "2026-11-22",
  ),
  row(
    "nvfp4",
    "NVFP4, all linear layers",
    LINEAR,
    { value: 4, groupLength: 16, group: 8, matrix: 64 },
    "4 bit",
    modelopt,
    "modelopt and compressed-tensors; scales FP8 a group of 16",
    "2026-11-22",
  ),
  row(
    "nvfp4-ffn",
    "NVFP4, feed-forward only",
    ["feed-forward", "experts"],
    { value: 4, groupLength: 16, group: 8, matrix: 64 },
    "4 bit",
    `${modelopt}, attention excluded`,
    "hf_quant_config.json of Gemma-4-31B-IT-NVFP4 and MiniMax-M2.7-NVFP4",
    "2026-11-22",
  ),
  {
    ...row(
      "mxfp4",
      "MXFP4 (experts)",
      ["experts"],
      { value: 4, groupLength: 32, group: 8 },
      "16 bit",
      "the publisher",
      "OCP Microscaling Formats 1.0; gpt-oss checkpoints",
      "2026-11-22",
    ),
    onlyFor: { architectures: ["gpt-oss", "deepseek4"], because: "only for models that were trained for it" },
  },
  row(
    "mlx-mxfp4",
    "MLX MXFP4",
    EVERYTHING,
    { value: 4, groupLength: 32, group: 8 },
    "16 bit",
    `${mlx} --q-mode mxfp4`,
    "MLX documentation, mlx.core.quantize",
    "2026-11-22",
  ),
  row("mlx-4bit", "MLX 4-bit, groups of 64", EVERYTHING, affine(4), "16 bit", mlx, MLX_SOURCE, "2026-08-22"),
  row(
    "w4a16-g32",
    "INT4 W4A16, groups of 32",
    LINEAR,
    { value: 4, groupLength: 32, group: 16, matrix: 128 },
    "16 bit",
    compressor,
    DEFINED,
    "2026-11-22",
  ),
  row(
    "gptq",
    "GPTQ 4-bit, groups of 128",
    LINEAR,
    { value: 4, groupLength: 128, group: 16 + 4, column: 32 },
    "16 bit",
    "GPTQModel",
    DEFINED,
    "2026-11-22",
  ),
  row(
    "awq",
    "AWQ 4-bit, groups of 128",
    LINEAR,
    { value: 4, groupLength: 128, group: 16 + 4 },
    "16 bit",
    "AutoAWQ, llm-compressor",
    DEFINED,
    "2026-11-22",
  ),
  row(
    "w4a16",
    "INT4 W4A16, groups of 128",
    LINEAR,
    { value: 4, groupLength: 128, group: 16, matrix: 128 },
    "16 bit",
    compressor,
    DEFINED,
    "2026-11-22",
  ),
  {
    ...row("exl3-5bpw", "EXL3 5.0 bpw", exl3Parts(), trellis(5), "16 bit", exl3, EXL3_SOURCE, "2026-11-22"),
    outputBits: trellis(6),
  },
  {
    ...row("exl3-4bpw", "EXL3 4.0 bpw", exl3Parts(), trellis(4), "16 bit", exl3, EXL3_SOURCE, "2026-11-22"),
    outputBits: trellis(6),
  },
  {
    ...row("exl3-3bpw", "EXL3 3.0 bpw", exl3Parts(), trellis(3), "16 bit", exl3, EXL3_SOURCE, "2026-11-22"),
    outputBits: trellis(6),
  },
];

/** ExLlamaV2 mixes widths within a matrix: the average is what was asked for, scales and all. Its output matrix takes 6 bits. */
function exl2(value: number): ServerScheme {
  return {
    ...row(
      `exl2-${value}bpw`,
      `EXL2 ${value}.0 bpw`,
      exl3Parts(),
      { value },
      "16 bit",
      "exllamav2's convert.py",
      "exllamav2 `doc/convert.md`",
      "2026-11-22",
    ),
    outputBits: { value: 6 },
    onlyFor: {
      architectures: ["llama", "qwen2", "qwen3", "gemma2", "phi3", "command-r"],
      because: "ExLlamaV2's format, made for older architectures; EXL3 has taken its place",
    },
  };
}

function exl3Parts(): readonly ServerPart[] {
  return ["output", ...LINEAR];
}

function row(
  id: string,
  title: string,
  packed: readonly ServerPart[],
  bits: PackedBits,
  activations: ServerScheme["activations"],
  madeWith: string,
  source: string,
  date: string,
): ServerScheme {
  return { id, title, packed, bits, activations, madeWith, source, date };
}
