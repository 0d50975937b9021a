import { LoadoutError } from "../../errors/index.ts";

type Values = Readonly<Record<string, unknown>>;

/** Whole numbers of a configuration: the engines hold dimensions in 32 signed bits. */
const MOST = 2 ** 31 - 1;
/** Elements of a list: one a layer. As in GGUF files, no model has more than 512; lists of some are a little longer. */
const LONGEST = 1024;
/** Text models lie at most this deep within models that also see and hear. */
const DEEPEST = 3;

/** Where the text model of a model with encoders is described. */
const INNER = ["text_config", "llm_config", "language_config", "language_model_config", "thinker_config"];

/**
 * A parsed `config.json`, asked by key. Several names may be given where publishers call one thing differently; the first
 * that is there counts. `null` and "auto" say that there is no such value, which no default stands in for, as in the
 * publishers' own code. What is wrong is an error that names the key and what was expected.
 */
export class ConfigValues {
  readonly file: string;
  readonly #path: string;
  /** innermost first: the text model's own values, those around it, then what stands in for absent ones */
  readonly #layers: readonly Values[];

  constructor(file: string, layers: readonly Values[], path = "") {
    this.file = file;
    this.#layers = layers;
    this.#path = path;
  }

  /** The values of the text model, however deep it lies. */
  static of(config: unknown, file: string): ConfigValues {
    if (!isObject(config)) throw new LoadoutError("config-not-a-model", { file, got: kindOf(config) });
    const layers: Values[] = [config];
    for (let depth = 0; depth < DEEPEST; depth++) {
      const inner = INNER.map((key) => layers[0]![key]).find(isObject);
      if (!inner) break;
      layers.unshift(inner);
    }
    return new ConfigValues(file, layers);
  }

  /** The same, with values for keys that are absent. */
  withDefaults(defaults: Values): ConfigValues {
    return new ConfigValues(this.file, [...this.#layers, defaults], this.#path);
  }

  /** Whether the text model is described within another's configuration. */
  get isInner(): boolean {
    return this.#layers.length > 1;
  }

  has(key: string): boolean {
    return this.#find(key) !== undefined;
  }

  /** A whole number; also where it is written once a layer and the same for all. */
  count(...keys: readonly string[]): number | undefined {
    const key = keys.find((name) => this.has(name));
    if (key === undefined) return undefined;
    const value = this.#find(key);
    if (!Array.isArray(value)) return this.#whole(key, value);
    const all = this.#counts(key, value);
    const [first] = all;
    if (first === undefined || all.some((other) => other !== first)) {
      throw this.wrong(key, "one number, the same for every layer", all.join(", ").slice(0, 60) || "none");
    }
    return first;
  }

  /** A dimension: at least 1. */
  required(...keys: readonly string[]): number {
    const value = this.count(...keys) ?? this.#missing(keys);
    if (value > 0) return value;
    throw this.wrong(
      keys.find((key) => this.has(key))!,
      "at least 1",
      value,
    );
  }

  number(key: string): number | undefined {
    const value = this.#find(key);
    if (value === undefined) return undefined;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw this.wrong(key, "a number", kindOf(value));
  }

  flag(key: string): boolean | undefined {
    const value = this.#find(key);
    return typeof value === "boolean" ? value : undefined;
  }

  text(key: string): string | undefined {
    const value = this.#find(key);
    return typeof value === "string" ? value : undefined;
  }

  /** A list of whole numbers or of yes and no, which count as 1 and 0; `undefined` where the key holds no list. */
  list(key: string): readonly number[] | undefined {
    const value = this.#find(key);
    return Array.isArray(value) ? this.#counts(key, value) : undefined;
  }

  /** A list of words. */
  words(key: string): readonly string[] | undefined {
    const value = this.#find(key);
    if (!Array.isArray(value)) return undefined;
    this.#checkLength(key, value);
    return value.map((word: unknown) =>
      typeof word === "string" ? word : this.#fail(key, "words", `${kindOf(word)} among them`),
    );
  }

  nested(key: string): ConfigValues | undefined {
    const value = this.#find(key);
    return isObject(value) ? new ConfigValues(this.file, [value], `${this.#path}${key}.`) : undefined;
  }

  /** Values of a key in every description, innermost first: a model and the model within it both have a type. */
  every(key: string): readonly unknown[] {
    return this.#layers.map((layer) => layer[key]).filter((value) => value !== undefined && value !== null);
  }

  wrong(key: string, expected: string | number, got: string | number): LoadoutError {
    return new LoadoutError("config-key", { file: this.file, key: `${this.#path}${key}`, expected, got });
  }

  #find(key: string): unknown {
    const value = this.#layers.find((layer) => Object.hasOwn(layer, key))?.[key];
    return value === null || value === "auto" ? undefined : value;
  }

  #whole(key: string, value: unknown): number {
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MOST) return value;
    return this.#fail(key, `a whole number of at most ${MOST}`, typeof value === "number" ? value : kindOf(value));
  }

  #counts(key: string, list: readonly unknown[]): number[] {
    this.#checkLength(key, list);
    return list.map((value) => (typeof value === "boolean" ? Number(value) : this.#whole(key, value)));
  }

  #checkLength(key: string, list: readonly unknown[]): void {
    if (list.length > LONGEST) throw this.wrong(key, `a list of at most ${LONGEST}`, list.length);
  }

  #fail(key: string, expected: string, got: string | number): never {
    throw this.wrong(key, expected, got);
  }

  #missing(keys: readonly string[]): never {
    const key = keys.map((name) => `"${this.#path}${name}"`).join(" or ");
    const type = this.text("model_type") ?? "unknown";
    throw new LoadoutError("config-key-missing", { file: this.file, key, type });
  }
}

export function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return `"${value.slice(0, 40)}"`;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return value === undefined ? "none" : "an object";
}
