import { LoadoutError } from "../errors/index.ts";
import { LIMITS } from "./limits.ts";

/** Which shard holds which tensor: a parsed `model.safetensors.index.json`. */
export interface SafetensorsIndex {
  readonly name: string;
  /** names of the shards, in the order they are first named, each once */
  readonly shards: readonly string[];
  /** shard of each tensor, by its number in `shards` */
  readonly shardOf: ReadonlyMap<string, number>;
  /** bytes of all tensors as the publisher counted, which may leave some out; absent where it did not */
  readonly declaredBytes?: number;
}

/** Reads an index from its text. `file` is how errors call it. */
export function readSafetensorsIndex(text: string, file = "model.safetensors.index.json"): SafetensorsIndex {
  const wrong = (place: string, expected: string, got: string) =>
    new LoadoutError("weights-index", { file, place, expected, got });
  if (text.length > LIMITS.indexCharacters) {
    throw wrong("the index", `at most ${LIMITS.indexCharacters} characters`, `${text.length}`);
  }
  const index = parsed(text);
  const map = isObject(index) ? index["weight_map"] : undefined;
  if (!isObject(map))
    throw wrong('key "weight_map"', "an object of tensors and files", map === undefined ? "none" : "another value");
  const numbers = new Map<string, number>();
  const shardOf = new Map<string, number>();
  for (const [tensor, shard] of Object.entries(map)) {
    if (shardOf.size === LIMITS.safetensorsTensors)
      throw wrong("the tensors", `at most ${LIMITS.safetensorsTensors}`, "more");
    if (typeof shard !== "string")
      throw wrong(`tensor "${tensor.slice(0, 80)}"`, "the name of a file", "another value");
    if (!isFileBeside(shard))
      throw wrong(`tensor "${tensor.slice(0, 80)}"`, "a file beside the index", `"${shard.slice(0, 80)}"`);
    let number = numbers.get(shard);
    if (number === undefined) {
      number = numbers.size;
      if (number === LIMITS.splitFiles) throw wrong("the shards", `at most ${LIMITS.splitFiles} files`, "more");
      numbers.set(shard, number);
    }
    shardOf.set(tensor, number);
  }
  if (shardOf.size === 0) throw wrong('key "weight_map"', "at least one tensor", "none");
  const declaredBytes = totalSize(index);
  return { name: file, shards: [...numbers.keys()], shardOf, ...(declaredBytes !== undefined && { declaredBytes }) };

  function parsed(json: string): unknown {
    try {
      return JSON.parse(json) as unknown;
    } catch (cause) {
      const details = { file, place: "the index", expected: "JSON", got: "other text" };
      throw new LoadoutError("weights-index", details, { cause });
    }
  }
}

/** Names that lead elsewhere, by a path upwards or from a root or to another machine, are never opened. */
function isFileBeside(name: string): boolean {
  return /^[\w.][\w. +=@-]*(\/[\w.][\w. +=@-]*)*$/.test(name) && !name.split("/").includes("..");
}

/** Some writers count in floating point. */
function totalSize(index: unknown): number | undefined {
  const metadata = isObject(index) ? index["metadata"] : undefined;
  const total = isObject(metadata) ? metadata["total_size"] : undefined;
  return typeof total === "number" && Number.isSafeInteger(total) && total >= 0 ? total : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
