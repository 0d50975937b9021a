import { LoadoutError } from "../errors/index.ts";
import type { HeaderCursor } from "./header-cursor.ts";
import { readName } from "./gguf-value-read.ts";
import { LIMITS } from "./limits.ts";
import type { Tensor } from "./tensor.ts";
import { ggmlTypeOfId, REMOVED_GGML_TYPES, rowBytes, type TensorType } from "./tensor-types.ts";

/** A tensor as its info stands in the header: the offset still counts from the start of the data. */
export interface TensorInfo {
  readonly name: string;
  readonly type: TensorType;
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly dataOffset: number;
}

export async function readTensorInfo(cursor: HeaderCursor, index: number): Promise<TensorInfo> {
  const name = await readName(cursor, `tensor ${index}`, LIMITS.tensorNameBytes);
  const place = `tensor "${name}"`;
  if (!cursor.has(4)) await cursor.load(4, place);
  const dimensions = cursor.u32();
  if (dimensions > LIMITS.dimensions) {
    throw cursor.over(place, `${LIMITS.dimensions} dimensions`, dimensions, cursor.position - 4);
  }
  const rest = dimensions * cursor.lengthBytes + 4 + 8;
  if (!cursor.has(rest)) await cursor.load(rest, place);
  const shape = readShape(cursor, place, dimensions);
  const type = readTensorType(cursor, place);
  const bytes = storedBytes(cursor, place, type, shape);
  const offset = cursor.u64();
  if (typeof offset === "bigint") throw cursor.over(place, "an offset of 2^53", offset.toString(), cursor.position - 8);
  return { name, type, shape, bytes, dataOffset: offset };
}

function readShape(cursor: HeaderCursor, place: string, dimensions: number): number[] {
  const shape: number[] = [];
  let elements = 1;
  for (let dimension = 0; dimension < dimensions; dimension++) {
    const at = cursor.position;
    const length = cursor.length();
    if (length === 0) throw cursor.bad(place, `a length of dimension ${dimension}`, 0, at);
    elements *= length;
    if (!Number.isSafeInteger(elements)) {
      throw cursor.over(place, "2^53 elements", [...shape, length].join(" x "), at);
    }
    shape.push(length);
  }
  return shape;
}

function readTensorType(cursor: HeaderCursor, place: string): TensorType {
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
    place,
    at,
    expected: "a known tensor type",
    got,
    advice,
  });
}

function storedBytes(cursor: HeaderCursor, place: string, type: TensorType, shape: readonly number[]): number {
  const row = shape[0] ?? 1;
  if (row % type.blockLength !== 0) {
    throw cursor.bad(place, `rows of whole blocks of ${type.blockLength} (${type.name})`, `rows of ${row}`);
  }
  const rows = shape.slice(1).reduce((product, length) => product * length, 1);
  const bytes = rows * rowBytes(type, row);
  if (Number.isSafeInteger(bytes)) return bytes;
  throw cursor.over(place, "2^53 bytes", `${shape.join(" x ")} of ${type.name}`);
}

interface DataPart {
  readonly file: string;
  readonly size: number;
  readonly dataOffset: number;
  readonly alignment: number;
}

/** Sets the tensors into their file: aligned, one after another, none past its end. */
export function placeTensors(infos: readonly TensorInfo[], part: DataPart): Tensor[] {
  const tensors = infos.map((info) => ({
    name: info.name,
    type: info.type.name,
    shape: info.shape,
    bytes: info.bytes,
    offset: part.dataOffset + info.dataOffset,
    file: 0,
  }));
  const inOrder = tensors.toSorted((a, b) => a.offset - b.offset);
  let end = part.dataOffset;
  let before: Tensor | undefined;
  for (const tensor of inOrder) {
    checkPlace(tensor, before, end, part);
    end = tensor.offset + tensor.bytes;
    before = tensor;
  }
  if (end > part.size) {
    throw new LoadoutError("weights-truncated", {
      file: part.file,
      got: part.size,
      expected: end,
      place: `tensor "${inOrder.find(({ offset, bytes }) => offset + bytes > part.size)?.name}"`,
    });
  }
  return tensors;
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
