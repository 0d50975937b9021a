import { forkCaches, llamaCppBuild, type FoundBuild, type LlamaCppFork } from "../../../facts/runtime/index.ts";
import { Fields } from "../fields.ts";

/** Terms of a fork that are llama.cpp's, where its caches are. */
const CACHED: ReadonlySet<string> = new Set(["kv", "kv_window", "kv_gpu", "output"]);

/** Why a term of a fork is not predicted; undefined where it is. */
export function foreignTerm({ because }: LlamaCppFork, term: string, devices: number): string | undefined {
  if (!CACHED.has(term)) return because;
  return term === "kv_gpu" && devices > 1 ? "how the fork deals layers out to several devices is its own" : undefined;
}

/**
 * A fork's row as llama.cpp would say it, and the build whose caches it has. Keys of latent attention are compressed where `-mla` says
 * so, or where no values are printed; then the type of the values says nothing.
 */
export function asMainline(row: Fields, fork: LlamaCppFork): { row: Fields; build: FoundBuild["build"] } | undefined {
  const settings = row.group("settings");
  const [, number] = /^b?(\d+)/.exec(row.text("build")) ?? [];
  const caches = forkCaches(fork, {
    ...(number === undefined ? {} : { number: Number(number) }),
    ...(row.has("date") ? { day: row.text("date") } : {}),
  });
  if (caches === undefined) return undefined;
  const compressed = /-mla\s+[1-9]/.test(settings.text("extra_flags")) || !settings.has("type_v");
  const build = { ...caches, latentCaches: compressed ? ("instead" as const) : ("none" as const) };
  const latent = row.group("model").text("arch") === "deepseek2" && compressed;
  if (!latent || !settings.has("type_k")) return { row, build };
  const same = { ...settings.raw(), type_v: settings.text("type_k") };
  return { row: new Fields({ ...row.raw(), settings: same }), build };
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
