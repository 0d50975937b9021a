import fc from "fast-check";
import { expect, test } from "vitest";
import { LoadoutError } from "../errors/index.ts";
import { memorySource, readSafetensors, SAFETENSORS_TYPES } from "./index.ts";
import { type DraftSafetensor, headerOf, writeSafetensors } from "./testing/safetensors.ts";

const TWO: readonly DraftSafetensor[] = [
  ["model.embed_tokens.weight", "BF16", [32, 8]],
  ["model.norm.weight", "F32", [8]],
];

function source(bytes: Uint8Array, size = bytes.byteLength) {
  return { ...memorySource(bytes, "m.safetensors"), size };
}

async function refusal(bytes: Uint8Array, size?: number): Promise<LoadoutError> {
  const error: unknown = await readSafetensors(source(bytes, size)).then(
    () => new Error("it was read"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof LoadoutError) return error;
  throw error;
}

/** A header of one tensor "a", F32 [2], with another text in place of its entry. */
const one = (entry: string) => headerOf(`{"a":${entry}}`);

test("a header gives names, types, shapes with the fastest dimension first, and places", async () => {
  const { header, fileBytes } = writeSafetensors(TWO, { format: "pt" });
  const file = await readSafetensors(source(header, fileBytes));
  expect(file.metadata).toEqual(new Map([["format", "pt"]]));
  expect(file.headerBytes).toBe(header.byteLength);
  const at = header.byteLength;
  expect(file.tensors).toEqual([
    { name: "model.embed_tokens.weight", type: "BF16", shape: [8, 32], bytes: 512, offset: at, file: 0 },
    { name: "model.norm.weight", type: "F32", shape: [8], bytes: 32, offset: at + 512, file: 0 },
  ]);
  expect(file.files).toEqual([{ name: "m.safetensors", bytes: at + 544, dataOffset: at }]);
});

test("every type is stored at its own width, packed ones over the end of a row", async () => {
  const tensors = [...SAFETENSORS_TYPES.keys()].map((type): DraftSafetensor => [type, type, [4, 3]]);
  const { header, fileBytes } = writeSafetensors(tensors);
  const { tensors: read } = await readSafetensors(source(header, fileBytes));
  const bytes = Object.fromEntries(read.map((tensor) => [tensor.type, tensor.bytes]));
  expect(bytes).toMatchObject({ F4: 6, F6_E2M3: 9, F8_E4M3: 12, F8_E8M0: 12, BF16: 24, F32: 48, I64: 96, C64: 96 });
  expect(read).toHaveLength(SAFETENSORS_TYPES.size);
});

test("single values, empty tensors, escaped and foreign names, unknown keys and empty files are fine", async () => {
  const header = headerOf(
    '{"__metadata__":{},"\\u0061\\"b":{"shape":[],"dtype":"F32","data_offsets":[0,4],"more":[{"x":-1.5e3},null,"]"]},' +
      '"leer – empty":{"dtype":"F16","shape":[0,7],"data_offsets":[4,4]}}',
  );
  const { tensors } = await readSafetensors(source(header, header.byteLength + 4));
  expect(tensors.map(({ name, shape, bytes }) => [name, shape, bytes])).toEqual([
    ['a"b', [], 4],
    ["leer – empty", [7, 0], 0],
  ]);
  expect((await readSafetensors(source(headerOf("{}")))).tensors).toEqual([]);
});

test("a header longer than the first read is read in two", async () => {
  const many = Array.from({ length: 3000 }, (_, index): DraftSafetensor => [
    `layers.${index}.weight`,
    "F8_E4M3",
    [2, 2],
  ]);
  const { header, fileBytes } = writeSafetensors(many);
  const reads: number[] = [];
  const memory = source(header, fileBytes);
  const counted = {
    ...memory,
    read: (offset: number, length: number) => (reads.push(offset), memory.read(offset, length)),
  };
  expect((await readSafetensors(counted)).tensors).toHaveLength(3000);
  expect(reads).toEqual([0, 65_536]);
});

test("a file cut anywhere says at which byte", async () => {
  const { header, fileBytes } = writeSafetensors(TWO);
  for (let length = 9; length < header.byteLength; length++) {
    const error = await refusal(header.subarray(0, length));
    expect(error.code, `cut at ${length}`).toBe("weights-truncated");
    expect(error.message).toContain(`m.safetensors is truncated at byte ${length} of at least ${header.byteLength}`);
  }
  const cut = await refusal(header, fileBytes - 1);
  expect(cut.message).toBe(
    `m.safetensors is truncated at byte ${fileBytes - 1} of ${fileBytes}, in tensor "model.norm.weight"`,
  );
  expect((await refusal(header.subarray(0, 40), fileBytes)).code).toBe("weights-truncated");
});

test.each([
  ["an empty file", new Uint8Array(0)],
  ["zeros only", new Uint8Array(64)],
  ["a web page", new TextEncoder().encode("<!doctype html><html>")],
  ["a GGUF file", new TextEncoder().encode("GGUF\u0003\0\0\0\0\0\0\0")],
  ["a zip archive (a PyTorch checkpoint?)", new TextEncoder().encode("PK\u0003\u0004 and the rest")],
])("%s is no safetensors file", async (got, bytes) => {
  expect((await refusal(bytes)).message).toBe(`m.safetensors: expected a safetensors file, got ${got}`);
});

test("a length beyond the format's limit is refused before anything of it is read", async () => {
  const bytes = headerOf("{}");
  new DataView(bytes.buffer).setBigUint64(0, 2n ** 62n, true);
  const error = await refusal(bytes, 2 ** 50);
  expect(error.message).toContain("expected at most a header of 100000000 bytes");
});

const WHOLE = '{"dtype":"F32","shape":[2],"data_offsets":[0,8]}';

test.each([
  ["a type of next year", one('{"dtype":"F3","shape":[2],"data_offsets":[0,8]}'), "weights-value", 'got "F3"'],
  ["no type", one('{"shape":[2],"data_offsets":[0,8]}'), "weights-value", 'expected "dtype", got none'],
  ["no shape", one('{"dtype":"F32","data_offsets":[0,8]}'), "weights-value", 'expected "shape", got none'],
  ["no place", one('{"dtype":"F32","shape":[2]}'), "weights-value", 'expected "data_offsets"'],
  ["half a place", one('{"dtype":"F32","shape":[2],"data_offsets":[0]}'), "weights-value", '"data_offsets"'],
  ["three ends", one('{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}'), "weights-count", "expected at most 2"],
  [
    "a wrong size",
    one('{"dtype":"F32","shape":[3],"data_offsets":[0,8]}'),
    "weights-value",
    "expected 12 bytes (3 of F32)",
  ],
  ["an end before its start", one('{"dtype":"F32","shape":[2],"data_offsets":[8,0]}'), "weights-value", "got 8 to 0"],
  ["a negative length", one('{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}'), "weights-value", "a whole number"],
  ["half a value", one('{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}'), "weights-value", '","'],
  [
    "half a byte",
    one('{"dtype":"F4","shape":[3],"data_offsets":[0,2]}'),
    "weights-value",
    "a multiple of 2 values (F4)",
  ],
  [
    "more elements than can be counted",
    one('{"dtype":"F32","shape":[9007199254740991,9],"data_offsets":[0,8]}'),
    "weights-count",
    "2^53 elements",
  ],
  [
    "a number beyond 2^53",
    one('{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}'),
    "weights-count",
    "2^53",
  ],
  [
    "too many dimensions",
    one('{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}'),
    "weights-count",
    "expected at most 8",
  ],
  ["a list for an object", headerOf("[]".padEnd(8)), "weights-not-safetensors", "expected a safetensors file"],
  ["text after the end", headerOf(`{"a":${WHOLE}} x`), "weights-value", "expected the end of the header"],
  ["a comma too many", headerOf(`{"a":${WHOLE},}`), "weights-value", 'expected """, got "}"'],
  ["an open string", headerOf('{"a'), "weights-value", "the end of a string"],
  ["an open object", headerOf(`{"a":${WHOLE}`), "weights-value", "got the end of the header"],
  ["a line break in a name", headerOf(`{"a\nb":${WHOLE}}`), "weights-value", "expected a string, got other characters"],
  ["metadata that is no text", headerOf('{"__metadata__":{"a":1}}'), "weights-value", 'metadata "a"'],
  ["deep nesting", one(`{"x":${"[".repeat(1000)}`), "weights-count", "16 values in one another"],
  ["a long name", headerOf(`{"${"n".repeat(2000)}":${WHOLE}}`), "weights-count", "a name of 1024 bytes"],
  ["the same name twice", headerOf(`{"a":${WHOLE},"a":${WHOLE}}`), "weights-duplicate", 'got "a" again'],
  ["two metadata", headerOf('{"__metadata__":{},"__metadata__":{}}'), "weights-duplicate", "the metadata"],
  [
    "an overlap",
    headerOf(`{"a":${WHOLE},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`),
    "weights-overlap",
    'inside tensor "a"',
  ],
  [
    "a hole",
    headerOf(`{"a":${WHOLE},"b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}}`),
    "weights-value",
    "a hole of 4 bytes before it",
  ],
  ["bytes that are no text", bad(), "weights-value", "UTF-8 text"],
])("refused: %s", async (_, bytes, code, text) => {
  const error = await refusal(bytes, bytes.byteLength + 1000);
  expect(error.code).toBe(code);
  expect(error.message).toContain(text);
});

test("data after the last tensor is refused", async () => {
  const { header, fileBytes } = writeSafetensors(TWO);
  expect((await refusal(header, fileBytes + 3)).message).toContain("expected the end of the file, got 3 more bytes");
});

test("damage anywhere is refused with a known error, or changes nothing that is checked", async () => {
  const { header, fileBytes } = writeSafetensors(TWO, { format: "pt" });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(header.byteLength - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      async (changes) => {
        const bytes = header.slice();
        for (const [at, value] of changes) bytes[at] = value;
        const read = await readSafetensors(source(bytes, fileBytes)).catch((error: unknown) => error);
        if (read instanceof LoadoutError) expect(read.message).not.toContain("unknown");
        else if (read instanceof Error) throw read;
      },
    ),
    { numRuns: 500 },
  );
});

test("what was written is read", async () => {
  const names = fc.uniqueArray(
    fc.string({ minLength: 1, maxLength: 20 }).filter((name) => name !== "__metadata__" && name !== "__proto__"),
    {
      minLength: 1,
      maxLength: 6,
    },
  );
  await fc.assert(
    fc.asyncProperty(names, fc.array(fc.nat(5), { maxLength: 4 }), async (all, half) => {
      const tensors = all.map((name, index): DraftSafetensor => [
        name,
        index % 2 ? "I8" : "F4",
        half.map((length) => 2 * length),
      ]);
      const even = tensors.filter(([, type, shape]) => type !== "F4" || shape.length > 0);
      const { header, fileBytes } = writeSafetensors(even);
      const file = await readSafetensors(source(header, fileBytes));
      expect(new Set(file.tensors.map(({ name }) => name))).toEqual(new Set(even.map(([name]) => name)));
    }),
    { numRuns: 200 },
  );
});

function bad(): Uint8Array {
  const bytes = one(WHOLE);
  bytes[10] = 0xff;
  return bytes;
}
