// Builds dist: types by the compiler, JavaScript bundled into a few chunks, because a command that starts with two hundred
// small files pays for each of them. The page of `loadout web` is beside it (dist/page). `npm run build`
import { spawnSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Plugin, rolldown } from "rolldown";
import { buildPage } from "./page.ts";

const root = join(import.meta.dirname, "..");
rmSync(join(root, "dist"), { recursive: true, force: true });
const compiler = join(root, "node_modules/typescript/bin/tsc");
const types = spawnSync(process.execPath, [compiler, "-p", join(root, "tsconfig.build.json")], { stdio: "inherit" });
if (types.status !== 0) process.exit(types.status ?? 1);

/** What is started or imported by its name; everything else is a chunk that these share. */
const entries = [
  "index",
  "facts/index",
  "predict/index",
  "plan/index",
  "draw/index",
  "show/cli/main",
  "run/engine/embedded/worker",
  "run/engine/process/guard-worker",
  "run/probe/copy-worker",
  "run/bench/load/null-server",
];
/**
 * Tables as JSON text that is parsed when loaded: V8 reads that three times as fast as the same table as an object literal,
 * compiled code in its cache or not (2.3 against 6.5 ms for the catalog of models).
 */
const tables: Plugin = {
  name: "tables",
  async load(id) {
    if (/[/\\]facts[/\\]model[/\\]catalog[/\\]models\.ts$/.test(id)) {
      const { MODELS } = await import("../src/facts/model/catalog/models.ts");
      return { code: `export const MODELS = ${parsed(MODELS)};`, moduleType: "js" };
    }
    if (!id.endsWith(".json")) return undefined;
    const table: unknown = JSON.parse(await readFile(id, "utf8"));
    return { code: `export default ${parsed(table)};`, moduleType: "js" };
  },
};

const parsed = (table: unknown) => `JSON.parse(${JSON.stringify(JSON.stringify(table))})`;

const bundle = await rolldown({
  plugins: [tables],
  input: Object.fromEntries(entries.map((entry) => [entry, join(root, "src", `${entry}.ts`)])),
  platform: "node",
  external: [/^node:/, "node-llama-cpp", "@stricli/core"],
});
await bundle.write({
  dir: join(root, "dist"),
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "chunks/[name]-[hash].js",
});
await bundle.close();
chmodSync(join(root, "dist/show/cli/main.js"), 0o755);
await buildPage();
