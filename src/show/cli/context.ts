import type { CommandContext } from "@stricli/core";
import { EXIT, LoadoutError } from "../../facts/errors/index.ts";
import { wrap } from "./text/layout.ts";
import { styleFor, type Style } from "./text/style.ts";
import { errorJson } from "./wrong-flags.ts";

/** What every command gets from the outside: streams, environment, the signal of Ctrl-C. Tests pass their own. */
export interface CliContext extends CommandContext {
  readonly process: NodeJS.Process;
  /** answers go here */
  readonly out: (text: string) => void;
  /** progress and errors go here, so that piped answers stay clean */
  readonly note: (text: string) => void;
  readonly outStyle: Style;
  readonly noteStyle: Style;
  /** can a person be asked? */
  readonly interactive: boolean;
  readonly signal: AbortSignal;
  readonly startedAtMs: number;
}

export function cliContext(process: NodeJS.Process, signal: AbortSignal, startedAtMs: number): CliContext {
  return {
    process,
    out: (text) => process.stdout.write(`${text}\n`),
    note: (text) => process.stderr.write(`${text}\n`),
    outStyle: styleFor(process.stdout, process.env),
    noteStyle: styleFor(process.stderr, process.env),
    interactive: process.stdin.isTTY && process.stderr.isTTY,
    signal,
    startedAtMs,
  };
}

/**
 * Wraps a command: a {@link LoadoutError} is printed as message and hint (with --json as one object on standard output) and
 * becomes its exit code; anything else is a fault of ours and says so.
 */
export function guarded<Flags extends { readonly json?: boolean }, Args extends readonly (string | undefined)[]>(
  command: (this: CliContext, flags: Flags, ...args: Args) => Promise<number | void>,
): (this: CliContext, flags: Flags, ...args: Args) => Promise<void> {
  return async function (this: CliContext, flags: Flags, ...args: Args): Promise<void> {
    try {
      const code = await command.call(this, flags, ...args);
      // what a command does not watch for itself still ends as stopped
      this.process.exitCode = this.signal.aborted ? EXIT.interrupted : (code ?? EXIT.ok);
    } catch (thrown) {
      const error = asLoadoutError(thrown, this.signal);
      if (flags.json) this.out(errorJson(error));
      // a terminal breaks words where it ends; what is piped stays one line each
      const lines = (text: string) => (this.process.stderr.isTTY ? wrap(text).join("\n") : text);
      this.note(lines(`${this.noteStyle.bad("error:")} ${error.message}`));
      if (error.hint) this.note(lines(`${this.noteStyle.faint("hint: ")} ${error.hint}`));
      if (error.code === "internal" && thrown instanceof Error) this.note(this.noteStyle.faint(thrown.stack ?? ""));
      this.process.exitCode = error.exitCode;
    }
  };
}

export function asLoadoutError(thrown: unknown, signal?: AbortSignal): LoadoutError {
  if (signal?.aborted) return new LoadoutError("interrupted");
  if (thrown instanceof LoadoutError) return thrown;
  return new LoadoutError(
    "internal",
    { what: thrown instanceof Error ? thrown.message : String(thrown) },
    { cause: thrown },
  );
}
