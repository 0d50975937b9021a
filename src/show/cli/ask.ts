import { createInterface } from "node:readline/promises";
import type { CliContext } from "./context.ts";

/** Asks a yes-or-no question on the terminal; only "y" and "yes" are yes. Ctrl-C while asked is the signal's business. */
export async function askYes(context: CliContext, question: string): Promise<boolean> {
  const readline = createInterface({ input: context.process.stdin, output: context.process.stderr });
  try {
    const answer = await readline.question(`${question} [y/N] `, { signal: context.signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    readline.close();
  }
}
