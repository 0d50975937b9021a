/** A row of a truth file: JSON whose fields are read with a check of what they hold. */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(value: unknown) {
    if (typeof value !== "object" || value === null) throw new TypeError("a row of a truth file is a JSON object");
    this.#values = { ...value };
  }

  keys(): string[] {
    return Object.keys(this.#values);
  }

  has(key: string): boolean {
    return this.#values[key] !== undefined && this.#values[key] !== null;
  }

  text(key: string, otherwise = ""): string {
    const value = this.#values[key];
    return typeof value === "string" ? value : otherwise;
  }

  number(key: string, otherwise = 0): number {
    const value = this.#values[key];
    return typeof value === "number" ? value : otherwise;
  }

  flag(key: string, otherwise = false): boolean {
    const value = this.#values[key];
    return typeof value === "boolean" ? value : otherwise;
  }

  numbers(key: string): number[] | undefined {
    const value = this.#values[key];
    return Array.isArray(value) ? value.filter((each) => typeof each === "number") : undefined;
  }

  group(key: string): Fields {
    return new Fields(this.#values[key] ?? {});
  }
}
