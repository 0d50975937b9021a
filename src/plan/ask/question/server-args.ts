import { LoadoutError } from "../../../facts/errors/index.ts";
import {
  checkArguments,
  flagsOf,
  LLAMA_SERVER_FLAGS,
  readServerArguments,
  shellWords,
  type ServerArguments,
} from "../../../facts/runtime/index.ts";
import type { Runtime } from "../flags/index.ts";

export { elsewhereRuntime } from "./elsewhere.ts";

/** A pasted command line of llama-server, with or without the program's name, checked against the flags of the build. */
export function serverArgumentsOf(text: string, { buildNumber }: Pick<Runtime, "buildNumber">): ServerArguments {
  const words = shellWords(text);
  if (words === undefined) throw unread("a quote that is closed", text);
  const args = words[0]?.startsWith("-") === false ? words.slice(1) : words;
  const table = flagsOf(LLAMA_SERVER_FLAGS, buildNumber) ?? LLAMA_SERVER_FLAGS[0]!;
  const [problem] = checkArguments(args, table);
  if (problem)
    throw unread(`arguments that llama-server ${table.build} takes`, `${problem.argument}: ${problem.because}`);
  return readServerArguments(args);
}

function unread(expected: string, got: string): LoadoutError {
  const example = '--server-args "-c 32768 -np 4 -ctk q8_0 -ctv q8_0 -ngl 40"';
  return new LoadoutError("bad-quantity", { what: "--server-args", expected, got, example });
}
