import type { Tensor } from "../tensor.ts";
import type { Declared } from "./declared.ts";

/** What a quantized module holds. */
export interface Packed {
  /** weights before they were quantized */
  readonly weights: number;
  /** bits a value is stored in, without scales */
  readonly bits: number;
  /** weights that share a scale; absent: a whole row, or all */
  readonly groupLength?: number;
}

/** How one format stores a matrix: which tensors stand in its place, and how many weights they are. */
export interface LayoutRow {
  readonly scheme: string;
  /** types of the parts that must be there; an empty list takes any */
  readonly parts: Readonly<Record<string, readonly string[]>>;
  /** `undefined` where the shapes are not this format's */
  readonly unpack: (parts: ReadonlyMap<string, Tensor>, declared: Declared | undefined) => Packed | undefined;
}

const F8 = ["F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ"];
const HALF = ["F16", "BF16", "F32"];

/**
 * In order: the first whose parts are all there. Shapes are fastest dimension first, so that a matrix is `[in, out]`.
 * Sources: `qlinear` classes of GPTQModel and AutoAWQ; compressed-tensors `compressors/` (PyPI 0.12); modelopt's export of
 * `hf_quant_config.json`; the Transformers quantizers for fp8, mxfp4 and bitsandbytes (5.0); DeepSeek-V3's and -V4's
 * inference code; ExLlamaV2 `linear.py` and ExLlamaV3 `quant/exl3.py`; MLX `nn/layers/quantized.py`; HQQ `core/quantize.py`.
 */
export const LAYOUTS: readonly LayoutRow[] = [
  {
    scheme: "exl2",
    parts: { q_weight: ["I32"], q_scale: ["I32"], q_invperm: [] },
    // Rows come in groups of several widths, which only the data says: what they are together follows from the bytes.
    unpack: (parts) => {
      const words = parts.get("q_weight")!;
      const weights = elements(parts.get("q_invperm")!) * (words.shape[0] ?? 0);
      return { weights, bits: (words.bytes * 8) / weights };
    },
  },
  {
    scheme: "exl3",
    parts: { trellis: ["I16"] },
    // tiles of 16 x 16 weights, each of 16 words a bit
    unpack: (parts) => {
      const [words = 0, columns = 0, rows = 0] = parts.get("trellis")!.shape;
      return { weights: columns * rows * 256, bits: words / 16 };
    },
  },
  {
    scheme: "gptq",
    parts: { qweight: ["I32"], qzeros: ["I32"], scales: HALF },
    // Values of a column are packed along it, so that the scales are as wide as the words; AWQ packs along the row.
    unpack: (parts, declared) => {
      const [columns = 0, packed = 0] = parts.get("qweight")!.shape;
      const [wide = 0, groups = 1] = parts.get("scales")!.shape;
      if (wide !== columns) return undefined;
      const order = parts.get("g_idx");
      const bits = order ? (packed * 32) / elements(order) : (declared?.bits ?? 4);
      const rows = (packed * 32) / bits;
      return { weights: rows * columns, bits, groupLength: rows / groups };
    },
  },
  {
    scheme: "awq",
    parts: { qweight: ["I32"], qzeros: ["I32"], scales: HALF },
    unpack: (parts) => {
      const [packed = 0, rows = 0] = parts.get("qweight")!.shape;
      const [columns = 0, groups = 1] = parts.get("scales")!.shape;
      return { weights: rows * columns, bits: (packed * 32) / columns, groupLength: rows / groups };
    },
  },
  {
    scheme: "nvfp4",
    parts: { weight_packed: ["U8"], weight_scale: ["F8_E4M3"], weight_global_scale: HALF },
    unpack: (parts) => fourBits(parts, "weight_packed", "weight_scale"),
  },
  {
    scheme: "nvfp4",
    parts: { weight: ["U8", "I8", "F4"], weight_scale: ["F8_E4M3"] },
    unpack: (parts) => fourBits(parts, "weight", "weight_scale"),
  },
  {
    scheme: "mxfp4",
    parts: { blocks: ["U8"], scales: ["U8", "F8_E8M0"] },
    unpack: (parts) => fourBits(parts, "blocks", "scales"),
  },
  {
    scheme: "mxfp4",
    parts: { weight_packed: ["U8"], weight_scale: ["U8", "F8_E8M0"] },
    unpack: (parts) => fourBits(parts, "weight_packed", "weight_scale"),
  },
  {
    scheme: "mxfp4",
    parts: { weight: ["I8", "U8", "F4"], scale: ["F8_E8M0"] },
    unpack: (parts) => fourBits(parts, "weight", "scale"),
  },
  {
    scheme: "packed-int",
    parts: { weight_packed: ["I32"], weight_scale: HALF },
    // Where neither the configuration nor a group tells the width, four bits are what everyone packs.
    unpack: (parts, declared) => {
      const words = parts.get("weight_packed")!;
      const [groups = 1] = parts.get("weight_scale")!.shape;
      const bits = declared?.bits ?? 4;
      const weights = (elements(words) * 32) / bits;
      const columns = ((words.shape[0] ?? 0) * 32) / bits;
      return { weights, bits, ...(groups > 1 && { groupLength: columns / groups }) };
    },
  },
  {
    scheme: "mxfp8",
    parts: { weight: F8, weight_scale: ["U8", "F8_E8M0"] },
    unpack: (parts) => wholeBytes(parts, "weight_scale"),
  },
  {
    scheme: "fp8-block",
    parts: { weight: F8, weight_scale_inv: [] },
    unpack: (parts) => wholeBytes(parts, "weight_scale_inv"),
  },
  { scheme: "fp8-block", parts: { weight: F8, scale: [] }, unpack: (parts) => wholeBytes(parts, "scale") },
  { scheme: "fp8", parts: { weight: F8, weight_scale: [] }, unpack: (parts) => wholeBytes(parts, "weight_scale") },
  { scheme: "fp8", parts: { weight: F8 }, unpack: (parts) => ({ weights: elements(parts.get("weight")!), bits: 8 }) },
  {
    scheme: "int8",
    parts: { weight: ["I8"], SCB: [] },
    unpack: (parts) => ({ weights: elements(parts.get("weight")!), bits: 8 }),
  },
  { scheme: "int8", parts: { weight: ["I8"], weight_scale: [] }, unpack: (parts) => wholeBytes(parts, "weight_scale") },
  {
    scheme: "bnb-4bit",
    parts: { weight: ["U8"], "weight.absmax": [] },
    unpack: (parts) => {
      const weights = 2 * elements(parts.get("weight")!);
      return { weights, bits: 4, groupLength: weights / elements(parts.get("weight.absmax")!) };
    },
  },
  {
    scheme: "mlx",
    parts: { weight: ["U32"], scales: [] },
    unpack: (parts, declared) => {
      const [packed = 0] = parts.get("weight")!.shape;
      const [groups = 1] = parts.get("scales")!.shape;
      const groupLength = declared?.groupLength ?? 64;
      const columns = groups * groupLength;
      return {
        weights: (elements(parts.get("weight")!) / packed) * columns,
        bits: (packed * 32) / columns,
        groupLength,
      };
    },
  },
  {
    scheme: "hqq",
    parts: { W_q: [], scale: [] },
    unpack: (parts, declared) => {
      const stored = parts.get("W_q")!;
      const bits = declared?.bits ?? 4;
      const weights = (stored.bytes * 8) / bits;
      return { weights, bits, groupLength: weights / elements(parts.get("scale")!) };
    },
  },
];

/** Two values a byte: words of other types hold as many as they are long. */
function fourBits(parts: ReadonlyMap<string, Tensor>, data: string, scales: string): Packed {
  const weights = parts.get(data)!.bytes * 2;
  return { weights, bits: 4, groupLength: weights / elements(parts.get(scales)!) };
}

/** One value a byte, with scales for all, for rows or for blocks; of a block, its length along the row. */
function wholeBytes(parts: ReadonlyMap<string, Tensor>, scales: string): Packed {
  const weight = parts.get("weight")!;
  const scale = parts.get(scales)!;
  const [columns = 1] = weight.shape;
  const [groups = 1] = scale.shape;
  const blocks = scale.shape.length > 1 && groups > 1;
  return { weights: elements(weight), bits: 8, ...(blocks && { groupLength: roundUp(columns / groups) }) };
}

/** The last block of a row may be short: the length is the power of two above. */
function roundUp(length: number): number {
  return 2 ** Math.ceil(Math.log2(length));
}

function elements({ shape }: Tensor): number {
  return shape.reduce((product, length) => product * length, 1);
}
