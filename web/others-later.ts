import { join } from "node:path";
import type { Plugin } from "vite";

/** Lists of what most questions do not need, each with the file of its room that reads it. */
const LISTS: readonly [list: string, reader: RegExp][] = [
  ["./others.ts", /architectures[/\\]index\.ts$/],
  ["./architectures/ends.ts", /llamacpp[/\\]compute\.ts$/],
  ["./other-backends.ts", /backends[/\\]device\.ts$/],
];

/** Graphs with a frame of their own and rules of back ends beside CUDA's: the page loads them with the first question about one. */
export const othersLater: Plugin = {
  name: "others-later",
  enforce: "pre",
  resolveId(source, importer) {
    const isList = LISTS.some(([list, reader]) => source === list && reader.test(importer ?? ""));
    return isList ? join(import.meta.dirname, "page/engine/others-later.ts") : undefined;
  },
};
