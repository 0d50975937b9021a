import { type ByteSource, type GgufFile, readGgufSet } from "../../../facts/weights/index.ts";
import { type ConfigModel, readConfigFolder } from "./config-folder.ts";
import { fromConfig } from "./from-config.ts";
import { weightsOfGguf } from "./from-gguf.ts";
import { requantized } from "./requantized.ts";
import type { Weights } from "./weights.ts";

/** What a file says that was opened: a GGUF header, or a configuration with the headers beside it. */
export type Opened = {
  /** as it is named in questions */
  readonly argument: string;
  readonly name: string;
} & ({ readonly gguf: GgufFile } | { readonly config: ConfigModel; readonly source: string });

/**
 * Reads headers of files by their names: a GGUF file with the parts of its set, or a config.json with safetensors files beside it.
 * `first` is the one that was meant, and `open` finds the others.
 */
export async function openFiles(
  argument: string,
  first: string,
  files: readonly string[],
  open: (file: string) => Promise<ByteSource | undefined>,
): Promise<Opened> {
  const isConfig = /\.(?:json|safetensors)$/i.test(first);
  if (!isConfig) {
    const source = await open(first);
    if (source === undefined) throw new Error(`${first} is not among the files`);
    return { argument, name: first.replace(/\.gguf$/i, ""), gguf: await readGgufSet(source, open) };
  }
  const other = /\.json$/i.test(first) && !/\.index\.json$/i.test(first) ? first : "config.json";
  const folder = argument.replace(/\/?[^/]*$/, "") || "file:";
  const config = await readConfigFolder({
    name: folder,
    config: other,
    // beside a configuration of another name lie other models' weights
    files: other === "config.json" ? files : [],
    open,
  });
  const name = nameIn(config.config) ?? (other === "config.json" ? "model" : other.replace(/\.json$/i, ""));
  return { argument, name, config, source: `the configuration ${other}` };
}

/** The model of an opened file, in another file type where one is named. */
export function weightsOf(opened: Opened, quant: string | undefined): Weights {
  const { argument, name } = opened;
  if ("config" in opened) return fromConfig(opened.config, { name, argument, source: opened.source, quant });
  const weights = weightsOfGguf(opened.gguf, argument, name);
  return quant === undefined ? weights : requantized(weights, quant);
}

/** Publishers keep the repository's name in the configuration; a file alone has no folder that says it. */
function nameIn(config: unknown): string | undefined {
  const named = config !== null && typeof config === "object" ? Object.entries(config) : [];
  const path = named.find(([key]) => key === "_name_or_path")?.[1];
  return typeof path === "string" && /[^/\\]/.test(path) ? path.replace(/^.*[/\\]/, "") : undefined;
}
