import { LoadoutError } from "../../../facts/errors/index.ts";
import { parseConfig } from "../../../facts/model/index.ts";
import {
  type ByteSource,
  readSafetensors,
  readSafetensorsIndex,
  readSafetensorsSet,
  type SafetensorsFile,
} from "../../../facts/weights/index.ts";

/** A folder with a `config.json`, on this machine or at the hub. */
export interface ConfigFolder {
  /** how errors call it */
  readonly name: string;
  /** names of its files, without those of folders inside */
  readonly files: readonly string[];
  /** name of the configuration; config.json unless said */
  readonly config?: string;
  readonly open: (file: string) => Promise<ByteSource | undefined>;
}

/** What the folder says: the configuration, and the headers of its safetensors files where it has some. */
export interface ConfigModel {
  readonly config: unknown;
  readonly headers?: SafetensorsFile;
}

/** Longest text that is read whole: an index of 10^5 tensors has 10 MB. */
const MOST_TEXT_BYTES = 64 * 2 ** 20;

export async function readConfigFolder(folder: ConfigFolder): Promise<ConfigModel> {
  const file = folder.config ?? "config.json";
  const config = parseConfig(await textOf(folder, file), `${folder.name}/${file}`);
  const headers = await headersOf(folder);
  return { config, ...(headers && { headers }) };
}

/** The published parts are preferred to files beside them: an index, else the one file. */
async function headersOf(folder: ConfigFolder): Promise<SafetensorsFile | undefined> {
  const indexes = folder.files.filter((file) => file.endsWith(".safetensors.index.json"));
  const index = indexes.find((file) => file.startsWith("model.")) ?? indexes[0];
  if (index !== undefined) {
    const text = await textOf(folder, index);
    return readSafetensorsSet(readSafetensorsIndex(text, `${folder.name}/${index}`), folder.open);
  }
  const files = folder.files.filter((file) => file.endsWith(".safetensors"));
  const one = files.find((file) => file === "model.safetensors") ?? (files.length === 1 ? files[0] : undefined);
  const source = one === undefined ? undefined : await folder.open(one);
  return source && readSafetensors(source);
}

async function textOf(folder: ConfigFolder, file: string): Promise<string> {
  const source = await folder.open(file);
  const path = `${folder.name}/${file}`;
  if (!source) throw new LoadoutError("file-unreadable", { path, got: "there is no such file" });
  if (source.size > MOST_TEXT_BYTES)
    throw new LoadoutError("file-unreadable", { path, got: `it has ${source.size} bytes, too many for a text` });
  return new TextDecoder().decode(await source.read(0, source.size));
}
