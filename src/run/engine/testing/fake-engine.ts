import { LoadoutError } from "../../../facts/errors/index.ts";
import { LogReader } from "../../../facts/runtime/index.ts";
import type {
  ChatRequest,
  Engine,
  EngineSpec,
  Message,
  Reply,
  ReplyEvent,
  RunningEngine,
  ScoreRequest,
  StartOptions,
  StopReport,
  TokenScore,
} from "../engine.ts";

export interface FakeOptions {
  /** what it says; a token a word */
  readonly says?: string;
  /** its log lines while loading; the sizes in them are what it reports */
  readonly log?: readonly string[];
  /** log lines while closing */
  readonly closingLog?: readonly string[];
  /** does this path hold a model? */
  readonly loads?: (path: string) => boolean;
  /** duration of evaluating one prompt token, and of drawing one token */
  readonly promptTokenMs?: number;
  /** processor time of a prompt, on one thread; absent: not told */
  readonly prefillProcessorMs?: number;
  readonly tokenMs?: number;
  /** replies by prompt, where one has to say something sensible; before `says` */
  readonly answers?: (prompt: string) => string | undefined;
  /** what its opinions of tokens are made from: fakes with unlike ones are unlike quantizations */
  readonly opinion?: number;
  readonly hasTemplate?: boolean;
}

/** Size of a fake's vocabulary; a word is the token of its letters' sum. */
const VOCABULARY = 64;

/** A small model on the processor, as llama.cpp would log it. */
const LOG = [
  "llama_model_loader: loaded meta data with 20 key-value pairs and 30 tensors from fake.gguf",
  "load_tensors:   CPU_Mapped model buffer size =    12.50 MiB",
  "llama_context: constructing llama_context",
  "llama_context: n_ctx_seq             = 512",
  "llama_context:        CPU  output buffer size =     0.02 MiB",
  "llama_kv_cache:        CPU KV buffer size =     3.00 MiB",
  "sched_reserve:        CPU compute buffer size =     7.13 MiB",
  "sched_reserve: graph nodes  = 100",
  "sched_reserve: graph splits = 1",
];
const CLOSING_LOG = [
  "~llama_context:        CPU compute buffer size is   7.1274 MiB, matches expectation of   7.1274 MiB",
];

/**
 * An engine without an engine, for tests of what stands on engines: it passes the same suite as the real ones, its times
 * are made up and nothing waits for a clock.
 */
export function fakeEngine(options: FakeOptions = {}): Engine {
  return {
    name: "fake",
    async start(spec, startOptions = {}) {
      const gone = (): never => {
        throw new LoadoutError("interrupted");
      };
      if (startOptions.signal?.aborted === true) gone();
      await turn();
      if (startOptions.signal?.aborted === true) gone();
      if (!(options.loads?.(spec.modelPath) ?? true))
        throw new LoadoutError("engine-bad-model", { path: spec.modelPath, got: "not a model" });
      return new FakeRunningEngine(spec, options, startOptions);
    },
  };
}

/** Ends a fake's process as a crash would. */
export function killFake(running: RunningEngine): void {
  if (running instanceof FakeRunningEngine) running.die();
}

class FakeRunningEngine implements RunningEngine {
  readonly info = {
    name: "fake",
    version: "1.0.0",
    build: "no engine",
    backend: "cpu" as const,
    system: "made up",
    devices: [],
  };
  readonly loadTimes = { spawnMs: 1, modelMs: 10, contextMs: 2, warmUpMs: 1, totalMs: 15 };
  readonly template: "own" | "none";
  readonly pid = 1;
  readonly #spec: EngineSpec;
  readonly #options: FakeOptions;
  readonly #reader = new LogReader();
  readonly #onEvent: StartOptions["onEvent"];
  #state: "running" | "stopped" | "dead" = "running";
  #stopped: Promise<StopReport> | undefined;
  #held: readonly string[] = [];
  #line: Promise<void> = Promise.resolve();

  constructor(spec: EngineSpec, options: FakeOptions, { onEvent }: StartOptions) {
    this.#spec = spec;
    this.#options = options;
    this.#onEvent = onEvent;
    this.template = (options.hasTemplate ?? true) ? "own" : "none";
    this.#log(options.log ?? LOG);
  }

  get memory() {
    return { log: this.#reader.read() };
  }

  async *chat(request: ChatRequest): AsyncGenerator<ReplyEvent> {
    this.#check("chat");
    const turnToCome = Promise.withResolvers<void>();
    const before = this.#line;
    this.#line = turnToCome.promise;
    await before;
    try {
      yield* this.#reply(request);
    } finally {
      turnToCome.resolve();
    }
  }

  async *#reply({ prompt, maxTokens, reusePrefix = true, signal }: ChatRequest): AsyncGenerator<ReplyEvent> {
    const tokens = words(typeof prompt === "string" ? prompt : template(prompt));
    const context = this.#spec.settings.context / this.#spec.settings.sequences;
    if (tokens.length === 0 || tokens.length >= context)
      throw new LoadoutError("engine-context-full", { expected: context, got: tokens.length });
    const cachedTokens = reusePrefix ? Math.min(common(this.#held, tokens), tokens.length - 1) : 0;
    this.#held = tokens;
    const asked = typeof prompt === "string" ? prompt : template(prompt);
    const said = words(this.#options.answers?.(asked) ?? this.#options.says ?? "well , hello to you too");
    const prefillMs = (tokens.length - cachedTokens) * (this.#options.promptTokenMs ?? 1);
    const tokenMs: number[] = [];
    let text = "";
    let finishReason: Reply["finishReason"] = "length";
    for (let index = 0; index < Math.min(maxTokens, context - tokens.length); index += 1) {
      await turn();
      this.#check("chat");
      if (signal?.aborted === true) finishReason = "cancelled";
      const word = said[index % said.length];
      // a long reply is asked for to be interrupted: it says the same again and again
      if (finishReason === "cancelled" || word === undefined || (index === said.length && maxTokens < 100)) {
        if (finishReason !== "cancelled") finishReason = "stop";
        break;
      }
      if (index === 0) yield { kind: "prefill", promptTokens: tokens.length, cachedTokens, ms: prefillMs };
      const ms = index === 0 ? prefillMs : (this.#options.tokenMs ?? 10);
      const piece = index === 0 ? word : ` ${word}`;
      tokenMs.push(ms);
      text += piece;
      yield { kind: "token", index, text: piece, ms };
    }
    const decodeMs = tokenMs.slice(1).reduce((total, ms) => total + ms, 0);
    yield {
      kind: "end",
      tail: "",
      reply: {
        text,
        finishReason,
        promptTokens: tokens.length,
        cachedTokens,
        completionTokens: tokenMs.length,
        prefillMs,
        ...(this.#options.prefillProcessorMs === undefined
          ? {}
          : { prefillProcessorMs: this.#options.prefillProcessorMs, threads: 1 }),
        ttftMs: prefillMs,
        decodeMs,
        tokenMs,
      },
    };
  }

  async countTokens(text: string): Promise<number> {
    this.#check("countTokens");
    return words(text).length;
  }

  async tokenize(text: string): Promise<readonly number[]> {
    this.#check("tokenize");
    return words(text).map((word) => Buffer.from(word).reduce((sum, byte) => sum + byte, 0) % VOCABULARY);
  }

  async score({ tokens, from, to, top }: ScoreRequest): Promise<readonly TokenScore[]> {
    await turn();
    this.#check("score");
    const opinion = this.#options.opinion ?? 0;
    return tokens.slice(Math.max(1, from), to).map((token, index) => {
      const before = tokens[Math.max(1, from) + index - 1]!;
      // liked most: what lies near the token before; unlike opinions agree on that and differ in the details
      const likes = Array.from(
        { length: VOCABULARY },
        (_, id) => Math.cos((id - before) / 9) * 3 + Math.sin(id * 1.7 + opinion) * opinion,
      );
      const logTotal = Math.log(likes.reduce((sum, like) => sum + Math.exp(like), 0));
      const order = likes.map((_, id) => id).sort((a, b) => likes[b]! - likes[a]!);
      const topIds = Uint32Array.from(order.slice(0, top));
      return {
        logProb: likes[token]! - logTotal,
        topIds,
        topLogProbs: Float32Array.from(topIds, (id) => likes[id]! - logTotal),
      };
    });
  }

  stop(): Promise<StopReport> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  die(): void {
    this.#state = "dead";
    this.#onEvent?.({ kind: "exit", code: null, signal: "SIGKILL", expected: false });
  }

  async #stop(): Promise<StopReport> {
    const how = this.#state === "dead" ? "already-gone" : "stopped";
    if (how === "stopped") {
      this.#state = "stopped";
      this.#log(this.#options.closingLog ?? CLOSING_LOG);
      this.#onEvent?.({ kind: "exit", code: 0, signal: null, expected: true });
    }
    return { memory: this.memory, how, ...(how === "stopped" ? { peakResidentBytes: 2 ** 25 } : {}) };
  }

  #log(lines: readonly string[]): void {
    for (const text of lines) {
      this.#reader.add(text);
      this.#onEvent?.({ kind: "log", level: "info", text });
    }
  }

  #check(what: string): void {
    if (this.#state === "stopped") throw new LoadoutError("engine-stopped", { what });
    if (this.#state === "dead") throw new LoadoutError("engine-died", { what, got: "SIGKILL" });
  }
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

function template(messages: readonly Message[]): string {
  return [...messages.map(({ role, content }) => `${role}: ${content}`), "assistant:"].join("\n");
}

function common(held: readonly string[], tokens: readonly string[]): number {
  const index = tokens.findIndex((token, at) => held[at] !== token);
  return index === -1 ? tokens.length : index;
}

/** Lets others work, as waiting for a process would. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
