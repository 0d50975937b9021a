import { LoadoutError } from "../errors/index.ts";
import type { JsonCursor } from "./json-cursor.ts";
import { LIMITS } from "./limits.ts";
import type { Tensor } from "./tensor.ts";
import { rowBytes, SAFETENSORS_TYPES, type TensorType } from "./tensor-types.ts";

/** One entry of a header, its offset still counted from the start of the data. */
export function readEntry(cursor: JsonCursor, name: string, index: number): Tensor {
  if (index === LIMITS.safetensorsTensors) throw cursor.over("the header", LIMITS.safetensorsTensors, "more tensors");
  if (name.length > LIMITS.safetensorsNameBytes) {
    throw cursor.over(`tensor ${index}`, `a name of ${LIMITS.safetensorsNameBytes} bytes`, name.length);
  }
  const place = `tensor "${name}"`;
  let type: TensorType | undefined;
  let lengths: number[] | undefined;
  let offsets: number[] | undefined;
  cursor.object(place, (key) => {
    if (key === "dtype") type = typeOf(cursor, place);
    else if (key === "shape") lengths = cursor.numbers(`the shape of ${place}`, LIMITS.safetensorsDimensions);
    else if (key === "data_offsets") offsets = cursor.numbers(`the place of ${place}`, 2);
    else cursor.skip(place);
  });
  if (!type) throw cursor.bad(place, '"dtype"', "none");
  if (!lengths) throw cursor.bad(place, '"shape"', "none");
  const [start, end] = offsets ?? [];
  if (start === undefined || end === undefined) throw cursor.bad(place, '"data_offsets" from and to', "none");
  // Headers name the slowest dimension first.
  const shape = lengths.toReversed();
  const bytes = storedBytes(cursor, place, type, shape);
  if (end - start !== bytes) {
    throw cursor.bad(place, `${bytes} bytes (${lengths.join(" x ")} of ${type.name})`, `${start} to ${end}`);
  }
  return { name, type: type.name, shape, bytes, offset: start, file: 0 };
}

function typeOf(cursor: JsonCursor, place: string): TensorType {
  const name = cursor.string(`the type of ${place}`);
  const type = SAFETENSORS_TYPES.get(name);
  if (type) return type;
  throw cursor.bad(place, `one of ${[...SAFETENSORS_TYPES.keys()].join(", ")}`, `"${name.slice(0, 40)}"`);
}

function storedBytes(cursor: JsonCursor, place: string, type: TensorType, shape: readonly number[]): number {
  const elements = shape.reduce((product, length) => product * length, 1);
  if (!Number.isSafeInteger(elements)) throw cursor.over(place, "2^53 elements", shape.join(" x "));
  // Unlike ggml's, packed values may go over the end of a row; only all of them must be whole bytes.
  if (elements % type.blockLength !== 0) {
    throw cursor.bad(place, `a multiple of ${type.blockLength} values (${type.name})`, elements);
  }
  const bytes = rowBytes(type, elements);
  if (Number.isSafeInteger(bytes)) return bytes;
  throw cursor.over(place, "2^53 bytes", `${shape.join(" x ")} of ${type.name}`);
}

interface DataPart {
  readonly file: string;
  readonly size: number;
  readonly dataOffset: number;
}

/** Sets the tensors into their file, in the order they lie there: one after another up to its end. */
export function placeSafetensors(tensors: readonly Tensor[], { file, size, dataOffset }: DataPart): Tensor[] {
  const placed = tensors
    .map((tensor) => ({ ...tensor, offset: tensor.offset + dataOffset }))
    .toSorted((a, b) => a.offset - b.offset || a.bytes - b.bytes);
  let end = dataOffset;
  let other = "the header";
  let cut: Tensor | undefined;
  for (const tensor of placed) {
    const place = `tensor "${tensor.name}"`;
    if (tensor.offset < end)
      throw new LoadoutError("weights-overlap", { file, place, expected: end, got: tensor.offset, other });
    if (tensor.offset > end) {
      const got = `a hole of ${tensor.offset - end} bytes before it`;
      throw new LoadoutError("weights-value", { file, place, at: end, expected: "data without holes", got });
    }
    end += tensor.bytes;
    other = tensor.name;
    if (end > size) cut ??= tensor;
  }
  if (cut)
    throw new LoadoutError("weights-truncated", { file, got: size, expected: end, place: `tensor "${cut.name}"` });
  if (end < size) {
    const got = `${size - end} more bytes`;
    throw new LoadoutError("weights-value", { file, place: "the data", at: end, expected: "the end of the file", got });
  }
  return placed;
}
