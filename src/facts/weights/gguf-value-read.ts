import {
  type GgufElement,
  type GgufValue,
  type NumberType,
  type SteppedOver,
  VALUE_BYTES,
  VALUE_TYPES,
  type ValueType,
} from "./gguf-value.ts";
import type { HeaderCursor } from "./header-cursor.ts";
import { LIMITS } from "./limits.ts";

/** How many array elements the file may still have kept for it. */
export interface Keeper {
  elementsLeft: number;
}

/** A metadata key: not empty, within its limit, well-formed UTF-8. */
export async function readKey(cursor: HeaderCursor, place: string): Promise<string> {
  const bytes = await readLength(cursor, place);
  checkNameLength(cursor, place, bytes, LIMITS.keyBytes, cursor.position - cursor.lengthBytes);
  if (!cursor.has(bytes)) await cursor.load(bytes, place);
  return cursor.text(bytes, "name", place);
}

export function checkNameLength(cursor: HeaderCursor, place: string, bytes: number, limit: number, at: number): void {
  if (bytes === 0) throw cursor.bad(place, "a name", "an empty one", at);
  if (bytes > limit) throw cursor.over(place, `a name of ${limit} bytes`, `${bytes} bytes`, at);
}

export async function readValue(cursor: HeaderCursor, place: string, keeper: Keeper): Promise<GgufValue> {
  const type = await readType(cursor, place);
  if (type === "array") return readArray(cursor, place, keeper);
  if (type === "string") {
    const text = await readString(cursor, place);
    return typeof text === "string" ? { type, value: text } : text;
  }
  const width = VALUE_BYTES[type];
  if (!cursor.has(width)) await cursor.load(width, place);
  return type === "bool" ? { type, value: readFlag(cursor, place) } : { type, value: cursor[type]() };
}

async function readString(cursor: HeaderCursor, place: string): Promise<string | SteppedOver> {
  const bytes = await readLength(cursor, place);
  if (bytes > LIMITS.keptStringBytes) {
    const offset = cursor.position;
    cursor.skip(bytes, place);
    return { type: "long-string", offset, bytes };
  }
  if (!cursor.has(bytes)) await cursor.load(bytes, place);
  return cursor.text(bytes, "text", place);
}

async function readArray(cursor: HeaderCursor, place: string, keeper: Keeper): Promise<GgufValue> {
  const of = await readType(cursor, place);
  const count = await readArrayCount(cursor, place, of);
  const offset = cursor.position;
  if (of === "array" || count > Math.min(LIMITS.keptElements, keeper.elementsLeft)) {
    await stepOver(cursor, place, of, count, 1);
    return { type: "array", of, count, offset };
  }
  keeper.elementsLeft -= count;
  const values: GgufElement[] = [];
  for (let index = 0; index < count; index++) {
    const value = of === "string" ? await readString(cursor, place) : await readScalar(cursor, place, of);
    if (typeof value !== "object") values.push(value);
    else {
      // One long string among the elements: the array is then counted, not kept.
      await stepOver(cursor, place, of, count - index - 1, 1);
      return { type: "array", of, count, offset };
    }
  }
  return { type: "array", of, count, offset, values };
}

async function readScalar(cursor: HeaderCursor, place: string, type: NumberType | "bool"): Promise<GgufElement> {
  const width = VALUE_BYTES[type];
  if (!cursor.has(width)) await cursor.load(width, place);
  return type === "bool" ? readFlag(cursor, place) : cursor[type]();
}

/** Steps over `count` elements; what is fixed in width is not even fetched. */
async function stepOver(
  cursor: HeaderCursor,
  place: string,
  of: ValueType,
  count: number,
  depth: number,
): Promise<void> {
  if (of === "string") return stepOverStrings(cursor, place, count);
  if (of !== "array") return cursor.skip(count * VALUE_BYTES[of], place);
  if (depth >= LIMITS.nesting) throw cursor.over(place, `arrays nested ${LIMITS.nesting} deep`, "more");
  for (let index = 0; index < count; index++) {
    const inner = await readType(cursor, place);
    await stepOver(cursor, place, inner, await readArrayCount(cursor, place, inner), depth + 1);
  }
}

async function stepOverStrings(cursor: HeaderCursor, place: string, count: number): Promise<void> {
  for (let left = count; ;) {
    left -= cursor.stepStrings(left);
    if (left === 0) return;
    // The next one crosses the window's end, or claims more than a window holds.
    cursor.skip(await readLength(cursor, place), place);
    left -= 1;
    if (left === 0) return;
    if (!cursor.has(cursor.lengthBytes)) await cursor.load(cursor.lengthBytes, place);
  }
}

async function readLength(cursor: HeaderCursor, place: string): Promise<number> {
  if (!cursor.has(cursor.lengthBytes)) await cursor.load(cursor.lengthBytes, place);
  const bytes = cursor.length();
  if (bytes > cursor.left) cursor.skip(bytes, place); // says which way it is wrong
  return bytes;
}

/** An array's count, which the bytes that are left must be able to hold. */
async function readArrayCount(cursor: HeaderCursor, place: string, of: ValueType): Promise<number> {
  if (!cursor.has(cursor.lengthBytes)) await cursor.load(cursor.lengthBytes, place);
  const count = cursor.length();
  const least = of === "string" ? cursor.lengthBytes : of === "array" ? cursor.lengthBytes + 4 : VALUE_BYTES[of];
  if (count * least > cursor.left) cursor.skip(count * least, place);
  return count;
}

async function readType(cursor: HeaderCursor, place: string): Promise<ValueType> {
  if (!cursor.has(4)) await cursor.load(4, place);
  const id = cursor.u32();
  const type = VALUE_TYPES[id];
  if (type === undefined)
    throw cursor.bad(place, `a value type from 0 to ${VALUE_TYPES.length - 1}`, id, cursor.position - 4);
  return type;
}

function readFlag(cursor: HeaderCursor, place: string): boolean {
  const byte = cursor.u8();
  if (byte > 1) throw cursor.bad(place, "true or false (1 or 0)", byte, cursor.position - 1);
  return byte === 1;
}
