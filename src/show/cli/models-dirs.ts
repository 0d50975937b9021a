import { existsSync } from "node:fs";
import { LoadoutError } from "../../facts/errors/index.ts";
import type { Config } from "../../run/home/index.ts";

/** Folders to look for weights in beside the usual ones. One that was typed must be there; one of the config may be unmounted. */
export function modelsDirsOf({ models = [] }: { readonly models?: readonly string[] }, config: Config): string[] {
  const missing = models.find((folder) => !existsSync(folder));
  if (missing !== undefined)
    throw new LoadoutError("file-unreadable", { path: missing, got: "there is no such folder (--models)" });
  return [...models, ...(config.modelsDirs ?? [])];
}
