import { LoadoutError } from "../../../facts/errors/index.ts";
import { checkArguments, flagsOf, LLAMA_SERVER_FLAGS } from "../../../facts/runtime/index.ts";
import { llamaServerCommand } from "../../../plan/command/index.ts";
import type { ServerSpec } from "../server.ts";
import { poolingOf } from "./pooling.ts";

/** Verbosity at which memory lines are printed; prompts are not, at any level below 5. */
const VERBOSITY = "4";
/** the program counts its cores itself */
const OWN_THREADS = -1;

/** The name under which the server knows its model: aliases are separated by commas. */
export function aliasOf({ name }: ServerSpec): string {
  return name.replaceAll(",", "_");
}

/**
 * Arguments for a spec: the planned ones, and those that serving needs. Port 0 lets the system choose a free one, so no two
 * servers fight for it. Throws `engine-rejected` for arguments that the build does not take.
 */
export async function argumentsOf(spec: ServerSpec, buildNumber: number): Promise<readonly string[]> {
  const { modelPath, settings, backend, threads = OWN_THREADS, draftPath, projectorPath, adapters = [] } = spec;
  if (modelPath === undefined) throw new LoadoutError("engine-rejected", { got: "no file of weights" });
  const table = flagsOf(LLAMA_SERVER_FLAGS, buildNumber);
  const onDevices = backend === "cpu" && settings.devices === undefined ? { devices: [] } : {};
  const planned = llamaServerCommand({
    settings: { ...settings, ...onDevices },
    weights: { kind: "file", path: modelPath },
    buildNumber,
    threads,
    port: 0,
  });
  const more = [
    ["-lv", VERBOSITY, "-a", aliasOf(spec), "--metrics", "--slots"],
    table === undefined ? [] : ["--cors-origins", "localhost"],
    ...(await useArguments(spec, modelPath)),
    // the file alone is not enough: without a type the server loads a draft and never asks it
    draftPath === undefined ? [] : ["-md", draftPath, "--spec-type", "draft-simple"],
    projectorPath === undefined ? [] : ["--mmproj", projectorPath],
    // --lora-scaled would split a path at its colons; scales are posted and looked at after the start
    ...adapters.map(({ path }) => ["--lora", quoted(path)]),
    spec.warmUp === false ? ["--no-warmup"] : [],
    spec.extraArguments ?? [],
  ].flat();
  const args = [...planned.args, ...more];
  const [problem] = table === undefined ? [] : checkArguments(args, table);
  if (problem) throw new LoadoutError("engine-rejected", { got: `${problem.argument}: ${problem.because}` });
  return args;
}

async function useArguments(
  { use, extraArguments = [], settings }: ServerSpec,
  modelPath: string,
): Promise<string[][]> {
  const planned = settings.pooling === "rank" ? "rerank" : "embed";
  if (settings.embeddings === true && use === planned) return [];
  if (use === "rerank") return [["--rerank"]];
  if (use !== "embed") return [];
  return extraArguments.includes("--pooling")
    ? [["--embeddings"]]
    : [["--embeddings"], ["--pooling", await poolingOf(modelPath)]];
}

/** Lists of files are rows of comma-separated values. */
function quoted(path: string): string {
  return /[",]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path;
}
