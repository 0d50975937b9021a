import { run } from "@stricli/core";
import { app } from "../../src/show/cli/app.ts";
import { cliContext } from "../../src/show/cli/context.ts";
import { styleFor } from "../../src/show/cli/text/style.ts";

/** What a command prints, run in this process with a home of its own. */
export async function ask(words: readonly string[], home: string): Promise<{ out: string; error: string }> {
  let out = "";
  let error = "";
  const plain = styleFor({}, {});
  Object.assign(process.env, { LOADOUT_HOME: home, HOME: home, HF_HOME: home });
  const context = {
    ...cliContext(process, new AbortController().signal, 0),
    out: (text: string) => void (out += `${text}\n`),
    note: (text: string) => void (error += `${text}\n`),
    outStyle: plain,
    noteStyle: plain,
    interactive: false,
  };
  const { exitCode } = process;
  await run(
    app(() => undefined),
    words,
    context,
  );
  // the answer's exit code is not this process's
  process.exitCode = exitCode;
  return { out, error };
}
