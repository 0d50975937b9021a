import { isAbsolute, join, resolve } from "node:path";
import { foldersOf, userCacheDir, type HomeContext } from "../../home/index.ts";
import type { Origin } from "./weights.ts";

/** A folder to look into, and how files lie in it. */
export interface Place {
  readonly folder: string;
  readonly layout: "tree" | "hub" | "ollama";
  readonly origin: Origin;
}

/**
 * Where programs keep weights, the person's own wish first. Sources: Loadout's folders; huggingface_hub's environment
 * variables; llama.cpp `common/common.cpp` (older cache: flat files) and `common/hf-cache.cpp` (from 2026: the hub's
 * layout, in LLAMA_CACHE too); LM Studio's documentation; Ollama's FAQ (a Linux service keeps its models under /usr/share).
 */
export function placesOf(home: HomeContext, modelsDirs: readonly string[] = [], lmStudioHome?: string): Place[] {
  const { env, homeDir } = home;
  const own = foldersOf(home).weights;
  const llamaCache = env["LLAMA_CACHE"] || join(userCacheDir(home), "llama.cpp");
  const places: Place[] = [
    ...modelsDirs.map((dir) => ({ folder: absolute(dir, homeDir), layout: "tree", origin: "folder" }) as const),
    { folder: own, layout: "tree", origin: "loadout" },
    { folder: hubCacheDir(home), layout: "hub", origin: "huggingface" },
    { folder: llamaCache, layout: "hub", origin: "llama.cpp" },
    { folder: llamaCache, layout: "tree", origin: "llama.cpp" },
    ...(lmStudioHome ? [{ folder: join(lmStudioHome, "models"), layout: "tree", origin: "lm-studio" } as const] : []),
    { folder: join(homeDir, ".lmstudio", "models"), layout: "tree", origin: "lm-studio" },
    { folder: join(homeDir, ".cache", "lm-studio", "models"), layout: "tree", origin: "lm-studio" },
    { folder: env["OLLAMA_MODELS"] || join(homeDir, ".ollama", "models"), layout: "ollama", origin: "ollama" },
  ];
  if (home.platform === "linux" && !env["OLLAMA_MODELS"])
    places.push({ folder: "/usr/share/ollama/.ollama/models", layout: "ollama", origin: "ollama" });
  return places;
}

/** The hub's cache, the same folder that other tools use: see {@link placesOf} for the order of the variables. */
export function hubCacheDir({ env, homeDir }: HomeContext): string {
  const cache = env["HF_HUB_CACHE"] || env["HUGGINGFACE_HUB_CACHE"];
  if (cache) return absolute(cache, homeDir);
  // not the system's cache folder: huggingface_hub uses ~/.cache on every system
  const base = env["XDG_CACHE_HOME"] || join(homeDir, ".cache");
  return join(absolute(env["HF_HOME"] || join(base, "huggingface"), homeDir), "hub");
}

function absolute(folder: string, homeDir: string): string {
  if (folder === "~" || folder.startsWith("~/")) return join(homeDir, folder.slice(1));
  return isAbsolute(folder) ? folder : resolve(folder);
}
