import { ArgumentParseError, ArgumentScannerError, formatMessageForArgumentScannerError, text_en } from "@stricli/core";
import { LoadoutError } from "../../facts/errors/index.ts";
import { ANSWER_VERSION } from "../../plan/answer/index.ts";
import { nearest } from "../../plan/ask/flags/index.ts";

/** A command line that could not be read, as the errors of the table: the same form as every other refusal. */
function flagError(thrown: unknown): LoadoutError {
  if (thrown instanceof ArgumentParseError && thrown.exception instanceof LoadoutError) return thrown.exception;
  const got =
    thrown instanceof ArgumentScannerError
      ? formatMessageForArgumentScannerError(thrown, {})
      : thrown instanceof Error
        ? thrown.message
        : String(thrown);
  return new LoadoutError("bad-command-line", { got });
}

/**
 * The framework's texts with our own for command lines that cannot be read. `onError` gets each error too: the framework
 * only takes a text, and `--json` wants the object.
 */
export function textsWith(onError: (error: LoadoutError) => void): typeof text_en {
  return {
    ...text_en,
    briefs: { ...text_en.briefs, argumentEscapeSequence: "What follows is no flag" },
    exceptionWhileParsingArguments: (thrown) => {
      const error = flagError(thrown);
      onError(error);
      return errorText(error);
    },
  };
}

/** A first word that is no command. */
export function unknownCommand(got: string, commands: readonly string[]): LoadoutError {
  return new LoadoutError("unknown-value", {
    what: "command",
    expected: commands.join(", "),
    got,
    nearest: `\`loadout ${nearest(got, commands)}\``,
  });
}

/** An error as every command prints it: message and hint, and under `--json` the object on standard output. */
export function errorJson(error: LoadoutError): string {
  return JSON.stringify({ schema: ANSWER_VERSION, kind: "error", error }, null, 2);
}

export function errorText(error: LoadoutError): string {
  return `error: ${error.message}\nhint:  ${error.hint}`;
}
