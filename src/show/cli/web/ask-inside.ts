import { run } from "@stricli/core";
import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import { app } from "../app.ts";
import type { CliContext } from "../context.ts";
import { errorJson } from "../wrong-flags.ts";
import { styleFor } from "../text/style.ts";

/** What a command said, and how it would have ended. */
export interface Said {
  readonly code: number;
  /** one JSON document */
  readonly text: string;
}

/**
 * A command of this same program, asked inside it: the very code that answers a command line, its JSON caught instead of printed.
 * Nobody is there to be asked, and what would be noted while it works goes nowhere.
 */
export async function askInside(context: CliContext, words: readonly string[]): Promise<Said> {
  const said: string[] = [];
  const wrong: LoadoutError[] = [];
  const nowhere = { isTTY: false, columns: 80, write: () => true };
  const inside: NodeJS.Process = Object.create(context.process, {
    exitCode: { value: undefined, writable: true },
    stdout: { value: nowhere },
    stderr: { value: nowhere },
  });
  const style = styleFor(inside.stdout, { NO_COLOR: "1" });
  await run(
    app((error) => wrong.push(error)),
    words,
    {
      ...context,
      process: inside,
      out: (text) => void said.push(text),
      note: () => undefined,
      outStyle: style,
      noteStyle: style,
      interactive: false,
    },
  );
  if (wrong[0]) return { code: EXIT.question, text: errorJson(wrong[0]) };
  const [text] = said;
  if (text === undefined)
    return { code: EXIT.internal, text: errorJson(new LoadoutError("internal", { what: "a question" })) };
  return { code: Number(inside.exitCode ?? EXIT.ok), text };
}
