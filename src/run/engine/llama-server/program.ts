import { access, constants } from "node:fs/promises";
import { posix, win32 } from "node:path";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { runCommand, type RunCommand } from "../../fetch/index.ts";
import type { HomeContext } from "../../home/index.ts";
import { managedCommand } from "./managed.ts";
import { readVersion, type ProgramVersion } from "./version.ts";

/** A llama-server that can be started here. */
export interface LlamaServerProgram extends ProgramVersion {
  /** the program and what stands before its own arguments */
  readonly command: readonly [program: string, ...args: string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly origin: "LOADOUT_LLAMA_SERVER" | "PATH" | "managed";
}

/** How a place's program is started. */
export type ProgramCommand = Pick<LlamaServerProgram, "command" | "env">;

/**
 * The llama-server of this machine: the one that LOADOUT_LLAMA_SERVER names, the first on the PATH, the copy that Loadout keeps.
 * One that is named but cannot be used is an error; without any, `engine-program-missing`.
 */
export async function findLlamaServer(home: HomeContext, run: RunCommand = runCommand): Promise<LlamaServerProgram> {
  const named = home.env["LOADOUT_LLAMA_SERVER"];
  if (named) return programOf({ command: [named], env: {} }, "LOADOUT_LLAMA_SERVER", run);
  const onPath = await firstOnPath(home);
  if (onPath !== undefined) return programOf({ command: [onPath], env: {} }, "PATH", run);
  const managed = await managedCommand(home);
  if (managed !== undefined) return programOf(managed, "managed", run);
  const got = "not on the PATH, not named by LOADOUT_LLAMA_SERVER, and no copy was fetched";
  throw new LoadoutError("engine-program-missing", { what: "llama-server", got });
}

/** Asks a program for its version: a build for another CPU may die of that alone. */
export async function programOf(
  how: ProgramCommand,
  origin: LlamaServerProgram["origin"],
  run: RunCommand = runCommand,
): Promise<LlamaServerProgram> {
  const what = how.command.join(" ");
  const { exitCode, output } = await run([...how.command, "--version"], { env: how.env });
  if (exitCode === 132) throw new LoadoutError("engine-wrong-cpu", { what });
  const version = readVersion(output);
  if (version !== undefined) return { ...how, ...version, origin };
  const got =
    exitCode === 0 ? `--version printed "${output.trim().slice(0, 200)}"` : output.trim() || "it ended at once";
  const code = exitCode === undefined && /ENOENT/.test(output) ? "engine-program-missing" : "engine-program-unfit";
  throw new LoadoutError(code, { what, got });
}

async function firstOnPath({ env, platform }: HomeContext): Promise<string | undefined> {
  const path = platform === "win32" ? win32 : posix;
  const name = platform === "win32" ? "llama-server.exe" : "llama-server";
  for (const folder of (env["PATH"] ?? env["Path"] ?? "").split(path.delimiter)) {
    if (folder === "") continue;
    const file = path.join(folder, name);
    const there = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (there) return file;
  }
  return undefined;
}
