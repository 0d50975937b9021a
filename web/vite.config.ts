import { join } from "node:path";
import { defineConfig } from "vite";
import { tables } from "./tables.ts";

/** The page: pure rooms as they are, two workers of one script, catalogs as files of their own. `npm run build:page` */
export default defineConfig({
  root: join(import.meta.dirname, "page"),
  base: "./",
  plugins: [tables],
  worker: {
    format: "es",
    plugins: () => [tables],
    rolldownOptions: {
      output: { chunkFileNames: "assets/[name]-[hash].js" },
      treeshake: { moduleSideEffects: sideEffects },
    },
  },
  build: {
    outDir: join(import.meta.dirname, "../dist/page"),
    emptyOutDir: true,
    target: "es2024",
    modulePreload: { polyfill: false },
    rolldownOptions: { treeshake: { moduleSideEffects: sideEffects } },
  },
});

/** Rooms only export: a module nobody imports from is left out. */
function sideEffects(id: string): boolean {
  return !/[/\\]src[/\\](?:facts|predict|plan|draw)[/\\]/.test(id);
}
