import type { Backend } from "../../facts/hardware/index.ts";
import type { EngineLog, LlamaCppSettings } from "../../facts/runtime/index.ts";

/** What every engine can do: say what it has, and start a model. One adapter per engine implements it. */
export interface Engine {
  /** "embedded", "llama-server", "ollama", "vllm", ... */
  readonly name: string;
  /**
   * Loads a model and answers when replies can be asked for. Nothing is left behind when it throws or `signal` aborts
   * (then it throws `interrupted`).
   */
  start(spec: EngineSpec, options?: StartOptions): Promise<RunningEngine>;
}

export interface EngineSpec {
  readonly modelPath: string;
  /** "auto": the best back end the engine has a build and a device for */
  readonly backend: Backend | "auto";
  readonly settings: LlamaCppSettings;
  /** threads of the processor; absent: the engine's physical cores, to be narrowed by {@link RunningEngine.measureThreads} */
  readonly threads?: number;
  /**
   * evaluate one token before answering (the default), so that the first reply does not pay for reading the file's pages
   * and preparing kernels; off where a step takes minutes
   */
  readonly warmUp?: boolean;
}

export interface StartOptions {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: EngineEvent) => void;
}

/** What an engine says while it works. */
export type EngineEvent =
  | { readonly kind: "log"; readonly level: string; readonly text: string }
  | { readonly kind: "loading"; readonly share: number }
  | { readonly kind: "exit"; readonly code: number | null; readonly signal: string | null; readonly expected: boolean };

export interface EngineInfo {
  readonly name: string;
  /** of the package or program: "3.21.1" */
  readonly version: string;
  /** of the engine inside: "llama.cpp v0.4.0" */
  readonly build: string;
  readonly backend: Backend;
  /** back ends, instruction sets: the engine's own words */
  readonly system: string;
  readonly devices: readonly EngineDevice[];
}

/** A device as an engine lists it. */
export interface EngineDevice {
  readonly backend: Backend;
  /** the engine's name for it: "Vulkan0" */
  readonly label: string;
  readonly name: string;
  readonly totalBytes?: number;
  readonly freeBytes?: number;
  /** drawn by the processor (llvmpipe, lavapipe, SwiftShader): no GPU to plan with */
  readonly software: boolean;
}

/** Memory as the engine reports it. */
export interface EngineMemory {
  /** by place and term, from its log */
  readonly log: EngineLog;
  /** exact bytes in total, where the engine says them: model and context, in RAM and on devices */
  readonly totals?: {
    readonly model: RamAndDevices;
    readonly context: RamAndDevices;
  };
}

export interface RamAndDevices {
  readonly ramBytes: number;
  readonly deviceBytes: number;
}

export interface LoadTimes {
  /** from asking for the process to its first word */
  readonly spawnMs: number;
  /** reading the model, without the process and the context */
  readonly modelMs: number;
  readonly contextMs: number;
  /** evaluating one token on one thread; 0 without */
  readonly warmUpMs: number;
  /** from asking to ready */
  readonly totalMs: number;
}

export interface RunningEngine {
  readonly info: EngineInfo;
  readonly memory: EngineMemory;
  readonly loadTimes: LoadTimes;
  /** how prompts are made from messages: by the model's template, or only joined because it has none */
  readonly template: "own" | "none";
  /** process, for those who watch its memory */
  readonly pid: number;
  /** A reply, token by token. Abort `signal` to end it early; the last event is always `end` unless it throws. */
  chat(request: ChatRequest): AsyncIterable<ReplyEvent>;
  countTokens(text: string): Promise<number>;
  /** Tokens of a text as it stands, after the token that begins a text where the file asks for one. */
  tokenize?(text: string): Promise<readonly number[]>;
  /**
   * How likely tokens are, each after all before it. Calls that go on where the last one ended evaluate nothing twice.
   * Undefined where the engine does not give probabilities.
   */
  score?(request: ScoreRequest): Promise<readonly TokenScore[]>;
  /** Threads of the processor that decode fastest now; sets them. Undefined where the engine has no such choice. */
  measureThreads?(options?: ThreadOptions): Promise<ThreadMeasurement>;
  /** Stops and answers with what was learned on the way out. Stopping twice is stopping once. */
  stop(): Promise<StopReport>;
}

export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface ChatRequest {
  /** messages, or text that is continued as it is */
  readonly prompt: readonly Message[] | string;
  readonly maxTokens: number;
  /** 0 (the default): always the likeliest token */
  readonly temperature?: number;
  readonly seed?: number;
  /** false: evaluate the whole prompt even where a sequence holds its beginning; measurements need it */
  readonly reusePrefix?: boolean;
  readonly signal?: AbortSignal;
}

export interface ScoreRequest {
  /** a text's tokens, from its first */
  readonly tokens: readonly number[];
  /** first token to score, 1 or later: nothing precedes the first */
  readonly from: number;
  /** first token not to score any more */
  readonly to: number;
  /** so many of the likeliest candidates are told apart at each position */
  readonly top: number;
}

/** What the model thought of one token before it saw it. Natural logarithms of probabilities over the whole vocabulary. */
export interface TokenScore {
  readonly logProb: number;
  /** likeliest first; as many as asked for, or the whole vocabulary */
  readonly topIds: Uint32Array;
  readonly topLogProbs: Float32Array;
}

/** Times are taken beside the engine, not where they are read. */
export type ReplyEvent =
  /** the prompt is evaluated and the first token drawn */
  | { readonly kind: "prefill"; readonly promptTokens: number; readonly cachedTokens: number; readonly ms: number }
  /** text may be empty while a character is incomplete; `ms` is this token's own duration */
  | { readonly kind: "token"; readonly index: number; readonly text: string; readonly ms: number }
  /** `tail`: text that was still held back, the end of the reply's text */
  | { readonly kind: "end"; readonly tail: string; readonly reply: Reply };

/** A measured reply. */
export interface Reply {
  readonly text: string;
  readonly finishReason: "stop" | "length" | "cancelled";
  readonly promptTokens: number;
  /** of the prompt, held from before and not evaluated again */
  readonly cachedTokens: number;
  readonly completionTokens: number;
  /** evaluating the prompt, with the drawing of the first token */
  readonly prefillMs: number;
  /** processor time of the engine's process meanwhile, all threads together; waiting threads spin, so it counts them */
  readonly prefillProcessorMs?: number;
  /** from taking the request to the first token: template, tokenizing, waiting for a free sequence, prefill */
  readonly ttftMs: number;
  /** all tokens after the first */
  readonly decodeMs: number;
  /** each token's own duration; the first is the prefill */
  readonly tokenMs: readonly number[];
  readonly threads?: number;
}

export interface ThreadOptions {
  /** absent: 1, 2, 4, ... and the number of physical cores */
  readonly candidates?: readonly number[];
  /** whole budget; default 1500 */
  readonly budgetMs?: number;
}

export interface ThreadMeasurement {
  readonly threads: number;
  /** median duration of a decode step by number of threads, in the order tried */
  readonly tried: readonly { readonly threads: number; readonly stepMs: number; readonly steps: number }[];
  readonly ms: number;
}

export interface StopReport {
  /** memory with the sizes the engine prints when it closes a context, exact to four decimals of a MiB */
  readonly memory: EngineMemory;
  /** how it went: by itself, or because it had to be ended */
  readonly how: "stopped" | "terminated" | "killed" | "already-gone";
  /** most RAM that the engine's process held at once, pages of the mapped file included; only of one that stopped */
  readonly peakResidentBytes?: number;
}
