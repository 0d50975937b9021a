import type { EngineSpec, EngineEvent, EngineMemory, StopReport } from "./engine.ts";

/**
 * An engine that answers over HTTP in OpenAI's dialect, on loopback: what the gateway drives. llama.cpp embedded in a
 * process of ours, a llama-server, an Ollama, or an address somebody gave: one interface, one suite.
 */
export interface ServerEngine {
  /** "embedded", "llama-server", "ollama", "url" */
  readonly name: string;
  /**
   * Starts (or reaches) the engine and answers when it is ready. Nothing is left behind when it throws or `signal`
   * aborts (then it throws `interrupted`).
   */
  start(spec: ServerSpec, options?: ServerStartOptions): Promise<RunningServer>;
}

/** What is to be served. An engine that is only driven takes what it can from it: its own settings are not ours. */
export interface ServerSpec extends Omit<EngineSpec, "modelPath"> {
  /** the weights' file; absent where the engine has them itself (an address, an Ollama) */
  readonly modelPath?: string;
  /** name under which clients ask for it; the engine's own name for it is {@link ServedModel.engineName} */
  readonly name: string;
  /** draft model, projector, adapters: files beside the weights */
  readonly draftPath?: string;
  readonly projectorPath?: string;
  readonly adapters?: readonly AdapterFile[];
  /** what the model is loaded for; llama-server and the embedded engine hold one use at a time */
  readonly use?: "generate" | "embed" | "rerank";
  /** arguments added as they stand, after the planned ones */
  readonly extraArguments?: readonly string[];
}

export interface AdapterFile {
  readonly name: string;
  readonly path: string;
  /** share with which it is applied by default; 0: only where a request names it */
  readonly scale: number;
}

export interface ServerStartOptions {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: EngineEvent) => void;
  /** restarts an engine that died, with growing pauses; default true for engines that were started here */
  readonly restart?: boolean;
}

/** Where and how requests reach an engine. */
export interface Endpoint {
  /** without a slash at the end: "http://127.0.0.1:18080" */
  readonly url: string;
  /** sent with each request (the engine's own key); never logged */
  readonly headers: Readonly<Record<string, string>>;
}

/** What an engine can do for the gateway. */
export interface ServerAbilities {
  readonly chat: boolean;
  readonly completions: boolean;
  readonly embeddings: boolean;
  readonly rerank: boolean;
  readonly tools: boolean;
  readonly jsonSchema: boolean;
  /** absent: unknown */
  readonly images?: boolean;
  readonly adapters: boolean;
  /** requests worked on at once; more wait inside the engine, where priorities are not known. Absent: unknown */
  readonly slots?: number;
  /** tokens one request may hold, prompt and reply together */
  readonly contextPerSlot?: number;
  /**
   * how batch makes room for chat: the engine lets sequences of the batch lane rest between two tokens ("rests", by the
   * header `x-loadout-lane`), or a request must be cut and asked again on its cached prefix ("cut"), or neither
   */
  readonly preemption: "rests" | "cut" | "none";
  /** the engine's upper limit of tokens evaluated in one step, where it can be set (`-b`) */
  readonly stepTokens?: number;
}

export interface ServedModel {
  /** for clients */
  readonly name: string;
  /** for the engine, put into the request's `model` */
  readonly engineName: string;
}

export type ServerState = "loading" | "ready" | "restarting" | "stopped" | "failed";

export interface TokenCount {
  readonly tokens: number;
  /** false: estimated from the length of the text, because the engine cannot be asked */
  readonly exact: boolean;
}

export interface RunningServer {
  readonly engine: { readonly name: string; readonly version: string; readonly build?: string };
  readonly model: ServedModel;
  readonly abilities: ServerAbilities;
  /**
   * fields for every request that does not bring its own. A llama-server with adapters has to be told their scales each time:
   * without, or with an empty list, a slot goes on with what it cached under the adapters of the request before.
   */
  readonly requestDefaults?: Readonly<Record<string, unknown>>;
  /** changes when the engine is restarted on another port */
  readonly endpoint: Endpoint;
  readonly state: ServerState;
  /** its process; absent where it is not ours */
  readonly pid?: number;
  /** as its log said; absent where nothing was said */
  readonly memory?: EngineMemory;
  /** resolves when the engine answers again, at once if it does; rejects with a typed error when it is given up */
  ready(signal?: AbortSignal): Promise<void>;
  /** called at each change of {@link state}; answers with a function that ends the listening */
  onState(listener: (state: ServerState) => void): () => void;
  countTokens(text: string): Promise<TokenCount>;
  /** Stops what was started here, its whole process group; an engine that is only driven is left alone. Twice is once. */
  stop(): Promise<StopReport | undefined>;
}
