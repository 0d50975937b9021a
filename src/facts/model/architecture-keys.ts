import { LoadoutError } from "../errors/index.ts";
import type { GgufMetadata } from "../weights/index.ts";

/**
 * Metadata of one architecture: keys are written without their `{architecture}.` prefix. A value per layer may be stored
 * as one for all or as an array.
 */
export class ArchitectureKeys {
  readonly architecture: string;
  readonly layers: number;
  readonly #metadata: GgufMetadata;

  constructor(metadata: GgufMetadata, architecture: string) {
    this.#metadata = metadata;
    this.architecture = architecture;
    this.layers = this.required("block_count");
    // LLAMA_MAX_LAYERS of llama.cpp is 512.
    if (this.layers < 1 || this.layers > 512) throw this.contradiction("block_count", "1 to 512 layers", this.layers);
  }

  key(name: string): string {
    return `${this.architecture}.${name}`;
  }

  count(name: string): number | undefined {
    return this.#metadata.count(this.key(name));
  }

  number(name: string): number | undefined {
    return this.#metadata.number(this.key(name));
  }

  flag(name: string): boolean | undefined {
    return this.#metadata.flag(this.key(name));
  }

  required(name: string): number {
    const value = this.count(name);
    if (value !== undefined) return value;
    throw new LoadoutError("model-key-missing", {
      file: this.#metadata.file,
      key: this.key(name),
      advice: "The file was written by a faulty tool: convert the model again.",
    });
  }

  /** Value of every layer; `otherwise` where the key is absent. */
  perLayer(name: string, otherwise: readonly number[]): readonly number[] {
    const value = this.#metadata.countOrCounts(this.key(name));
    if (value === undefined) return otherwise;
    if (typeof value === "number") return otherwise.map(() => value);
    // As in the engine an array may be longer than the model (appended blocks), never shorter.
    if (value.length >= this.layers) return value.slice(0, this.layers);
    throw this.contradiction(name, `${this.layers} values, one a layer`, `${value.length}`);
  }

  /** Elements of an array, or `undefined` where the key is absent or holds a single value. */
  list(name: string): readonly number[] | undefined {
    const value = this.#metadata.countOrCounts(this.key(name));
    return typeof value === "number" ? undefined : value;
  }

  contradiction(name: string, expected: string | number, got: string | number): LoadoutError {
    const key = this.key(name);
    return new LoadoutError("model-contradiction", { file: this.#metadata.file, key, expected, got });
  }
}
