import { ByteWriter } from "./byte-writer.ts";
import { type GgufElement, type NumberType, VALUE_TYPES, type ValueType } from "./gguf-value.ts";
import type { Tensor } from "./tensor.ts";
import { rowBytes, TENSOR_TYPES } from "./tensor-types.ts";

/** A value to write, with the type it gets in the file. */
export type DraftValue =
  | { readonly type: NumberType; readonly value: number | bigint }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "string"; readonly value: string }
  | DraftArray;

export type DraftArray =
  | { readonly type: "array"; readonly of: Exclude<ValueType, "array">; readonly values: readonly GgufElement[] }
  | { readonly type: "array"; readonly of: "array"; readonly values: readonly DraftArray[] };

/** A tensor before it has a place: only its name, type and shape go into a header. */
export type DraftTensor = Pick<Tensor, "name" | "type" | "shape">;

export interface GgufDraft {
  readonly metadata: Iterable<readonly [key: string, value: DraftValue]>;
  readonly tensors: readonly DraftTensor[];
  /** 3 unless tests want an old one */
  readonly version?: 1 | 2 | 3;
  readonly littleEndian?: boolean;
}

export interface GgufHeader {
  /** the file up to its tensor data, padding included */
  readonly header: Uint8Array<ArrayBuffer>;
  /** size of the whole file: a sparse file of this size that starts with the header is a whole GGUF without weights */
  readonly fileBytes: number;
  /** the tensors at their places */
  readonly tensors: readonly Tensor[];
}

/** The header of a GGUF file for any metadata and tensors. Tensors follow one another, each aligned. */
export function writeGguf({ metadata, tensors, version = 3, littleEndian = true }: GgufDraft): GgufHeader {
  const writer = new ByteWriter(littleEndian);
  const length = version === 1 ? (value: number) => writer.u32(value) : (value: number) => writer.u64(value);
  const text = (value: string) => {
    const bytes = writer.text(value);
    length(bytes.byteLength);
    writer.raw(bytes);
  };
  const entries = [...metadata];
  const alignment = alignmentOf(entries);

  writer.raw(writer.text("GGUF"));
  writer.u32(version);
  length(tensors.length);
  length(entries.length);
  for (const [key, value] of entries) {
    text(key);
    writer.u32(VALUE_TYPES.indexOf(value.type));
    writeValue(value);
  }
  const placed = place(tensors, alignment);
  for (const { name, type, shape, offset } of placed) {
    text(name);
    writer.u32(shape.length);
    for (const elements of shape) length(elements);
    writer.u32(TENSOR_TYPES.get(type)?.ggmlId ?? -1);
    writer.u64(offset);
  }
  writer.pad(alignment);

  const start = writer.length;
  const last = placed.at(-1);
  return {
    header: writer.bytes(),
    fileBytes: start + (last ? align(last.offset + last.bytes, alignment) : 0),
    tensors: placed.map((tensor) => ({ ...tensor, offset: start + tensor.offset })),
  };

  function writeValue(value: DraftValue): void {
    if (value.type === "array") return writeArray(value);
    if (value.type === "string") return text(value.value);
    if (value.type === "bool") return writer.u8(value.value ? 1 : 0);
    writeNumber(value.type, value.value);
  }

  function writeArray(array: DraftArray): void {
    writer.u32(VALUE_TYPES.indexOf(array.of));
    length(array.values.length);
    if (array.of === "array") for (const inner of array.values) writeArray(inner);
    else for (const element of array.values) writeElement(array.of, element);
  }

  function writeElement(type: NumberType | "bool" | "string", element: GgufElement): void {
    if (typeof element === "string") text(element);
    else if (typeof element === "boolean") writer.u8(element ? 1 : 0);
    else if (type !== "string" && type !== "bool") writeNumber(type, element);
  }

  function writeNumber(type: NumberType, value: number | bigint): void {
    if (type === "u64" || type === "i64") writer[type](value);
    else writer[type](Number(value));
  }
}

/** Offsets count from the start of the data. */
function place(tensors: readonly DraftTensor[], alignment: number): Tensor[] {
  let offset = 0;
  return tensors.map(({ name, type, shape }) => {
    const bytes = tensorBytes(type, shape);
    const placed = { name, type, shape, bytes, offset, file: 0 };
    offset = align(offset + bytes, alignment);
    return placed;
  });
}

/** Stored bytes of a tensor of a ggml type. */
export function tensorBytes(type: string, shape: readonly number[]): number {
  const row = TENSOR_TYPES.get(type);
  if (!row) throw new RangeError(`no ggml type is called "${type}"`);
  const [elements = 1, ...others] = shape;
  return others.reduce((product, length) => product * length, 1) * rowBytes(row, elements);
}

function alignmentOf(entries: readonly (readonly [string, DraftValue])[]): number {
  const value = entries.find(([key]) => key === "general.alignment")?.[1];
  // A damaging alignment is written as asked, for tests; nothing can be laid out by it.
  return value && "value" in value && typeof value.value === "number" && value.value > 0 ? value.value : 32;
}

function align(bytes: number, alignment: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
