import { fork, type ChildProcess } from "node:child_process";
import { ERRORS, LoadoutError, type ErrorCode } from "../../../facts/errors/index.ts";
import { codeFile } from "../../home/index.ts";
import type { ReplyEvent, StopReport } from "../engine.ts";
import type { CallName, Calls, FromChild, LogEntry, SentError } from "./protocol.ts";

/** How long a child may take to end after it was asked, before it is told, and before it is made to. */
const PATIENCE_MS = { stop: 3000, terminate: 2000 } as const;

export interface ChildListeners {
  readonly onLog?: (lines: readonly LogEntry[]) => void;
  readonly onLoading?: (share: number) => void;
  readonly onExit?: (code: number | null, signal: NodeJS.Signals | null, expected: boolean) => void;
}

interface Pending {
  readonly what: CallName;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: LoadoutError) => void;
  readonly onPart?: (part: ReplyEvent) => void;
}

/** The process in which the engine works, and the calls that are on their way to it. */
export class EngineChild {
  readonly #process: ChildProcess;
  readonly #listeners: ChildListeners;
  readonly #pending = new Map<number, Pending>();
  readonly #gone = Promise.withResolvers<void>();
  readonly #ready = Promise.withResolvers<void>();
  #nextId = 1;
  #ending = false;
  #exited = false;
  #end: string | undefined;
  #stderr: string[] = [];

  /** `environment`: variables for the engine, for example which Vulkan devices it may see. */
  constructor(listeners: ChildListeners = {}, environment: Readonly<Record<string, string>> = {}) {
    this.#listeners = listeners;
    this.#process = fork(codeFile("run/engine/embedded/worker"), [], {
      execArgv: ["--max-semi-space-size=4"], // short-lived objects are most of what it makes: memory stays where it is
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      env: { ...process.env, ...environment },
    });
    this.#ready.promise.catch(() => {});
    this.#process.on("message", (message: FromChild<never>) => this.#receive(message));
    this.#process.on("error", (error) => this.#ended(error.message, null, null));
    this.#process.on("exit", (code, signal) => this.#ended(signal ?? `exit code ${code}`, code, signal));
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = [...this.#stderr, ...text.split("\n").filter((line) => line.trim() !== "")].slice(-20);
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** When the child said its first word. */
  ready(): Promise<void> {
    return this.#ready.promise;
  }

  call<Name extends CallName>(
    call: Name,
    args: Calls[Name]["args"],
    options: { onPart?: (part: ReplyEvent) => void; onId?: (id: number) => void } = {},
  ): Promise<Calls[Name]["answer"]> {
    if (this.#ending || this.#exited) {
      const error = this.#ending ? new LoadoutError("engine-stopped", { what: call }) : this.#died(call);
      return Promise.reject(error);
    }
    return this.#send(call, args, options);
  }

  /** Ends a reply early; it still sends its last event. */
  cancel(id: number): void {
    if (this.#process.connected) this.#process.send({ id, cancel: true });
  }

  /** Asks the child to end, then tells it, then makes it. Replies that are under way end with `engine-stopped`. */
  async end(politely = true): Promise<Omit<StopReport, "memory">> {
    if (this.#exited) return { how: "already-gone" };
    this.#ending = true;
    for (const [id, { what, reject }] of this.#pending) {
      reject(new LoadoutError("engine-stopped", { what }));
      this.cancel(id);
    }
    this.#pending.clear();
    if (politely && this.#process.connected) {
      const stopped = this.#send("stop", {}, {}).catch(() => undefined);
      const peakResidentBytes = await within(PATIENCE_MS.stop, stopped);
      if (this.#process.connected) this.#process.disconnect();
      if (peakResidentBytes !== undefined && (await this.#goneWithin(PATIENCE_MS.terminate)))
        return { how: "stopped", peakResidentBytes };
    }
    this.#process.kill("SIGTERM");
    if (await this.#goneWithin(PATIENCE_MS.terminate)) return { how: "terminated" };
    this.#process.kill("SIGKILL");
    await this.#gone.promise;
    return { how: "killed" };
  }

  #send<Name extends CallName>(
    call: Name,
    args: Calls[Name]["args"],
    { onPart, onId }: { onPart?: (part: ReplyEvent) => void; onId?: (id: number) => void },
  ): Promise<Calls[Name]["answer"]> {
    const id = this.#nextId;
    this.#nextId += 1;
    onId?.(id);
    const { promise, resolve, reject } = Promise.withResolvers<Calls[Name]["answer"]>();
    this.#pending.set(id, {
      what: call,
      resolve,
      reject,
      ...(onPart ? { onPart } : {}),
    });
    // a child that ends between the check and the sending is reported by its exit
    this.#process.send({ id, call, args }, () => {});
    return promise;
  }

  #receive(message: FromChild<never>): void {
    if ("ready" in message) this.#ready.resolve();
    else if ("log" in message) this.#listeners.onLog?.(message.log);
    else if ("loading" in message) this.#listeners.onLoading?.(message.loading);
    else if ("part" in message) this.#pending.get(message.id)?.onPart?.(message.part);
    else {
      const pending = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if ("error" in message) pending?.reject(received(message.error));
      else pending?.resolve(message.answer);
    }
  }

  #ended(how: string, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#exited) return;
    this.#exited = true;
    this.#end = how;
    this.#ready.reject(this.#died("start"));
    for (const { what, reject } of this.#pending.values()) reject(this.#died(what));
    this.#pending.clear();
    this.#listeners.onExit?.(code, signal, this.#ending);
    this.#gone.resolve();
  }

  #died(what: string): LoadoutError {
    return new LoadoutError("engine-died", { what, got: this.#end, lastLines: this.#stderr.join("\n") });
  }

  async #goneWithin(ms: number): Promise<boolean> {
    return (
      (await within(
        ms,
        this.#gone.promise.then(() => true),
      )) === true
    );
  }
}

/** An error as it was in the child. */
function received({ code, details }: SentError): LoadoutError {
  return isErrorCode(code)
    ? new LoadoutError(code, details)
    : new LoadoutError("engine-failed", { what: "a call", got: code });
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

/** The promise's value, or undefined when it takes longer. */
export async function within<Value>(ms: number, promise: Promise<Value>): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
