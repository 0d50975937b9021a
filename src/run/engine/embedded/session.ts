import type { Llama, LlamaContext, LlamaModel } from "node-llama-cpp";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { ChatRequest, ReplyEvent, ScoreRequest, ThreadMeasurement, ThreadOptions, TokenScore } from "../engine.ts";
import { deviceList } from "./devices.ts";
import { backendOf, loadLibrary, openBackend, type Library } from "./library.ts";
import { LogRelay } from "./log-relay.ts";
import { prompter, type Prompter } from "./prompt.ts";
import type { LoadArgs, Loaded } from "./protocol.ts";
import { reply } from "./reply.ts";
import { scoreTokens, token } from "./score.ts";
import { Sequences } from "./sequences.ts";
import { chooseContext, contextOptions } from "./settings.ts";
import { anyToken, measureThreads } from "./threads.ts";

/** How long to wait for log lines that are already printed but not delivered. */
const LOG_LIMIT_MS = 2000;

/** A model loaded in this process: what the child does when it is asked. */
export class Session {
  readonly #llama: Llama;
  readonly #model: LlamaModel;
  readonly #context: LlamaContext;
  readonly #sequences: Sequences;
  readonly #prompter: Prompter;
  readonly #relay: LogRelay;
  readonly #mostThreads: number;

  private constructor(parts: {
    llama: Llama;
    model: LlamaModel;
    context: LlamaContext;
    prompter: Prompter;
    relay: LogRelay;
    mostThreads: number;
  }) {
    this.#llama = parts.llama;
    this.#model = parts.model;
    this.#context = parts.context;
    this.#sequences = new Sequences(parts.context);
    this.#prompter = parts.prompter;
    this.#relay = parts.relay;
    this.#mostThreads = parts.mostThreads;
  }

  static async load(
    args: LoadArgs,
    relay: LogRelay,
    onLoading: (share: number) => void,
  ): Promise<{ session: Session; loaded: Loaded }> {
    const library = await loadLibrary();
    const llama = await openBackend(library, args.backend, {
      ...(args.threads === undefined ? {} : { maxThreads: args.threads }),
      logger: (level, message) => relay.take(level, message),
    });
    const mostThreads = args.threads ?? llama.cpuMathCores;
    llama.maxThreads = mostThreads;

    const beganModel = performance.now();
    const model = await loadModel(args, llama, library, relay, onLoading);
    const modelMs = performance.now() - beganModel;

    const choice = chooseContext(args.settings, model.trainContextSize, library);
    relay.expect();
    const beganContext = performance.now();
    const context = await model.createContext(contextOptions(choice, mostThreads)).catch(async (error: unknown) => {
      throw await failure(error, "engine-rejected", args.modelPath, library, relay);
    });
    const contextMs = performance.now() - beganContext;
    await relay.seen(["buffer", "nodes", "splits"], LOG_LIMIT_MS);

    const prompts = prompter(model, library);
    const session = new Session({ llama, model, context, prompter: prompts, relay, mostThreads });
    const loaded: Loaded = {
      info: {
        name: "embedded",
        version: await library.getModuleVersion(),
        build: `llama.cpp ${llama.llamaCppRelease.release}`,
        backend: backendOf(llama),
        system: llama.systemInfo.trim(),
        devices: await deviceList(llama),
      },
      template: prompts.template,
      totals: { model: totals(model.memoryUsage), context: totals(context.memoryUsage) },
      times: { modelMs, contextMs, warmUpMs: args.warmUp === false ? 0 : await session.#warmUp() },
    };
    return { session, loaded };
  }

  /** On one thread: how many are good is not known yet, and one is never catastrophic. */
  async #warmUp(): Promise<number> {
    const since = performance.now();
    const sequence = await this.#sequences.take([]);
    this.#llama.maxThreads = 1;
    await sequence.evaluateWithoutGeneratingNewTokens([anyToken(this.#model)]);
    await sequence.clearHistory();
    this.#llama.maxThreads = this.#mostThreads;
    this.#sequences.give(sequence);
    return performance.now() - since;
  }

  async *chat(request: Omit<ChatRequest, "signal">, cancelled: () => boolean): AsyncGenerator<ReplyEvent> {
    const startedMs = performance.now();
    const tokens = this.#prompter.tokens(request.prompt);
    if (tokens.length === 0 || tokens.length >= this.#context.contextSize)
      throw new LoadoutError("engine-context-full", { expected: this.#context.contextSize, got: tokens.length });
    const sequence = await this.#sequences.take(tokens);
    try {
      const parts = { model: this.#model, prompter: this.#prompter, sequence, tokens, startedMs };
      yield* reply(parts, request, cancelled);
    } finally {
      this.#sequences.give(sequence);
    }
  }

  countTokens(text: string): number {
    return this.#model.tokenize(text).length;
  }

  tokenize(text: string): readonly number[] {
    return this.#prompter.tokens(text);
  }

  async score(request: ScoreRequest): Promise<TokenScore[]> {
    const tokens = request.tokens.map(token);
    if (tokens.length > this.#context.contextSize)
      throw new LoadoutError("engine-context-full", { expected: this.#context.contextSize, got: tokens.length });
    const sequence = await this.#sequences.take(tokens.slice(0, Math.max(0, request.from - 1)));
    try {
      return await scoreTokens(sequence, { ...request, tokens });
    } finally {
      this.#sequences.give(sequence);
    }
  }

  async measureThreads(options: ThreadOptions): Promise<ThreadMeasurement> {
    const sequence = await this.#sequences.take([]);
    try {
      const parts = { llama: this.#llama, model: this.#model, sequence };
      return await measureThreads(parts, this.#mostThreads, options);
    } finally {
      this.#sequences.give(sequence);
    }
  }

  /** Closes the context first: then the engine prints its compute buffers to four decimals. */
  async close(): Promise<void> {
    this.#relay.expect();
    await this.#context.dispose();
    await this.#relay.seen(["exact-compute"], 200);
    await this.#model.dispose();
  }
}

async function loadModel(
  args: LoadArgs,
  llama: Llama,
  library: Library,
  relay: LogRelay,
  onLoading: (share: number) => void,
): Promise<LlamaModel> {
  const { gpuLayers, memoryMap } = args.settings;
  relay.expect();
  try {
    const model = await llama.loadModel({
      modelPath: args.modelPath,
      gpuLayers: gpuLayers === "all" ? "max" : gpuLayers,
      ...(memoryMap === undefined ? {} : { useMmap: memoryMap }),
      onLoadProgress: onLoading,
    });
    await relay.seen(["buffer"], LOG_LIMIT_MS);
    return model;
  } catch (error) {
    throw await failure(error, "engine-bad-model", args.modelPath, library, relay);
  }
}

/** The engine's exceptions say little ("Failed to load model"); its last error lines say why. */
async function failure(
  error: unknown,
  otherwise: "engine-bad-model" | "engine-rejected",
  path: string,
  library: Library,
  relay: LogRelay,
): Promise<LoadoutError> {
  if (error instanceof LoadoutError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const lines = await relay.lastErrors();
  const got = lines === "" || message.includes(lines) ? message : `${message}: ${lines}`;
  if (error instanceof library.InsufficientMemoryError)
    return new LoadoutError("engine-out-of-memory", { what: path, got }, { cause: error });
  return new LoadoutError(otherwise, { path, got }, { cause: error });
}

function totals({ ram, vram }: { ram: number; vram: number }): { ramBytes: number; deviceBytes: number } {
  return { ramBytes: ram, deviceBytes: vram };
}
