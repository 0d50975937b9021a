import type { CliContext } from "../context.ts";
import { styleFor } from "../text/style.ts";

/** What a command gets from the outside, with its home in a folder and nobody to ask; `said` collects answers. */
export function contextIn(folder: string, said: string[] = []): CliContext {
  const env = { LOADOUT_HOME: `${folder}/home`, HOME: folder, HF_HOME: `${folder}/hf` };
  const style = styleFor(process.stdout, { NO_COLOR: "1" });
  return {
    // its own environment, all else is this process
    process: new Proxy(process, { get: (from, name) => (name === "env" ? env : Reflect.get(from, name)) }),
    out: (text) => void said.push(text),
    note: () => undefined,
    outStyle: style,
    noteStyle: style,
    interactive: false,
    signal: new AbortController().signal,
    startedAtMs: 0,
  };
}
