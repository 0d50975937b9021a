import { createInterface } from "node:readline/promises";
import { LoadoutError } from "../../facts/errors/index.ts";
import type { CliContext } from "./context.ts";

/**
 * Asks a yes-or-no question on the terminal; only "y" and "yes" are yes, and an input that ends is no. While it asks the
 * terminal hands Ctrl-C over as a key and no signal comes: it stops the command all the same.
 */
export async function askYes(
  context: Pick<CliContext, "signal"> & { readonly process: Pick<NodeJS.Process, "stdin" | "stderr"> },
  question: string,
): Promise<boolean> {
  const { stdin, stderr } = context.process;
  const readline = createInterface({ input: stdin, output: stderr });
  const pressed = new AbortController();
  const ended = new AbortController();
  readline.once("SIGINT", () => pressed.abort());
  readline.once("close", () => ended.abort());
  try {
    const signal = AbortSignal.any([context.signal, pressed.signal, ended.signal]);
    const answer = await readline.question(`${question} [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "AbortError") throw error;
    stderr.write("\n");
    if (context.signal.aborted || pressed.signal.aborted) throw new LoadoutError("interrupted", {}, { cause: error });
    return false;
  } finally {
    readline.close();
  }
}
