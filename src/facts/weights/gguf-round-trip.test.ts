import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  type DraftArray,
  type DraftTensor,
  type DraftValue,
  type GgufValue,
  memorySource,
  type NumberType,
  readGguf,
  TENSOR_TYPES,
  writeGguf,
} from "./index.ts";

const NUMBERS: Record<NumberType, fc.Arbitrary<number | bigint>> = {
  u8: fc.integer({ min: 0, max: 2 ** 8 - 1 }),
  i8: fc.integer({ min: -(2 ** 7), max: 2 ** 7 - 1 }),
  u16: fc.integer({ min: 0, max: 2 ** 16 - 1 }),
  i16: fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
  u32: fc.nat({ max: 2 ** 32 - 1 }),
  i32: fc.integer(),
  f32: fc.float({ noNaN: true }),
  f64: fc.double({ noNaN: true }),
  u64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(narrow),
  i64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(narrow),
};

function narrow(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

const numberType = fc.constantFrom<NumberType[]>("u8", "i8", "u16", "i16", "u32", "i32", "f32", "f64", "u64", "i64");
const text = fc.string({ unit: "grapheme", maxLength: 40 });
const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });

const flat: fc.Arbitrary<DraftArray> = fc.oneof(
  numberType.chain((of) =>
    fc.array(NUMBERS[of], { maxLength: 20 }).map((values) => ({ type: "array" as const, of, values })),
  ),
  fc.array(text, { maxLength: 20 }).map((values) => ({ type: "array" as const, of: "string" as const, values })),
  fc.array(fc.boolean(), { maxLength: 20 }).map((values) => ({ type: "array" as const, of: "bool" as const, values })),
);
const value: fc.Arbitrary<DraftValue> = fc.oneof(
  numberType.chain((type) => NUMBERS[type].map((number) => ({ type, value: number }))),
  text.map((string) => ({ type: "string" as const, value: string })),
  fc.boolean().map((flag) => ({ type: "bool" as const, value: flag })),
  flat,
  fc.array(flat, { maxLength: 4 }).map((values) => ({ type: "array" as const, of: "array" as const, values })),
);

const storedTypes = [...TENSOR_TYPES.values()].filter(({ activationsOnly }) => !activationsOnly);
const tensor: fc.Arbitrary<DraftTensor> = fc
  .record({
    name,
    type: fc.constantFrom(...storedTypes),
    blocks: fc.integer({ min: 1, max: 8 }),
    rest: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }),
  })
  .map(({ name: own, type, blocks, rest }) => ({
    name: own,
    type: type.name,
    shape: [blocks * type.blockLength, ...rest],
  }));

const draft = fc.record({
  metadata: fc.uniqueArray(fc.tuple(name, value), { maxLength: 12, selector: ([key]) => key }),
  tensors: fc.uniqueArray(tensor, { maxLength: 12, selector: (one) => one.name }),
  version: fc.constantFrom(1 as const, 2 as const, 3 as const),
  littleEndian: fc.boolean(),
});

test("what the writer writes, the reader reads: every version, both byte orders", async () => {
  await fc.assert(
    fc.asyncProperty(draft, async (wanted) => {
      const written = writeGguf(wanted);
      const file = await readGguf({ ...memorySource(written.header), size: written.fileBytes });
      expect(file.version).toBe(wanted.version);
      expect(file.littleEndian).toBe(wanted.littleEndian);
      expect(file.tensors).toEqual(written.tensors);
      expect(file.tensors.map(({ name: own, type, shape }) => ({ name: own, type, shape }))).toEqual(wanted.tensors);
      expect([...file.metadata.entries].map(([key, read]) => [key, comparable(read)])).toEqual(
        wanted.metadata.map(([key, drafted]) => [key, comparable(drafted)]),
      );
    }),
    { numRuns: 300, seed: 1 },
  );
});

/** Arrays of arrays are counted, not kept; where an array starts is no part of what was written. */
function comparable(one: DraftValue | GgufValue): unknown {
  if (one.type !== "array") return one;
  const { of, values } = one;
  return of === "array" ? { of, count: "count" in one ? one.count : values?.length } : { of, values };
}
