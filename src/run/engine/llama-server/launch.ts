import { randomBytes } from "node:crypto";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { LogReader } from "../../../facts/runtime/index.ts";
import type { EngineEvent } from "../engine.ts";
import { ask } from "../http/index.ts";
import { GuardedProcess, type Clock, type Ended } from "../process/index.ts";
import type { Endpoint, ServerSpec } from "../server.ts";
import { applyAdapters } from "./adapters.ts";
import { endedText, LAST_LINES, startFailure } from "./failure.ts";
import type { LlamaServerProgram } from "./program.ts";
import { readProps, type ServerProps } from "./readings.ts";

export interface LaunchOptions {
  readonly program: LlamaServerProgram;
  readonly args: readonly string[];
  readonly spec: ServerSpec;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onEvent: (event: EngineEvent) => void;
}

const LISTENING = /listening on http:\/\/[^:\s]+:(\d+)/;
/** what would set flags that nobody planned, or another port */
const FOREIGN_VARIABLES = /^(LLAMA_ARG_|LLAMA_API_KEY$|AIP_)/;
/** the first looks at /health follow fast, since small models load in moments */
const FIRST_LOOK_MS = 20;
const LAST_LOOK_MS = 250;
const DYING_MS = 500;

/** A llama-server that answers. */
export class LaunchedServer {
  readonly endpoint: Endpoint;
  readonly pid: number;
  readonly props: ServerProps | undefined;
  readonly ended: Promise<string>;
  readonly #process: GuardedProcess;
  readonly #log: LogReader;

  constructor(
    process: GuardedProcess,
    log: LogReader,
    endpoint: Endpoint,
    pid: number,
    props: ServerProps | undefined,
  ) {
    this.#process = process;
    this.#log = log;
    this.endpoint = endpoint;
    this.pid = pid;
    this.props = props;
    this.ended = process.ended.then(endedText);
  }

  /** the log so far */
  get log(): ReturnType<LogReader["read"]> {
    return this.#log.read();
  }

  stop(): Promise<"stopped" | "killed"> {
    return this.#process.stop();
  }
}

/** Starts a llama-server and answers when it does. Nothing is left behind when it throws. */
export async function launch(options: LaunchOptions): Promise<LaunchedServer> {
  const { program, args, spec, signal, onEvent } = options;
  const log = new LogReader();
  const lines: string[] = [];
  const port = Promise.withResolvers<number>();
  const key = randomBytes(24).toString("hex");
  const [command, ...before] = program.command;
  const child = new GuardedProcess(command, [...before, ...args], {
    env: environmentOf(options.env, { ...program.env, LLAMA_API_KEY: key }),
    onLine: (line) => {
      if (line.includes("api_keys:")) return; // the end of the key
      log.add(line);
      lines.push(line);
      if (lines.length > LAST_LINES) lines.shift();
      const listening = LISTENING.exec(line);
      if (listening) port.resolve(Number(listening[1]));
      onEvent({ kind: "log", level: levelOf(line), text: line });
    },
  });
  void child.ended.then(({ code, signal: by }) =>
    onEvent({ kind: "exit", code, signal: by, expected: child.stopping }),
  );
  const failed = child.ended.then((ended: Ended): never => {
    throw startFailure(ended, lines, { program: program.command.join(" "), model: spec.modelPath ?? spec.name });
  });
  failed.catch(() => {});
  const leave = new AbortController();
  const either = AbortSignal.any([signal, leave.signal]);
  try {
    const number = await Promise.race([port.promise, failed, aborted(signal, leave.signal)]);
    const endpoint = { url: `http://127.0.0.1:${number}`, headers: { authorization: `Bearer ${key}` } };
    const prepared = healthy(endpoint, options.clock, either)
      .then(() => applyAdapters(endpoint, spec.adapters ?? [], either))
      .then(() => readProps(endpoint, either));
    // a server that dies meanwhile says more than the connection that breaks with it
    const late = prepared.catch(async (error: unknown): Promise<never> => {
      await options.clock.pause(DYING_MS, either);
      throw error;
    });
    const props = await Promise.race([late, failed]);
    return new LaunchedServer(child, log, endpoint, (await child.started) ?? 0, props);
  } catch (error) {
    await child.stop(0);
    throw error;
  } finally {
    leave.abort();
  }
}

/** Looks at /health until it is well; while it loads a server refuses the connection or answers 503. */
async function healthy(endpoint: Endpoint, clock: Clock, signal: AbortSignal): Promise<void> {
  for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(LAST_LOOK_MS, pauseMs * 1.5)) {
    const status = await ask(endpoint, "/health", { signal }).then(
      (answer) => answer.status,
      (error: unknown) => {
        if (error instanceof LoadoutError && error.code === "engine-unreachable") return 0;
        throw error;
      },
    );
    if (status === 200) return;
    await clock.pause(pauseMs, signal);
    if (signal.aborted) throw new LoadoutError("interrupted");
  }
}

/** Rejects when `signal` aborts; `leave` ends the listening. */
function aborted(signal: AbortSignal, leave: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const interrupt = () => reject(new LoadoutError("interrupted"));
    if (signal.aborted) interrupt();
    signal.addEventListener("abort", interrupt, { once: true, signal: leave });
  });
}

function environmentOf(
  env: Readonly<Record<string, string | undefined>>,
  own: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(([name]) => !FOREIGN_VARIABLES.test(name));
  return { ...Object.fromEntries(kept), ...own };
}

/** "0.00.001.031 I srv ..." */
function levelOf(line: string): string {
  const letter = /^\d+\.\d+\.\d+\.\d+ ([IWED]) /.exec(line)?.[1];
  return letter === "E" ? "error" : letter === "W" ? "warn" : letter === "D" ? "debug" : "info";
}
