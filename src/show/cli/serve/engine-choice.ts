import { LoadoutError } from "../../../facts/errors/index.ts";
import { findLlamaServer, type LlamaServerProgram } from "../../../run/engine/index.ts";
import type { HomeContext } from "../../../run/home/index.ts";
import { embeddedRuntime, serverRuntime, type Runtime } from "../runtime.ts";
import type { ServeEngineName } from "./engine-names.ts";

/** The engine that a model is served with, and why. */
export type EngineChoice = { readonly runtime: Runtime; readonly because: string } & (
  | { readonly name: "embedded" }
  | { readonly name: "llama-server"; readonly program: LlamaServerProgram }
);

/** llama-server where this machine has one, since it sees images and takes drafts and adapters; else the one inside. */
export async function chooseEngine(home: HomeContext, asked: ServeEngineName): Promise<EngineChoice> {
  if (asked === "embedded") return { name: "embedded", runtime: embeddedRuntime(), because: "asked for" };
  const program = await findLlamaServer(home).catch((error: unknown) => {
    const missing = error instanceof LoadoutError && error.code === "engine-program-missing";
    if (asked === "llama-server" || !missing) throw error;
    return undefined;
  });
  if (program === undefined)
    return { name: "embedded", runtime: embeddedRuntime(), because: "no llama-server is installed here" };
  const where = program.origin === "managed" ? "the copy that Loadout keeps" : `found by ${program.origin}`;
  return {
    name: "llama-server",
    program,
    runtime: serverRuntime(`b${program.buildNumber}`),
    because: `${asked === "auto" ? "it is here" : "asked for"}: ${where}`,
  };
}
