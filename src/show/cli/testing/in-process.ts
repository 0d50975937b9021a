import type { CliContext } from "../context.ts";
import { styleFor } from "../text/style.ts";

/** What a command gets from the outside, with its home in a folder and nobody to ask; `said` collects answers. */
export function contextIn(folder: string, said: string[] = []): CliContext {
  const env = { LOADOUT_HOME: `${folder}/home`, HOME: folder, HF_HOME: `${folder}/hf` };
  const style = styleFor(process.stdout, { NO_COLOR: "1" });
  return {
    process: { ...process, env, stdout: process.stdout, stderr: process.stderr } as unknown as NodeJS.Process,
    out: (text) => void said.push(text),
    note: () => undefined,
    outStyle: style,
    noteStyle: style,
    interactive: false,
    signal: new AbortController().signal,
    startedAtMs: 0,
  };
}
