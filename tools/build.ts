// Builds dist: types by the compiler, JavaScript bundled into a few chunks, because a command that starts with two hundred
// small files pays for each of them. `npm run build`
import { spawnSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

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
  "show/cli/main",
  "run/engine/embedded/worker",
  "run/probe/copy-worker",
];
const bundle = await rolldown({
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
