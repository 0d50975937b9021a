import { expect, test } from "vitest";
import { LoadoutError } from "../errors/index.ts";
import { memorySource, readSafetensorsIndex, readSafetensorsSet } from "./index.ts";
import { type DraftSafetensor, writeSafetensors } from "./testing/safetensors.ts";

const SHARDS: Readonly<Record<string, readonly DraftSafetensor[]>> = {
  "model-00001-of-00002.safetensors": [
    ["model.embed_tokens.weight", "BF16", [32, 8]],
    ["model.layers.0.mlp.up_proj.weight", "BF16", [16, 8]],
  ],
  "model-00002-of-00002.safetensors": [["model.norm.weight", "BF16", [8]]],
};

function indexOf(change: Readonly<Record<string, unknown>> = {}): string {
  const weight_map = Object.fromEntries(
    Object.entries(SHARDS).flatMap(([shard, tensors]) => tensors.map(([name]) => [name, shard])),
  );
  return JSON.stringify({ metadata: { total_size: 784 }, weight_map, ...change });
}

const open = (name: string) => {
  const shard = SHARDS[name];
  if (!shard) return Promise.resolve(undefined);
  const { header, fileBytes } = writeSafetensors(shard);
  return Promise.resolve({ ...memorySource(header, name), size: fileBytes });
};

async function refusal(task: () => unknown): Promise<string> {
  try {
    await task();
  } catch (error) {
    if (error instanceof LoadoutError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error("it was read");
}

test("a set stands for all its shards", async () => {
  const index = readSafetensorsIndex(indexOf());
  expect(index).toMatchObject({ shards: Object.keys(SHARDS), declaredBytes: 784 });
  const file = await readSafetensorsSet(index, open);
  expect(file.tensors.map(({ name, file: shard }) => [name, shard])).toEqual([
    ["model.embed_tokens.weight", 0],
    ["model.layers.0.mlp.up_proj.weight", 0],
    ["model.norm.weight", 1],
  ]);
  expect(file.files.map(({ name }) => name)).toEqual(Object.keys(SHARDS));
  expect(file.tensors.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(784);
});

test("all missing shards are named", async () => {
  const weight_map = Object.fromEntries([1, 2, 3].map((part) => [`t${part}`, `model-${part}.safetensors`]));
  const index = readSafetensorsIndex(indexOf({ weight_map }));
  expect(await refusal(() => readSafetensorsSet(index, open))).toBe(
    "weights-split: model.safetensors.index.json: the shards: expected 3 files, got 3 missing: " +
      "model-1.safetensors, model-2.safetensors, model-3.safetensors",
  );
});

test("a tensor that its shard lacks is named; one that the index does not name is left out", async () => {
  const [first = "", second = ""] = Object.keys(SHARDS);
  const moved = readSafetensorsIndex(indexOf({ weight_map: { "model.norm.weight": first, b: second } }));
  expect(await refusal(() => readSafetensorsSet(moved, open))).toContain(
    `tensor "model.norm.weight": expected it in "${first}", got none of that name`,
  );
  const part = readSafetensorsIndex(indexOf({ weight_map: { "model.norm.weight": second } }));
  expect((await readSafetensorsSet(part, open)).tensors).toHaveLength(1);
});

test.each([
  ["no JSON", "weights", "expected JSON, got other text"],
  ["a list", "[]", 'key "weight_map": expected an object of tensors and files, got none'],
  ["no map", '{"metadata":{}}', "got none"],
  ["an empty map", '{"weight_map":{}}', "expected at least one tensor, got none"],
  ["a number for a file", '{"weight_map":{"a":1}}', 'tensor "a": expected the name of a file'],
  ["a path upwards", '{"weight_map":{"a":"../../etc/passwd"}}', "expected a file beside the index"],
  ["a path from the root", '{"weight_map":{"a":"/etc/passwd"}}', "expected a file beside the index"],
  ["an address", '{"weight_map":{"a":"https://example.org/x"}}', "expected a file beside the index"],
  ["a drive", '{"weight_map":{"a":"C:\\\\x"}}', "expected a file beside the index"],
])("an index is refused: %s", async (_, text, expected) => {
  expect(await refusal(() => readSafetensorsIndex(text))).toContain(expected);
});

test("a total that is no count is left out", () => {
  for (const total of [1.5, -1, "784", 1e300]) {
    expect(readSafetensorsIndex(indexOf({ metadata: { total_size: total } })).declaredBytes).toBeUndefined();
  }
});
