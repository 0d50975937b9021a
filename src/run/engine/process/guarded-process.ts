import { spawn, type ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { createInterface } from "node:readline";
import { Duplex, type Readable } from "node:stream";
import { guardOf } from "./guards.ts";

/** How a program ended: by a code, or by a signal. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface GuardedOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** each line that it prints on either stream */
  readonly onLine?: (line: string) => void;
  readonly platform?: string;
}

/** Time a program is given to end after it was asked. */
const PATIENCE_MS = 5000;

/**
 * A program in a process group of its own, with a guard that ends the group when this process has gone, however it went: nothing
 * is left behind, not by kill -9 either.
 */
export class GuardedProcess {
  /** how it ended, when it has */
  readonly ended: Promise<Ended>;
  /** its own process id, when the guard has said it; undefined when it could not be started */
  readonly started: Promise<number | undefined>;
  readonly #guard: ChildProcess;
  readonly #end: (how: "ask" | "kill") => void;
  #stopping = false;

  constructor(program: string, args: readonly string[], options: GuardedOptions = {}) {
    const row = guardOf(options.platform ?? process.platform);
    const command = row.command(program, args);
    this.#guard = spawn(command.program, command.args, {
      detached: true,
      windowsHide: true,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      env: options.env ?? process.env,
    });
    const { pid } = this.#guard;
    this.#end = (how) => {
      if (pid !== undefined) row.end(pid, how);
    };
    const started = Promise.withResolvers<number | undefined>();
    this.started = started.promise;
    const lines = [this.#guard.stdout, this.#guard.stderr].map((stream) => readLines(stream, options.onLine));
    this.ended = this.#watch(started.resolve, lines);
  }

  /** The program was asked to end from here. */
  get stopping(): boolean {
    return this.#stopping;
  }

  /** Asks the program to end, and ends its whole group when it takes too long. */
  async stop(patienceMs = PATIENCE_MS): Promise<"stopped" | "killed"> {
    this.#stopping = true;
    this.#end("ask");
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#end("kill");
    }, patienceMs);
    await this.ended;
    clearTimeout(timer);
    return late ? "killed" : "stopped";
  }

  async #watch(started: (pid: number | undefined) => void, lines: readonly Promise<void>[]): Promise<Ended> {
    let status: number | undefined;
    const channel = this.#guard.stdio[3];
    const said =
      channel instanceof Duplex
        ? readLines(channel, (line) => {
            const [word, value] = line.split(" ");
            if (word === "pid") started(Number(value));
            if (word === "exit") status = Number(value);
          })
        : Promise.resolve();
    const guard = await new Promise<Ended>((resolve) => {
      this.#guard.on("error", () => resolve({ code: 127, signal: null }));
      this.#guard.on("exit", (code, signal) => resolve({ code, signal }));
    });
    // the guard may have been ended alone: what it guarded must not outlive it
    this.#end("kill");
    await Promise.all([said, ...lines]);
    started(undefined);
    return status === undefined ? guard : endedBy(status);
  }
}

/** A shell reports the signal that ended a program as 128 and its number. */
function endedBy(status: number): Ended {
  const signal = Object.entries(constants.signals).find(([, number]) => number === status - 128)?.[0];
  return signal === undefined ? { code: status, signal: null } : { code: null, signal };
}

async function readLines(stream: Readable | null, onLine: ((line: string) => void) | undefined): Promise<void> {
  if (stream === null) return;
  stream.on("error", () => {}); // a broken pipe is an end
  const reader = createInterface({ input: stream, crlfDelay: Infinity });
  reader.on("line", (line) => onLine?.(line));
  await new Promise<void>((resolve) => reader.on("close", resolve));
}
