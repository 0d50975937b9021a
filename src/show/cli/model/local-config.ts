import { existsSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type ClosableSource, openFileSource } from "../../../run/source/file-source.ts";
import { fromConfig, readConfigFolder, type Weights } from "../../../plan/ask/model/index.ts";

/** A folder with a configuration, and which of its files that is. */
export interface LocalConfig {
  readonly folder: string;
  readonly config: string;
}

/** What a path means: a folder with a config.json, the one of a safetensors file or index, or a configuration itself. */
export function localConfigOf(path: string): LocalConfig | undefined {
  if (!existsSync(path)) return undefined;
  if (statSync(path).isDirectory())
    return existsSync(join(path, CONFIG)) ? { folder: path, config: CONFIG } : undefined;
  if (/\.safetensors(?:\.index\.json)?$/i.test(path)) return { folder: dirname(path), config: CONFIG };
  return /\.json$/i.test(path) ? { folder: dirname(path), config: basename(path) } : undefined;
}

const CONFIG = "config.json";

/** A model by its folder on this machine. */
export async function fromLocalConfig(
  { folder, config }: LocalConfig,
  typed: string,
  quant: string | undefined,
): Promise<Weights> {
  const opened: ClosableSource[] = [];
  try {
    const model = await readConfigFolder({
      name: folder,
      config,
      // beside a configuration of another name lie other models' weights
      files: config === CONFIG ? await readdir(folder) : [],
      open: async (file) => {
        const path = join(folder, file);
        if (!existsSync(path)) return undefined;
        const source = await openFileSource(path);
        opened.push(source);
        return source;
      },
    });
    const name = config === CONFIG ? basename(resolve(folder)) : basename(config, ".json");
    return fromConfig(model, { name, argument: typed, source: `the configuration ${resolve(folder, config)}`, quant });
  } finally {
    await Promise.all(opened.map((source) => source.close()));
  }
}
