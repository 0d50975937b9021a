import { LoadoutError } from "../../../facts/errors/index.ts";
import { findLlamaServer, type LlamaServerProgram } from "../../../run/engine/index.ts";
import { formatFileBytes } from "../../../facts/units/index.ts";
import type { HomeContext } from "../../../run/home/index.ts";
import type { CliContext } from "../context.ts";
import type { Progress } from "../text/progress.ts";
import { consentOf } from "../weights-for.ts";
import type { ServeEngineName } from "./engine-names.ts";
import { embeddedRuntime, type Runtime, serverRuntime } from "../../../plan/ask/flags/index.ts";

/** The engine that a model is served with, and why. */
export type EngineChoice = { readonly runtime: Runtime; readonly because: string } & (
  | { readonly name: "embedded" }
  | { readonly name: "llama-server"; readonly program: LlamaServerProgram }
);

interface EngineParts {
  readonly home: HomeContext;
  readonly flags: { readonly engine?: ServeEngineName; readonly yes?: boolean };
  readonly progress: Progress;
}

/**
 * llama-server where this machine has one, since it sees images and takes drafts and adapters; else the one inside. Asked for by
 * name, Loadout's own copy is fetched where there is none, with the person's consent.
 */
export async function chooseEngine(context: CliContext, { home, flags, progress }: EngineParts): Promise<EngineChoice> {
  const { engine = "auto", yes = false } = flags;
  if (engine === "embedded") return { name: "embedded", runtime: embeddedRuntime(), because: "asked for" };
  const here = await findLlamaServer(home).catch((error: unknown) => {
    if (error instanceof LoadoutError && error.code === "engine-program-missing" && !named(home)) return undefined;
    throw error;
  });
  if (here === undefined && engine === "auto")
    return { name: "embedded", runtime: embeddedRuntime(), because: "no llama-server is installed here" };
  const program = here ?? (await fetched(context, home, yes, progress));
  const because =
    program.origin === "managed"
      ? "the copy that Loadout keeps"
      : program.origin === "PATH"
        ? "found on the PATH"
        : `named by ${program.origin}`;
  return { name: "llama-server", program, runtime: serverRuntime(`b${program.buildNumber}`), because };
}

/** One that is named and missing is an error, whatever else there is. */
function named({ env }: HomeContext): boolean {
  return (env["LOADOUT_LLAMA_SERVER"] ?? "") !== "";
}

async function fetched(
  context: CliContext,
  home: HomeContext,
  yes: boolean,
  progress: Progress,
): Promise<LlamaServerProgram> {
  const { ensureManaged } = await import("../../../run/engine/index.ts");
  progress.done();
  await ensureManaged({
    home,
    consent: consentOf(context, yes, 0),
    onProgress: ({ bytes, totalBytes }) =>
      progress.update(`fetching llama-server: ${formatFileBytes(bytes)} of ${formatFileBytes(totalBytes)}`),
    signal: context.signal,
  });
  progress.done();
  return findLlamaServer(home);
}
