import { LoadoutError } from "../../../facts/errors/index.ts";
import type { LaneSettings } from "../../../predict/serving/index.ts";
import type { RunningServer, ServerAbilities, ServerState } from "../../engine/index.ts";
import type { Models } from "../serving.ts";

/** Lanes that hold nothing back, changed where a test wants it. */
const OPEN_LANES: LaneSettings = {
  slots: 4,
  reserved: 0,
  holdMs: 0,
  preemption: "none",
  quietMs: 0,
  agingMs: 60_000,
  queue: { interactive: 10_000, batch: 10_000 },
  patienceMs: { interactive: Infinity, batch: Infinity },
};

const ALL: ServerAbilities = {
  chat: true,
  completions: true,
  embeddings: true,
  rerank: true,
  tools: true,
  jsonSchema: true,
  images: false,
  adapters: false,
  preemption: "none",
};

/** A server that runs at an address, which is all a gateway needs of it. */
export class AddressServer implements RunningServer {
  readonly engine = { name: "url", version: "0" };
  readonly model: RunningServer["model"];
  readonly abilities: ServerAbilities;
  endpoint: RunningServer["endpoint"];
  state: ServerState = "ready";
  readonly #listeners = new Set<(state: ServerState) => void>();
  #back = Promise.withResolvers<void>();

  constructor(url: string, name: string, abilities: Partial<ServerAbilities> = {}) {
    this.endpoint = { url, headers: {} };
    this.model = { name, engineName: name };
    this.abilities = { ...ALL, ...abilities };
    this.#back.resolve();
  }

  /** Says what became of the engine, and where it is now. */
  become(state: ServerState, url = this.endpoint.url): void {
    this.endpoint = { ...this.endpoint, url };
    this.state = state;
    if (state === "ready") this.#back.resolve();
    else if (state === "failed") {
      this.#back.promise.catch(() => undefined); // nobody may be waiting
      this.#back.reject(new LoadoutError("engine-died", { what: "serving", got: "the test" }));
    } else this.#back = Promise.withResolvers();
    for (const listener of this.#listeners) listener(state);
  }

  ready(): Promise<void> {
    return this.#back.promise;
  }

  onState(listener: (state: ServerState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async countTokens(text: string) {
    return { tokens: Math.ceil(text.length / 4), exact: false };
  }

  async stop() {
    return undefined;
  }
}

/** Models of which there is one, at an address. "" and its name find it. */
export function oneModel(at: string | AddressServer, lanes: Partial<LaneSettings> = {}, name = "null") {
  return oneModelOf(typeof at === "string" ? new AddressServer(at, name) : at, lanes);
}

/** The same for a server that runs. */
export function oneModelOf(server: RunningServer, lanes: Partial<LaneSettings>): Models & { readonly held: number } {
  const serving = { server, lanes: { ...OPEN_LANES, ...lanes } };
  let held = 0;
  return {
    get held() {
      return held;
    },
    list: () => [{ name: server.model.name, state: "loaded" }],
    async acquire(asked) {
      if (asked !== "" && asked !== server.model.name) {
        throw new LoadoutError("model-not-served", { name: asked, known: server.model.name });
      }
      held++;
      return { serving, release: () => void held-- };
    },
  };
}
