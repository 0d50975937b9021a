import { LoadoutError } from "../../../facts/errors/index.ts";
import { messageOf } from "../../home/index.ts";
import type { ServerState } from "../server.ts";
import type { Clock } from "./clock.ts";
import { Restarts, type RestartPolicy } from "./restart-policy.ts";

/** An engine that answers, as somebody started it. */
export interface Launched {
  /** resolves when it has ended, with the reason in words */
  readonly ended: Promise<string>;
  stop(): Promise<"stopped" | "terminated" | "killed" | "already-gone">;
}

export interface SupervisorOptions<Engine extends Launched> {
  /** Starts the engine and answers when it is ready; leaves nothing behind when it throws or `signal` aborts. */
  readonly launch: (signal: AbortSignal) => Promise<Engine>;
  readonly clock: Clock;
  readonly policy: RestartPolicy;
  /** false: a death is the end */
  readonly restart: boolean;
  /** called after a death that was not asked for */
  readonly onDeath?: (reason: string) => void;
}

/**
 * Keeps an engine running: starts it, starts it again when it dies, with growing pauses, and gives it up after so many deaths in
 * a row. Failures that a second try cannot heal (a bad model, a wrong processor) end it at once.
 */
export class Supervisor<Engine extends Launched> {
  readonly #options: SupervisorOptions<Engine>;
  readonly #restarts: Restarts;
  readonly #listeners = new Set<(state: ServerState) => void>();
  readonly #over = new AbortController();
  #engine: Engine | undefined;
  #state: ServerState = "loading";
  #failure: LoadoutError | undefined;
  #stopped: Promise<Awaited<ReturnType<Launched["stop"]>>> | undefined;
  #watching: Promise<void> = Promise.resolve();

  constructor(options: SupervisorOptions<Engine>) {
    this.#options = options;
    this.#restarts = new Restarts(options.policy);
  }

  get state(): ServerState {
    return this.#state;
  }

  /** The engine that answers now, or the last that did. */
  get engine(): Engine {
    if (this.#engine === undefined) throw new LoadoutError("engine-stopped", { what: "answer" });
    return this.#engine;
  }

  /** The first start: it fails as launching fails, and is not tried again. */
  async start(signal?: AbortSignal): Promise<void> {
    if (isAborted(signal)) throw new LoadoutError("interrupted");
    const either = signal === undefined ? this.#over.signal : AbortSignal.any([signal, this.#over.signal]);
    try {
      this.#engine = await this.#options.launch(either);
    } catch (error) {
      this.#become("failed");
      throw isAborted(signal) ? new LoadoutError("interrupted", {}, { cause: error }) : error;
    }
    this.#become("ready");
    this.#watching = this.#watch(this.#engine);
  }

  onState(listener: (state: ServerState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when the engine answers; rejects when it is stopped or given up, or `signal` aborts. */
  ready(signal?: AbortSignal): Promise<void> {
    const settled = Promise.withResolvers<void>();
    const look = (state: ServerState) => {
      if (state === "ready") settled.resolve();
      if (state === "stopped") settled.reject(new LoadoutError("engine-stopped", { what: "answer" }));
      if (state === "failed") settled.reject(this.#failure ?? new LoadoutError("engine-stopped", { what: "answer" }));
    };
    const leave = () => settled.reject(new LoadoutError("interrupted"));
    if (signal?.aborted === true) leave();
    const end = this.onState(look);
    signal?.addEventListener("abort", leave, { once: true });
    look(this.#state);
    return settled.promise.finally(() => {
      end();
      signal?.removeEventListener("abort", leave);
    });
  }

  /** Stops the engine, also while it is being started again. Twice is once. */
  stop(): Promise<Awaited<ReturnType<Launched["stop"]>>> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<Awaited<ReturnType<Launched["stop"]>>> {
    const running = this.#state === "ready" ? this.#engine : undefined;
    if (this.#state !== "failed") this.#become("stopped");
    this.#over.abort();
    const how = (await running?.stop()) ?? "already-gone";
    await this.#watching;
    return how;
  }

  async #watch(first: Engine): Promise<void> {
    let engine: Engine | undefined = first;
    const { clock, restart, onDeath } = this.#options;
    while (engine !== undefined) {
      const since = clock.now();
      const reason: string = await engine.ended;
      if (this.#over.signal.aborted) return;
      onDeath?.(reason);
      const died = new LoadoutError("engine-died", { what: "serving", got: reason });
      if (!restart) return this.#give(died);
      this.#become("restarting");
      engine = await this.#again(clock.now() - since, died);
    }
  }

  /** Tries until it answers; undefined: stopped, or given up. */
  async #again(answeredForMs: number, died: LoadoutError): Promise<Engine | undefined> {
    const { clock, launch } = this.#options;
    const { signal } = this.#over;
    let failure = died;
    for (let answered = answeredForMs; ; answered = 0) {
      const pauseMs = this.#restarts.died(answered);
      if (pauseMs === undefined) {
        const details = { times: this.#restarts.inARow - 1, got: failure.message };
        this.#give(new LoadoutError("engine-given-up", details, { cause: failure }));
        return undefined;
      }
      await clock.pause(pauseMs, signal);
      if (signal.aborted) return undefined;
      try {
        const engine = await launch(signal);
        if (signal.aborted) {
          await engine.stop();
          return undefined;
        }
        this.#engine = engine;
        this.#become("ready");
        return engine;
      } catch (error) {
        if (signal.aborted) return undefined;
        failure = asLoadoutError(error);
        if (failure.code === "engine-wrong-cpu" || failure.code === "engine-program-missing") {
          this.#give(failure);
          return undefined;
        }
      }
    }
  }

  #give(failure: LoadoutError): void {
    this.#failure = failure;
    this.#become("failed");
  }

  #become(state: ServerState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function asLoadoutError(error: unknown): LoadoutError {
  if (error instanceof LoadoutError) return error;
  return new LoadoutError("engine-failed", { what: "starting again", got: messageOf(error) }, { cause: error });
}
