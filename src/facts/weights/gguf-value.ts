/** Value types of GGUF metadata by their number in the file. Source: `docs/gguf.md` of ggml, `enum gguf_type`. */
export const VALUE_TYPES = [
  "u8",
  "i8",
  "u16",
  "i16",
  "u32",
  "i32",
  "f32",
  "bool",
  "string",
  "array",
  "u64",
  "i64",
  "f64",
] as const;

export type ValueType = (typeof VALUE_TYPES)[number];
export type NumberType = Exclude<ValueType, "bool" | "string" | "array">;

/** Stored bytes of the types with a fixed width. */
export const VALUE_BYTES: Readonly<Record<NumberType | "bool", number>> = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  f32: 4,
  bool: 1,
  u64: 8,
  i64: 8,
  f64: 8,
};

/** One metadata value. 64-bit integers are numbers where a number holds them exactly, else bigints. */
export type GgufValue =
  | { readonly type: NumberType; readonly value: number | bigint }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "string"; readonly value: string }
  | GgufArray
  | SteppedOver;

export type GgufElement = number | bigint | boolean | string;

/** An array: always counted, its values kept only where it is short (layers' head counts, not a vocabulary). */
export interface GgufArray {
  readonly type: "array";
  readonly of: ValueType;
  readonly count: number;
  /** where its first element starts in the file */
  readonly offset: number;
  readonly values?: readonly GgufElement[];
}

/** A string too long to be worth keeping (a whole tokenizer as JSON): where it lies and how long it is. */
export interface SteppedOver {
  readonly type: "long-string";
  readonly offset: number;
  readonly bytes: number;
}
