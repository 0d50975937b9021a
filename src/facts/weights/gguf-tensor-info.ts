import { LoadoutError } from "../errors/index.ts";
import type { HeaderCursor } from "./header-cursor.ts";
import { checkNameLength } from "./gguf-value-read.ts";
import { LIMITS } from "./limits.ts";
import type { Tensor } from "./tensor.ts";
import { ggmlTypeOfId, REMOVED_GGML_TYPES, rowBytes, type TensorType } from "./tensor-types.ts";

/** A tensor while its set is still being laid out. A header may hold 10^5 of them: one object each, and no other. */
export type PlacedTensor = { -readonly [Key in keyof Tensor]: Tensor[Key] };

/** The most that one info can take: a window of so many bytes, or to the end of the file, is read without waiting. */
export const INFO_BYTES = 8 + LIMITS.tensorNameBytes + 4 + LIMITS.dimensions * 8 + 4 + 8;

/** One info, its offset still counted from the start of the data. The cursor must hold {@link INFO_BYTES} where there are. */
export function readTensorInfo(cursor: HeaderCursor, index: number): PlacedTensor {
  const name = readTensorName(cursor, index);
  if (!cursor.has(4)) throw cursor.missing(4, placeOf(name));
  const dimensions = cursor.u32();
  if (dimensions > LIMITS.dimensions) {
    throw cursor.over(placeOf(name), `${LIMITS.dimensions} dimensions`, dimensions, cursor.position - 4);
  }
  const rest = dimensions * cursor.lengthBytes + 4 + 8;
  if (!cursor.has(rest)) throw cursor.missing(rest, placeOf(name));
  const shape = readShape(cursor, name, dimensions);
  const type = readTensorType(cursor, name);
  const bytes = storedBytes(cursor, name, type, shape);
  const at = cursor.position;
  const offset = cursor.wide();
  if (!Number.isSafeInteger(offset)) throw cursor.over(placeOf(name), "an offset of 2^53", offset, at);
  return { name, type: type.name, shape, bytes, offset, file: 0 };
}

/** Lengths as they are read; a slice of it has room for no more than it holds, which an array that grew has not. */
const lengths = [0, 0, 0, 0];

function placeOf(name: string): string {
  return `tensor "${name}"`;
}

function readTensorName(cursor: HeaderCursor, index: number): string {
  if (!cursor.has(cursor.lengthBytes)) throw cursor.missing(cursor.lengthBytes, `tensor ${index}`);
  const at = cursor.position;
  const bytes = cursor.length();
  if (bytes === 0 || bytes > LIMITS.tensorNameBytes) {
    checkNameLength(cursor, `tensor ${index}`, bytes, LIMITS.tensorNameBytes, at);
  }
  if (!cursor.has(bytes)) throw cursor.missing(bytes, `tensor ${index}`);
  return cursor.text(bytes, "name", "the name of a tensor");
}

function readShape(cursor: HeaderCursor, name: string, dimensions: number): number[] {
  let elements = 1;
  for (let dimension = 0; dimension < dimensions; dimension++) {
    const at = cursor.position;
    const length = cursor.length();
    if (length === 0) throw cursor.bad(placeOf(name), `a length of dimension ${dimension}`, 0, at);
    elements *= length;
    lengths[dimension] = length;
    if (!Number.isSafeInteger(elements)) {
      throw cursor.over(placeOf(name), "2^53 elements", lengths.slice(0, dimension + 1).join(" x "), at);
    }
  }
  return lengths.slice(0, dimensions);
}

function readTensorType(cursor: HeaderCursor, name: string): TensorType {
  const at = cursor.position;
  const id = cursor.u32();
  const type = ggmlTypeOfId(id);
  if (type && !type.activationsOnly) return type;
  const removed = REMOVED_GGML_TYPES.get(id);
  const got = type
    ? `${type.name}, which is for activations only`
    : removed
      ? `${removed} (id ${id}), removed in 2023-2025`
      : `id ${id}`;
  const advice = removed
    ? "Fetch a newer file of the same model: the plain type is repacked for the machine at load."
    : "The file is damaged, or made by a fork of llama.cpp with types of its own.";
  throw new LoadoutError("weights-type", {
    file: cursor.name,
    place: placeOf(name),
    at,
    expected: "a known tensor type",
    got,
    advice,
  });
}

function storedBytes(cursor: HeaderCursor, name: string, type: TensorType, shape: readonly number[]): number {
  const row = shape[0] ?? 1;
  if (row % type.blockLength !== 0) {
    throw cursor.bad(placeOf(name), `rows of whole blocks of ${type.blockLength} (${type.name})`, `rows of ${row}`);
  }
  let bytes = rowBytes(type, row);
  for (let dimension = 1; dimension < shape.length; dimension++) bytes *= shape[dimension]!;
  if (Number.isSafeInteger(bytes)) return bytes;
  throw cursor.over(placeOf(name), "2^53 bytes", `${shape.join(" x ")} of ${type.name}`);
}

interface DataPart {
  readonly file: string;
  readonly size: number;
  readonly dataOffset: number;
  readonly alignment: number;
}

/** Sets the tensors into their file: aligned, one after another, none past its end. */
export function placeTensors(tensors: readonly PlacedTensor[], part: DataPart): void {
  for (const tensor of tensors) tensor.offset += part.dataOffset;
  let end = part.dataOffset;
  let before: Tensor | undefined;
  let cut: Tensor | undefined;
  for (const tensor of inOrder(tensors)) {
    checkPlace(tensor, before, end, part);
    end = tensor.offset + tensor.bytes;
    before = tensor;
    if (end > part.size) cut ??= tensor;
  }
  if (!cut) return;
  const details = { file: part.file, got: part.size, expected: end, place: placeOf(cut.name) };
  throw new LoadoutError("weights-truncated", details);
}

/** By offset, as nearly every file has them already. */
function inOrder(tensors: readonly Tensor[]): readonly Tensor[] {
  const sorted = tensors.every((tensor, index) => index === 0 || tensors[index - 1]!.offset <= tensor.offset);
  return sorted ? tensors : tensors.toSorted((a, b) => a.offset - b.offset);
}

function checkPlace(tensor: Tensor, before: Tensor | undefined, end: number, part: DataPart): void {
  const place = `tensor "${tensor.name}"`;
  const { file } = part;
  if ((tensor.offset - part.dataOffset) % part.alignment !== 0) {
    const expected = `data aligned to ${part.alignment} bytes`;
    throw new LoadoutError("weights-value", { file, place, at: tensor.offset, expected, got: "data between" });
  }
  if (!Number.isSafeInteger(tensor.offset + tensor.bytes)) {
    throw new LoadoutError("weights-count", { file, place, at: tensor.offset, expected: "2^53 bytes", got: "more" });
  }
  if (tensor.offset < end) {
    throw new LoadoutError("weights-overlap", { file, place, expected: end, got: tensor.offset, other: before?.name });
  }
}
