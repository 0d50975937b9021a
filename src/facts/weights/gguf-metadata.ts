import { LoadoutError } from "../errors/index.ts";
import type { GgufElement, GgufValue } from "./gguf-value.ts";

/**
 * Metadata of one file with typed access. A key that is absent gives `undefined`; a key of another type than asked for,
 * or a count that is negative or no whole number, is an error that names it.
 */
export class GgufMetadata {
  readonly file: string;
  readonly entries: ReadonlyMap<string, GgufValue>;

  constructor(file: string, entries: ReadonlyMap<string, GgufValue>) {
    this.file = file;
    this.entries = entries;
  }

  has(key: string): boolean {
    return this.entries.has(key);
  }

  text(key: string): string | undefined {
    const value = this.entries.get(key);
    if (value === undefined || value.type === "long-string") return undefined;
    if (value.type !== "string") throw this.#wrong(key, "text", value);
    return value.value;
  }

  /** Any number; 64-bit integers beyond 2^53 are rounded. */
  number(key: string): number | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    if (typeof value === "object" && "value" in value && isNumber(value.value)) return Number(value.value);
    throw this.#wrong(key, "a number", value);
  }

  /** A count or length: a whole number of at least 0, whatever integer type it is stored as. */
  count(key: string): number | undefined {
    const value = this.number(key);
    if (value === undefined || isCount(value)) return value;
    throw new LoadoutError("model-key-type", { file: this.file, key, expected: "a count", got: value });
  }

  flag(key: string): boolean | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    // Some converters write flags as integers.
    if ("value" in value && typeof value.value !== "string") return Boolean(value.value);
    throw this.#wrong(key, "true or false", value);
  }

  /** Elements of an array that was kept, as counts (true and false as 1 and 0). */
  counts(key: string): readonly number[] | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    if (value.type !== "array" || !value.values) throw this.#wrong(key, "a short array of counts", value);
    return value.values.map((element) => {
      const number = typeof element === "boolean" ? Number(element) : element;
      if (!isNumber(number) || !isCount(Number(number))) throw this.#wrong(key, "counts only", value);
      return Number(number);
    });
  }

  /** Elements of an array that was kept, as whole numbers of either sign. */
  integers(key: string): readonly number[] | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    if (value.type !== "array" || !value.values) throw this.#wrong(key, "a short array of whole numbers", value);
    return value.values.map((element) => {
      if (isNumber(element) && Number.isSafeInteger(Number(element))) return Number(element);
      throw this.#wrong(key, "whole numbers only", value);
    });
  }

  /** One count, or one a layer. */
  countOrCounts(key: string): number | readonly number[] | undefined {
    return this.entries.get(key)?.type === "array" ? this.counts(key) : this.count(key);
  }

  /** Number of elements of an array, kept or not. */
  arrayLength(key: string): number | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    if (value.type !== "array") throw this.#wrong(key, "an array", value);
    return value.count;
  }

  #wrong(key: string, expected: string, value: GgufValue): LoadoutError {
    return new LoadoutError("model-key-type", { file: this.file, key, expected, got: describe(value) });
  }
}

function isNumber(value: GgufElement): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function describe(value: GgufValue): string {
  if (value.type === "array") return `an array of ${value.count} ${value.of}`;
  if (value.type === "long-string") return `a string of ${value.bytes} bytes`;
  if (value.type === "string") return `the text "${value.value.slice(0, 40)}"`;
  return `the ${value.type} ${value.value}`;
}
