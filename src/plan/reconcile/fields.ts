/** A row of a truth file that is not what its format says. It is refused with this reason; it is no defect of the scorer. */
export class RowError extends Error {}

/** A row of a truth file: JSON whose fields are read with a check of what they hold. `null` counts as absent. */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(value: unknown, path = "") {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new RowError(`${path || "the row"} is not a JSON object`);
    }
    this.#values = { ...value };
    this.#path = path === "" ? "" : `${path}.`;
  }

  /** Everything the row says, unchecked. */
  raw(): Readonly<Record<string, unknown>> {
    return this.#values;
  }

  /** Names of the fields that hold something. */
  keys(): string[] {
    return Object.keys(this.#values).filter((key) => this.has(key));
  }

  has(key: string): boolean {
    return this.#values[key] !== undefined && this.#values[key] !== null;
  }

  is(key: string, value: unknown): boolean {
    return this.#values[key] === value;
  }

  text(key: string, otherwise = ""): string {
    return this.#value(key, "string", otherwise);
  }

  number(key: string, otherwise = 0): number {
    return this.#value(key, "number", otherwise);
  }

  flag(key: string, otherwise = false): boolean {
    return this.#value(key, "boolean", otherwise);
  }

  /** A list of numbers, undefined where the field holds something else. */
  numbers(key: string): number[] | undefined {
    const value = this.#values[key];
    if (!Array.isArray(value)) return undefined;
    return value.map((each: unknown) => {
      if (typeof each !== "number") throw new RowError(`${this.#path}${key} holds something that is no number`);
      return each;
    });
  }

  /** A count: a whole number that is not negative and not absurd. */
  count(key: string, otherwise = 0, most = 2 ** 31): number {
    const value = this.number(key, otherwise);
    if (!Number.isInteger(value) || value < 0 || value > most) {
      throw new RowError(`${this.#path}${key} is ${value}, which is no count`);
    }
    return value;
  }

  group(key: string): Fields {
    return new Fields(this.#values[key] ?? {}, `${this.#path}${key}`);
  }

  groups(key: string): Fields[] {
    const value = this.#values[key];
    return Array.isArray(value) ? value.map((each, index) => new Fields(each, `${this.#path}${key}[${index}]`)) : [];
  }

  #value<Type extends "string" | "number" | "boolean">(key: string, type: Type, otherwise: Held<Type>): Held<Type> {
    const value = this.#values[key];
    if (value === undefined || value === null) return otherwise;
    if (!isOf(value, type)) throw new RowError(`${this.#path}${key} holds no ${type}`);
    return value;
  }
}

type Held<Type> = Type extends "string" ? string : Type extends "number" ? number : boolean;

function isOf<Type extends "string" | "number" | "boolean">(value: unknown, type: Type): value is Held<Type> {
  return typeof value === type;
}
