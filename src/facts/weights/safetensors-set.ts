import { LoadoutError } from "../errors/index.ts";
import type { ByteSource } from "./byte-source.ts";
import type { OpenBeside } from "./gguf-set.ts";
import type { SafetensorsIndex } from "./safetensors-index.ts";
import { readSafetensors, type SafetensorsFile } from "./safetensors-read.ts";

/** Shards that are opened at a time: over a network each costs a round trip. */
const AT_ONCE = 8;

/**
 * Reads the headers of all shards of an index. The result stands for the whole: tensors of all, each with the number of its
 * file. Shards that are not there are named, all of them.
 */
export async function readSafetensorsSet(index: SafetensorsIndex, open: OpenBeside): Promise<SafetensorsFile> {
  const sources = await inTurn(index.shards, (name) => open(name));
  const missing = index.shards.filter((_, number) => sources[number] === undefined);
  if (missing.length > 0) {
    const got = `${missing.length} missing: ${missing.slice(0, 8).join(", ")}${missing.length > 8 ? ", ..." : ""}`;
    throw new LoadoutError("weights-split", {
      file: index.name,
      place: "the shards",
      expected: `${index.shards.length} files`,
      got,
    });
  }
  const found = sources.filter((source): source is ByteSource => source !== undefined);
  const shards = await inTurn(found, readSafetensors);
  const tensors = shards.flatMap((shard, file) =>
    shard.tensors.filter(({ name }) => index.shardOf.get(name) === file).map((tensor) => ({ ...tensor, file })),
  );
  if (tensors.length < index.shardOf.size) throw absent(index, new Set(tensors.map(({ name }) => name)));
  return {
    name: index.name,
    metadata: shards[0]?.metadata ?? new Map<string, string>(),
    tensors,
    headerBytes: shards.reduce((sum, shard) => sum + shard.headerBytes, 0),
    files: shards.flatMap((shard) => shard.files),
  };
}

function absent(index: SafetensorsIndex, found: ReadonlySet<string>): LoadoutError {
  const [name = "", shard = 0] = [...index.shardOf].find(([tensor]) => !found.has(tensor)) ?? [];
  const place = `tensor "${name}"`;
  return new LoadoutError("weights-split", {
    file: index.name,
    place,
    expected: `it in "${index.shards[shard]}"`,
    got: "none of that name",
  });
}

async function inTurn<Item, Result>(items: readonly Item[], task: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(task))));
  }
  return results;
}
