import { join } from "node:path";
import { defineConfig } from "vite";

/** The local page as files that any server, or none, can serve: no address in it is absolute. */
export default defineConfig({
  root: join(import.meta.dirname, "page"),
  base: "./",
  publicDir: false,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: { outDir: join(import.meta.dirname, "../dist/web/page"), emptyOutDir: true, target: "es2023", modulePreload: { polyfill: false } },
  worker: { format: "es" },
});
