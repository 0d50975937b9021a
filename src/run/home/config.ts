import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, messageOf } from "./failure.ts";
import { LoadoutError } from "../../facts/errors/index.ts";

/** What a person may write into `config.json` of the config folder. */
export interface Config {
  /** address of the hub, without a slash at the end */
  readonly hubEndpoint?: string;
  /** more folders to look for weights in */
  readonly modelsDirs?: readonly string[];
}

const FILE = "config.json";

/** Reads the config file; a missing one is an empty config, a wrong one is an error that names the key. */
export async function readConfig(configDir: string): Promise<Config> {
  const path = join(configDir, FILE);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return {};
    throw new LoadoutError("file-unreadable", { path, got: messageOf(error) }, { cause: error });
  }
  return parseConfig(text, path);
}

export function parseConfig(text: string, path: string): Config {
  const bad = (expected: string, got: string) => new LoadoutError("config-damaged", { path, expected, got });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw bad("JSON", messageOf(error));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw bad("an object", typeof value);
  const { hubEndpoint, modelsDirs, ...others }: Partial<Record<string, unknown>> = { ...value };
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) throw bad("the keys hubEndpoint and modelsDirs", `"${unknown}"`);
  const config: { hubEndpoint?: string; modelsDirs?: string[] } = {};
  if (hubEndpoint !== undefined) {
    if (typeof hubEndpoint !== "string" || !/^https?:\/\/[^/]/.test(hubEndpoint))
      throw bad("hubEndpoint to be an http or https address", JSON.stringify(hubEndpoint));
    config.hubEndpoint = hubEndpoint.replace(/\/+$/, "");
  }
  if (modelsDirs !== undefined) {
    if (!Array.isArray(modelsDirs) || !modelsDirs.every((dir) => typeof dir === "string"))
      throw bad("modelsDirs to be a list of folders", JSON.stringify(modelsDirs));
    config.modelsDirs = modelsDirs;
  }
  return config;
}
