// Runs the suite of served engines over real ones: the command-line llama-server and an Ollama, built once into the cache of the
// tests from what package registries serve, beside those that need no build. Usage: node tools/test-engines.ts [--only llama-server|ollama]
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { builtLlamaServer, builtOllama, CACHE } from "./test-engines/built.ts";

const root = join(import.meta.dirname, "..");
const ENGINES = {
  "llama-server": {
    variable: "LOADOUT_TEST_LLAMA_SERVER",
    build: builtLlamaServer,
    tests: ["src/run/engine/llama-server", "tools/test-engines"],
  },
  ollama: { variable: "LOADOUT_TEST_OLLAMA", build: builtOllama, tests: "src/run/engine/ollama" },
} as const;

const { values } = parseArgs({ options: { only: { type: "string" } } });
const chosen = Object.entries(ENGINES).filter(([name]) => values.only === undefined || values.only === name);
if (chosen.length === 0) throw new Error(`--only takes ${Object.keys(ENGINES).join(" or ")}`);

const env: Record<string, string | undefined> = {
  ...process.env,
  LOADOUT_REQUIRE_ENGINES: "1",
  LOADOUT_TEST_CACHE: CACHE,
};
for (const [, { variable, build }] of chosen) env[variable] = build((text) => console.error(text));
const tests = chosen.flatMap(([, engine]) => engine.tests);
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const { status } = spawnSync(process.execPath, [vitest, "run", ...tests], { cwd: root, env, stdio: "inherit" });
process.exitCode = status ?? 1;
