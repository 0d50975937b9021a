import { describe, expect, test } from "vitest";
import { LoadoutError } from "../errors/index.ts";
import { type ByteSource, type DraftTensor, type DraftValue, memorySource, readGguf, writeGguf } from "./index.ts";

type Metadata = [string, DraftValue][];
const text = (value: string): DraftValue => ({ type: "string", value });
const bytesOf = (value: string) => new TextEncoder().encode(value);
const MATRIX: DraftTensor = { name: "a", type: "F32", shape: [8, 4] };

function written(metadata: Metadata, tensors: DraftTensor[] = []): { bytes: Uint8Array; size: number } {
  const { header, fileBytes } = writeGguf({ metadata, tensors });
  return { bytes: header, size: fileBytes };
}

/** Reads bytes as a file of `size` and gives the refusal. */
async function refusal(bytes: Uint8Array, size = bytes.byteLength): Promise<LoadoutError> {
  const error: unknown = await readGguf({ ...memorySource(bytes, "m.gguf"), size }).then(
    () => new Error("it was read"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof LoadoutError) return error;
  throw error;
}

describe("files that are not GGUF say what they look like", () => {
  test.each([
    ["an empty file", new Uint8Array(0)],
    ["zeros only", new Uint8Array(100)],
    [
      "a Git LFS pointer, not the file it stands for",
      bytesOf("version https://git-lfs.github.com/spec/v1\noid sha256:0"),
    ],
    ["a web page", bytesOf("\n<!DOCTYPE html><html>")],
    ["a zip archive (a PyTorch checkpoint?)", bytesOf("PK\u0003\u0004rest of it")],
    ["a safetensors file", new Uint8Array([200, 1, 0, 0, 0, 0, 0, 0, ...bytesOf('{"a":1}')])],
    ["a GGML file from before GGUF (2023)", bytesOf("tjgg....")],
    ["JSON text", bytesOf('{"model_type": "llama"}')],
    ["a file that begins with 7f 45 4c 46", bytesOf("\u007fELF........")],
    ["a file that begins with 47 47", bytesOf("GG")],
  ])("%s", async (got, bytes) => {
    const error = await refusal(bytes);
    expect(error.code).toBe("weights-not-gguf");
    expect(error.message).toBe(`m.gguf: expected a GGUF file, got ${got}`);
    expect(error.hint).not.toContain("unknown");
  });
});

test("a file cut anywhere in its header is truncated at its last byte, or no GGUF at all", async () => {
  const { bytes, size } = written(
    [
      ["general.name", text("x")],
      ["list", { type: "array", of: "u32", values: [1, 2, 3] }],
    ],
    [MATRIX],
  );
  for (let length = 4; length < bytes.byteLength; length++) {
    const error = await refusal(bytes.subarray(0, length));
    expect(error.code, `cut at ${length}`).toBe("weights-truncated");
    expect(error.message).toContain(`m.gguf is truncated at byte ${length} of `);
  }
  const error = await refusal(bytes, size - 1);
  expect(error.message).toBe(`m.gguf is truncated at byte ${size - 1} of ${size}, in tensor "a"`);
});

test("a source that turns out shorter than it said is truncated where it ended", async () => {
  const { bytes } = written([["general.name", text("a longer name than that")]]);
  const error = await refusal(bytes.subarray(0, 40), bytes.byteLength);
  expect(error.message).toContain("truncated at byte 40 of at least");
});

test.each([
  ["tensor count", 8, 2n ** 63n],
  ["metadata count", 16, 2n ** 64n - 1n],
  ["metadata key 0", 24, 2n ** 64n - 8n],
])("absurd: %s", async (place, at, value) => {
  const { bytes } = written([["general.name", text("x")]], [MATRIX]);
  new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(at, value, true);
  const error = await refusal(bytes);
  expect(error.code).toBe("weights-count");
  expect(error.details).toMatchObject({ file: "m.gguf", place });
});

test("lengths near 2^64 in arrays and strings are refused before anything is allocated", async () => {
  for (const value of [2n ** 63n, 2n ** 64n - 1n, 2n ** 40n]) {
    for (const kind of ["array", "string"] as const) {
      const { bytes } = written([
        ["k", kind === "string" ? text("xyz") : { type: "array", of: "string", values: ["a"] }],
      ]);
      // magic, version, counts, key and its length, then the value's type (and the elements')
      new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(24 + 9 + (kind === "string" ? 4 : 8), value, true);
      expect((await refusal(bytes)).code).toBe("weights-count");
    }
  }
});

test("keys and tensors that come twice", async () => {
  const keys = written([
    ["k", text("x")],
    ["k", text("y")],
  ]);
  expect((await refusal(keys.bytes)).message).toContain(
    'metadata key 1 at byte 46: expected a new name, got "k" again',
  );
  const tensors = written([], [MATRIX, MATRIX]);
  const error = await refusal(tensors.bytes, tensors.size);
  expect([error.code, error.details["place"]]).toEqual(["weights-duplicate", "tensor 1"]);
});

test.each([0, 3, 48, 2 ** 21])("alignment %i is refused", async (value) => {
  const error = await refusal(written([["general.alignment", { type: "u32", value }]]).bytes);
  expect(error.message).toContain(`expected a power of two of at most 1048576, got ${value}`);
});

test("alignments that are powers of two are kept", async () => {
  const { bytes, size } = written(
    [["general.alignment", { type: "u32", value: 4096 }]],
    [MATRIX, { ...MATRIX, name: "b" }],
  );
  const file = await readGguf({ ...memorySource(bytes), size });
  expect(file.tensors.map(({ offset }) => offset)).toEqual([4096, 8192]);
});

test("arrays nested too deep are refused, and nested ones within the limit stepped over", async () => {
  const nest = (depth: number): DraftValue & { type: "array" } =>
    depth === 1 ? { type: "array", of: "u8", values: [1] } : { type: "array", of: "array", values: [nest(depth - 1)] };
  const file = await readGguf(
    memorySource(
      written([
        ["k", nest(4)],
        ["after", text("read")],
      ]).bytes,
    ),
  );
  expect(file.metadata.text("after")).toBe("read");
  const error = await refusal(written([["k", nest(5)]]).bytes);
  expect(error.message).toContain("at most arrays nested 4 deep");
});

/** The tensor info of the only tensor, of one letter and two dimensions, ends the header: patched from its end. */
async function patched(patch: (view: DataView, info: number) => void): Promise<LoadoutError> {
  const { bytes, size } = written([], [MATRIX]);
  patch(new DataView(bytes.buffer, bytes.byteOffset), 24 + 9);
  return refusal(bytes, size);
}

test.each([
  ["dimensions", 0, 5, "at most 4 dimensions, got 5"],
  ["a zero length", 4, 0, "expected a length of dimension 0, got 0"],
  ["a removed type", 20, 33, "got Q4_0_8_8 (id 33), removed"],
  ["a type for activations", 20, 15, "got Q8_K, which is for activations only"],
  ["an unknown type", 20, 99, "expected a known tensor type, got id 99"],
  ["rows of broken blocks", 20, 12, "expected rows of whole blocks of 256 (Q4_K), got rows of 8"],
  ["an unaligned offset", 24, 4, "expected data aligned to 32 bytes"],
  ["an offset past the end", 24, 1024, "is truncated at byte"],
])("tensor infos: %s", async (_, at, value, message) => {
  expect((await patched((view, info) => view.setUint32(info + at, value, true))).message).toContain(message);
});

test("element counts and offsets that overflow", async () => {
  const huge = await patched((view, info) => {
    view.setBigUint64(info + 4, 2n ** 40n, true);
    view.setBigUint64(info + 12, 2n ** 40n, true);
  });
  expect(huge.message).toContain("at most 2^53 elements, got 1099511627776 x 1099511627776");
  const far = await patched((view, info) => view.setBigUint64(info + 24, 2n ** 63n, true));
  expect(far.message).toContain("at most an offset of 2^53, got 9223372036854776000");
});

test("tensors that lie in one another", async () => {
  const { bytes, size } = written([], [MATRIX, { ...MATRIX, name: "b" }]);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(24 + 2 * (9 + 32) - 8, 32, true);
  const error = await refusal(bytes, size);
  expect(error.code).toBe("weights-overlap");
  expect(error.message).toContain('inside tensor "a"');
});

test("names that are no UTF-8 are refused, other text is read as engines print it", async () => {
  const key = written([["kk", text("x")]]);
  key.bytes[32] = 0xff;
  expect((await refusal(key.bytes)).message).toContain("metadata key 0 at byte 32: expected UTF-8 text");
  const value = written([["k", text("ab")]]);
  value.bytes[24 + 9 + 4 + 8] = 0xff;
  expect((await readGguf(memorySource(value.bytes))).metadata.text("k")).toBe("\ufffdb");
});

test("control characters of a hostile file do not reach the terminal", async () => {
  const { bytes } = written([
    ["\u001b[2Jkey", text("x")],
    ["\u001b[2Jkey", text("y")],
  ]);
  const error = await refusal(bytes);
  expect(error.message).toContain('got "\ufffd[2Jkey" again');
  expect(error.details["got"]).toBe("\u001b[2Jkey");
});

test("versions other than 1 to 3, and flags other than 0 and 1", async () => {
  const four = written([]).bytes;
  four[4] = 4;
  expect((await refusal(four)).message).toContain("expected GGUF version 1, 2 or 3, got 4");
  const flag = written([["k", { type: "bool", value: true }]]).bytes;
  flag[24 + 9 + 4] = 2;
  expect((await refusal(flag)).message).toContain("expected true or false (1 or 0), got 2");
});

test("kinds of files", async () => {
  const kind = async (metadata: Metadata, tensors = [MATRIX]) => {
    const { bytes, size } = written(metadata, tensors);
    return (await readGguf({ ...memorySource(bytes), size })).kind;
  };
  expect(await kind([])).toBe("model");
  expect(await kind([["general.type", text("mmproj")]])).toBe("projector");
  expect(await kind([["general.architecture", text("clip")]])).toBe("projector");
  expect(
    await kind([
      ["general.type", text("adapter")],
      ["general.architecture", text("llama")],
    ]),
  ).toBe("adapter");
  expect(await kind([["general.architecture", text("llama")]], [])).toBe("vocabulary");
});

test("long arrays and strings are stepped over; only the header is read, in windows", async () => {
  const tokens = Array.from({ length: 150_000 }, (_, id) => `token ${id}`);
  const { bytes, size } = written(
    [
      ["tokens", { type: "array", of: "string", values: tokens }],
      ["scores", { type: "array", of: "f32", values: tokens.map(() => 0) }],
      ["json", text("x".repeat(300_000))],
      ["heads", { type: "array", of: "u32", values: [1, 2, 3] }],
    ],
    [{ name: "a", type: "F32", shape: [1024, 1024, 1024] }],
  );
  let most = 0;
  let total = 0;
  const source: ByteSource = {
    name: "big",
    size,
    read: (offset, length) => {
      most = Math.max(most, length);
      total += length;
      return memorySource(bytes).read(offset, length);
    },
  };
  const file = await readGguf(source);
  expect(file.metadata.entries.get("tokens")).toEqual({ type: "array", of: "string", count: 150_000, offset: 54 });
  expect(file.metadata.entries.get("json")).toMatchObject({ type: "long-string", bytes: 300_000 });
  expect(file.metadata.counts("heads")).toEqual([1, 2, 3]);
  expect(file.metadata.arrayLength("scores")).toBe(150_000);
  expect(most).toBeLessThanOrEqual(2 ** 21);
  expect(total).toBeLessThan(1.5 * bytes.byteLength);
});
