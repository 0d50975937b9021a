import { llamaCppBuild, type FoundBuild } from "../../../facts/runtime/index.ts";
import type { Fields } from "../fields.ts";

/** Why a row's program says nothing of llama.cpp's own sizes; undefined where it does. */
export function foreign(program: string): string | undefined {
  if (/^ik_llama|fork|ipex|flash-moe/i.test(program)) return `${program} is a fork: its caches and graphs are its own`;
  return undefined;
}

/** Commits that were no release of llama.cpp but an experiment whose caches are known. */
const EXPERIMENTS: Readonly<Record<string, { readonly latentCaches: "beside" }>> = {
  // fairydreaming's branch of January 2025: it prints full keys and values, and beside them the compressed ones
  "76543311": { latentCaches: "beside" },
};

/** From this day on the program printed the cells of a sequence, and until that day not whether the cache is unified. */
const BEFORE_UNIFIED = "2025-05-01";

/**
 * The build a row was printed by: by its number, or its date. A complete log without either still tells its time by the lines that the
 * program had: cells of a sequence (from November 2024), a unified cache (from July 2025). Anything else is not known.
 */
export function buildOfRow(row: Fields): FoundBuild | undefined {
  const [, number, commit = ""] = /^b?(\d+)(?: \((\w+)\))?/.exec(row.text("build")) ?? [];
  const found = number === undefined ? byDate(row) : llamaCppBuild(`b${number}`);
  const experiment = EXPERIMENTS[commit.slice(0, 8)];
  if (found === undefined || experiment === undefined) return found;
  return { ...found, build: { ...found.build, ...experiment } };
}

function byDate(row: Fields): FoundBuild | undefined {
  if (row.has("date")) return llamaCppBuild(row.text("date"));
  const settings = row.group("settings");
  const complete = row.text("quality") === "full" && row.text("program") === "llama.cpp";
  const old = settings.has("n_ctx_per_seq") && !settings.has("kv_unified");
  return complete && old ? llamaCppBuild(BEFORE_UNIFIED) : undefined;
}
