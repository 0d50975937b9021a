/**
 * Every tensor type there is, one row each. A row of elements is stored in blocks along the fastest dimension:
 * `bytes = elements / blockLength * blockBytes`. Bits per weight follow from the two and are never typed in.
 * Sources: `ggml/include/ggml.h` (ids) and the block structs of `ggml/src/ggml-common.h`, llama.cpp b11434 (October 2026);
 * the dtype list of the `safetensors` crate 0.7 (`tensor.rs`).
 */
export interface TensorType {
  readonly name: string;
  /** elements of one block */
  readonly blockLength: number;
  /** stored bytes of one block */
  readonly blockBytes: number;
  /** number in a GGUF tensor info, absent for types only safetensors has */
  readonly ggmlId?: number;
  /** what a block holds */
  readonly block: string;
  /** made at run time for the other operand of a product; never in a file */
  readonly activationsOnly?: true;
}

/** ggml types, keyed by the name used everywhere ("Q4_K", "BF16"). QK = elements a block. */
export const TENSOR_TYPES: ReadonlyMap<string, TensorType> = table([
  ["F32", 0, 1, 4, "IEEE single"],
  ["F16", 1, 1, 2, "IEEE half"],
  ["Q4_0", 2, 32, 2 + 16, "f16 scale, 4-bit values"],
  ["Q4_1", 3, 32, 2 + 2 + 16, "f16 scale and minimum, 4-bit values"],
  ["Q5_0", 6, 32, 2 + 4 + 16, "f16 scale, fifth bits, 4-bit values"],
  ["Q5_1", 7, 32, 2 + 2 + 4 + 16, "f16 scale and minimum, fifth bits, 4-bit values"],
  ["Q8_0", 8, 32, 2 + 32, "f16 scale, int8 values"],
  ["Q8_1", 9, 32, 2 + 2 + 32, "f16 scale and sum, int8 values", true],
  ["Q2_K", 10, 256, 16 + 64 + 2 + 2, "4-bit scales and minimums, 2-bit values, f16 scales of them"],
  ["Q3_K", 11, 256, 32 + 64 + 12 + 2, "third bits, 2-bit values, 6-bit scales, f16 scale"],
  ["Q4_K", 12, 256, 2 + 2 + 12 + 128, "f16 scales, 6-bit scales and minimums, 4-bit values"],
  ["Q5_K", 13, 256, 2 + 2 + 12 + 32 + 128, "as Q4_K with fifth bits"],
  ["Q6_K", 14, 256, 128 + 64 + 16 + 2, "4-bit values, upper bits, int8 scales, f16 scale"],
  ["Q8_K", 15, 256, 4 + 256 + 2 * 16, "f32 scale, int8 values, int16 sums", true],
  ["IQ2_XXS", 16, 256, 2 + 64, "f16 scale, grid indices and signs"],
  ["IQ2_XS", 17, 256, 2 + 64 + 8, "f16 scale, grid indices, scales"],
  ["IQ3_XXS", 18, 256, 2 + 64 + 32, "f16 scale, grid indices, signs and scales"],
  ["IQ1_S", 19, 256, 2 + 32 + 16, "f16 scale, grid indices, upper bits and scales"],
  ["IQ4_NL", 20, 32, 2 + 16, "f16 scale, 4-bit indices into a non-linear table"],
  ["IQ3_S", 21, 256, 2 + 64 + 8 + 32 + 4, "f16 scale, grid indices, upper bits, signs, scales"],
  ["IQ2_S", 22, 256, 2 + 64 + 8 + 8, "f16 scale, grid indices and signs, upper bits, scales"],
  ["IQ4_XS", 23, 256, 2 + 2 + 4 + 128, "f16 scale, 6-bit scales, 4-bit indices"],
  ["I8", 24, 1, 1, "signed integer"],
  ["I16", 25, 1, 2, "signed integer"],
  ["I32", 26, 1, 4, "signed integer"],
  ["I64", 27, 1, 8, "signed integer"],
  ["F64", 28, 1, 8, "IEEE double"],
  ["IQ1_M", 29, 256, 32 + 16 + 8, "grid indices, upper bits, scales with the f16 scale spread over them"],
  ["BF16", 30, 1, 2, "brain float"],
  ["TQ1_0", 34, 256, 48 + 4 + 2, "ternary values, five a byte, f16 scale"],
  ["TQ2_0", 35, 256, 64 + 2, "ternary values in 2 bits, f16 scale"],
  ["MXFP4", 39, 32, 1 + 16, "E8M0 scale, E2M1 values"],
  ["NVFP4", 40, 64, 4 + 32, "four UE4M3 scales, E2M1 values"],
  ["Q1_0", 41, 128, 2 + 16, "f16 scale, sign bits"],
  ["Q2_0", 42, 64, 2 + 16, "f16 scale, 2-bit values"],
]);

/** Types that GGUF files of 2023 and 2024 may hold and no engine of today reads, by id. Same sources. */
export const REMOVED_GGML_TYPES: ReadonlyMap<number, string> = new Map([
  [4, "Q4_2"],
  [5, "Q4_3"],
  [31, "Q4_0_4_4"],
  [32, "Q4_0_4_8"],
  [33, "Q4_0_8_8"],
  [36, "IQ4_NL_4_4"],
  [37, "IQ4_NL_4_8"],
  [38, "IQ4_NL_8_8"],
]);

/**
 * safetensors dtypes by the name in the file's header. Sub-byte dtypes are packed: F4 two a byte, the F6 kinds four in
 * three bytes.
 */
export const SAFETENSORS_TYPES: ReadonlyMap<string, TensorType> = new Map(
  (
    [
      ["BOOL", 1, 1, "one byte a value"],
      ["F4", 2, 1, "E2M1, two a byte"],
      ["F6_E2M3", 4, 3, "four in three bytes"],
      ["F6_E3M2", 4, 3, "four in three bytes"],
      ["U8", 1, 1, "unsigned integer"],
      ["I8", 1, 1, "signed integer"],
      ["F8_E5M2", 1, 1, "8-bit float"],
      ["F8_E4M3", 1, 1, "8-bit float"],
      ["F8_E4M3FNUZ", 1, 1, "8-bit float without negative zero"],
      ["F8_E5M2FNUZ", 1, 1, "8-bit float without negative zero"],
      ["F8_E8M0", 1, 1, "power of two"],
      ["I16", 1, 2, "signed integer"],
      ["U16", 1, 2, "unsigned integer"],
      ["F16", 1, 2, "IEEE half"],
      ["BF16", 1, 2, "brain float"],
      ["I32", 1, 4, "signed integer"],
      ["U32", 1, 4, "unsigned integer"],
      ["F32", 1, 4, "IEEE single"],
      ["F64", 1, 8, "IEEE double"],
      ["I64", 1, 8, "signed integer"],
      ["U64", 1, 8, "unsigned integer"],
      ["C64", 1, 8, "two IEEE singles"],
    ] as const
  ).map(([name, blockLength, blockBytes, block]) => [name, { name, blockLength, blockBytes, block }]),
);

const BY_ID: ReadonlyMap<number, TensorType> = new Map(
  [...TENSOR_TYPES.values()].map((type) => [type.ggmlId ?? -1, type]),
);

/** The ggml type of a GGUF id, `undefined` for ids that are unknown or removed. */
export function ggmlTypeOfId(id: number): TensorType | undefined {
  return BY_ID.get(id);
}

/** The row of a ggml type as people and engines write it: "q4_k", "Q4_K" and the cache type "f16" all name one. */
export function tensorType(name: string): TensorType | undefined {
  return TENSOR_TYPES.get(name) ?? TENSOR_TYPES.get(name.toUpperCase());
}

/** Bits one element costs, scales included. */
export function bitsPerWeight(type: TensorType): number {
  return (type.blockBytes * 8) / type.blockLength;
}

/** Bytes of one row of `elements`, which must be whole blocks. */
export function rowBytes(type: TensorType, elements: number): number {
  return (elements / type.blockLength) * type.blockBytes;
}

type Row = [name: string, ggmlId: number, blockLength: number, blockBytes: number, block: string, activations?: true];

function table(rows: Row[]): Map<string, TensorType> {
  return new Map(
    rows.map(([name, ggmlId, blockLength, blockBytes, block, activationsOnly]) => [
      name,
      { name, ggmlId, blockLength, blockBytes, block, ...(activationsOnly && { activationsOnly }) },
    ]),
  );
}
