import { expect, test } from "vitest";
import { type ByteSource, type DraftValue, memorySource, partNames, readGgufSet, writeGguf } from "./index.ts";

const count = (value: number): DraftValue => ({ type: "u16", value });

/** A set of parts with one tensor each; `changes` replaces metadata of one part. */
function parts(total: number, changes: Record<number, [string, DraftValue][]> = {}): Map<string, ByteSource> {
  const names = partNames(`dir/m-00001-of-${String(total).padStart(5, "0")}.gguf`);
  return new Map(
    names.map((name, part) => {
      const metadata = new Map<string, DraftValue>([
        ["split.no", count(part)],
        ["split.count", count(total)],
        ["split.tensors.count", { type: "i32", value: total }],
        ...(part === 0 ? ([["general.name", { type: "string", value: "whole" }]] as const) : []),
        ...(changes[part] ?? []),
      ]);
      const tensors = [{ name: `t${part}`, type: "F32", shape: [8] }];
      const { header, fileBytes } = writeGguf({ metadata, tensors });
      return [name, { ...memorySource(header, name), size: fileBytes }];
    }),
  );
}

async function readFrom(set: Map<string, ByteSource>, part: number) {
  return readGgufSet([...set.values()][part]!, (name) => Promise.resolve(set.get(name)));
}

test("a set is read as one file, from any of its parts", async () => {
  for (const part of [0, 1, 2]) {
    const file = await readFrom(parts(3), part);
    expect(file.metadata.text("general.name")).toBe("whole");
    expect(file.tensors.map(({ name, file: number }) => [name, number])).toEqual([
      ["t0", 0],
      ["t1", 1],
      ["t2", 2],
    ]);
    expect(file.files.map(({ name }) => name)).toEqual(partNames("dir/m-00002-of-00003.gguf"));
  }
});

test("a missing part is named", async () => {
  const set = parts(3);
  const first = set.get("dir/m-00001-of-00003.gguf")!;
  await expect(
    readGgufSet(first, (name) => Promise.resolve(name.includes("00003-of") ? undefined : set.get(name))),
  ).rejects.toThrow('part 3 of 3: expected the file "dir/m-00003-of-00003.gguf", got none of that name');
});

test("a renamed part, a part of another set, a wrong number, a wrong sum", async () => {
  const set = parts(2);
  const renamed = { ...set.get("dir/m-00001-of-00002.gguf")!, name: "model.gguf" };
  await expect(readGgufSet(renamed, () => Promise.resolve(undefined))).rejects.toThrow("-NNNNN-of-00002.gguf");
  await expect(readFrom(parts(2, { 1: [["split.no", count(0)]] }), 0)).rejects.toThrow('"split.no": expected 1, got 0');
  await expect(readFrom(parts(2, { 1: [["split.count", count(3)]] }), 0)).rejects.toThrow("expected 2, got 3");
  const sum: [string, DraftValue][] = [["split.tensors.count", { type: "i32", value: 9 }]];
  await expect(readFrom(parts(2, { 0: sum }), 0)).rejects.toThrow("expected 9 tensors, got 2 in all files");
});

test("a file that is not split asks for no other", async () => {
  const { header, fileBytes } = writeGguf({ metadata: [], tensors: [{ name: "a", type: "F32", shape: [8] }] });
  const file = await readGgufSet({ ...memorySource(header), size: fileBytes }, () =>
    Promise.reject(new Error("asked")),
  );
  expect(file.tensors).toHaveLength(1);
  expect(partNames("model.gguf")).toEqual(["model.gguf"]);
});
