import { LoadoutError } from "../../../facts/errors/index.ts";
import { ask } from "../http/index.ts";
import { Restarts, type Clock, type RestartPolicy } from "../process/index.ts";
import type { Endpoint, RunningServer, ServedModel, ServerAbilities, ServerState, TokenCount } from "../server.ts";

export interface DrivenOptions {
  readonly engine: RunningServer["engine"];
  readonly model: ServedModel;
  readonly abilities: ServerAbilities;
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly policy: RestartPolicy;
  readonly countTokens: (text: string) => Promise<TokenCount>;
  /** what was done there and is undone at the end */
  readonly undo?: () => Promise<void>;
}

/** An engine that somebody else runs: it is asked, waited for, and left alone. */
export class DrivenServer implements RunningServer {
  readonly engine: RunningServer["engine"];
  readonly model: ServedModel;
  readonly abilities: ServerAbilities;
  readonly endpoint: Endpoint;
  readonly countTokens: (text: string) => Promise<TokenCount>;
  readonly #options: DrivenOptions;
  readonly #listeners = new Set<(state: ServerState) => void>();
  #state: ServerState = "ready";
  #looking: Promise<void> | undefined;
  #stopped: Promise<undefined> | undefined;

  constructor(options: DrivenOptions) {
    this.#options = options;
    this.engine = options.engine;
    this.model = options.model;
    this.abilities = options.abilities;
    this.endpoint = options.endpoint;
    this.countTokens = options.countTokens;
  }

  get state(): ServerState {
    return this.#state;
  }

  onState(listener: (state: ServerState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Looks whether it answers, and again with growing pauses; all who wait look together. */
  async ready(signal?: AbortSignal): Promise<void> {
    if (this.#state === "stopped") throw new LoadoutError("engine-stopped", { what: "answer" });
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    if (signal === undefined) return this.#looking;
    const left = Promise.withResolvers<never>();
    const leave = () => left.reject(new LoadoutError("interrupted"));
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave, { once: true });
    return Promise.race([this.#looking, left.promise]).finally(() => signal.removeEventListener("abort", leave));
  }

  stop(): Promise<undefined> {
    this.#stopped ??= (async () => {
      this.#become("stopped");
      await this.#options.undo?.();
      return undefined;
    })();
    return this.#stopped;
  }

  async #look(): Promise<void> {
    const { clock, policy } = this.#options;
    const restarts = new Restarts(policy);
    for (;;) {
      const answer = await ask(this.endpoint, "/v1/models").catch((error: unknown) => error);
      if (this.#state === "stopped") throw new LoadoutError("engine-stopped", { what: "answer" });
      if (!(answer instanceof Error) && isAnswer(answer)) return this.#become("ready");
      this.#become("restarting");
      const pauseMs = restarts.died(0);
      if (pauseMs === undefined) {
        this.#become("failed");
        const got = answer instanceof Error ? answer.message : "it refuses";
        throw new LoadoutError("engine-given-up", { times: restarts.inARow - 1, got }, { cause: answer });
      }
      await clock.pause(pauseMs);
    }
  }

  #become(state: ServerState): void {
    if (this.#state === state || this.#state === "stopped") return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

/** 503 is what servers say while they load. */
function isAnswer(answer: unknown): boolean {
  return typeof answer === "object" && answer !== null && "status" in answer && answer.status !== 503;
}
