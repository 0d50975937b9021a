import { join } from "node:path";
import type { Plugin } from "vite";

/** Graphs of architectures with a frame of their own are a third of the engine: the page loads them with the first such model. */
export const othersLater: Plugin = {
  name: "others-later",
  enforce: "pre",
  resolveId(source, importer) {
    const isList = source === "./others.ts" && /architectures[/\\]index\.ts$/.test(importer ?? "");
    return isList ? join(import.meta.dirname, "page/engine/others-later.ts") : undefined;
  },
};
