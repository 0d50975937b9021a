import type { LlamaContext, Token } from "node-llama-cpp";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { ChatRequest, ReplyEvent, ScoreRequest, ThreadMeasurement, ThreadOptions, TokenScore } from "../engine.ts";
import { systemClock } from "../process/index.ts";
import type { LogRelay } from "./log-relay.ts";
import { engineInfo, failure, LOG_LIMIT_MS, openModel, totals, type OpenModel } from "./open-model.ts";
import { prompter, type Prompter } from "./prompt.ts";
import type { LaneOptions, LoadArgs, Loaded } from "./protocol.ts";
import { reply } from "./reply.ts";
import { scoreTokens, token } from "./score.ts";
import { Sequences, type StepSequence } from "./sequences.ts";
import { adapterOptions, chooseContext, contextOptions } from "./settings.ts";
import { Conductor } from "./steps/index.ts";
import { anyToken, measureThreads } from "./threads.ts";

/** One user, nobody to make room for. */
const ALONE: LaneOptions = { reserved: 0, holdMs: 0, agingMs: 0 };

/** A model loaded in this process: what the child does when it is asked. */
export class Session {
  readonly context: LlamaContext;
  readonly conductor: Conductor;
  readonly prompter: Prompter;
  readonly opened: OpenModel;
  readonly sequences: Sequences;
  readonly #relay: LogRelay;

  private constructor(
    opened: OpenModel,
    context: LlamaContext,
    prompts: Prompter,
    relay: LogRelay,
    lanes: LaneOptions = ALONE,
  ) {
    this.opened = opened;
    this.context = context;
    const sequences: StepSequence[] = [];
    while (context.sequencesLeft > 0) sequences.push(context.getSequence());
    this.sequences = new Sequences(sequences, lanes.reserved);
    this.conductor = new Conductor(this.sequences, {
      ...lanes,
      contextSize: context.contextSize,
      stepTokens: context.batchSize,
      clock: systemClock,
    });
    this.prompter = prompts;
    this.#relay = relay;
  }

  static async load(
    args: LoadArgs,
    relay: LogRelay,
    onLoading: (share: number) => void,
  ): Promise<{ session: Session; loaded: Loaded }> {
    const opened = await openModel(args, relay, onLoading);
    const { library, model, mostThreads, modelMs } = opened;
    const choice = chooseContext(args.settings, model.trainContextSize, library);
    relay.expect();
    const beganContext = performance.now();
    const options = { ...contextOptions(choice, mostThreads), ...adapterOptions(args.adapters) };
    const context = await model.createContext(options).catch(async (error: unknown) => {
      throw await failure(error, "engine-rejected", args.modelPath, library, relay);
    });
    const contextMs = performance.now() - beganContext;
    await relay.seen(["buffer", "nodes", "splits"], LOG_LIMIT_MS);

    const session = new Session(opened, context, await prompter(model, library), relay, args.lanes);
    const loaded: Loaded = {
      info: await engineInfo(opened),
      template: session.prompter.template,
      totals: { model: totals(model.memoryUsage), context: totals(context.memoryUsage) },
      times: { modelMs, contextMs, warmUpMs: args.warmUp === false ? 0 : await session.#warmUp() },
    };
    return { session, loaded };
  }

  /** On one thread: how many are good is not known yet, and one is never catastrophic. */
  async #warmUp(): Promise<number> {
    const since = performance.now();
    const sequence = await this.#sequence([]);
    this.opened.llama.maxThreads = 1;
    await sequence.evaluateWithoutGeneratingNewTokens([anyToken(this.opened.model)]);
    await sequence.clearHistory();
    this.opened.llama.maxThreads = this.opened.mostThreads;
    this.sequences.give(sequence);
    return performance.now() - since;
  }

  async chat(
    request: Omit<ChatRequest, "signal">,
    signal: AbortSignal,
    emit: (event: ReplyEvent) => void,
  ): Promise<void> {
    const tokens = this.prompter.tokens(request.prompt);
    if (tokens.length === 0 || tokens.length >= this.context.contextSize)
      throw new LoadoutError("engine-context-full", { expected: this.context.contextSize, got: tokens.length });
    const parts = {
      model: this.opened.model,
      conductor: this.conductor,
      stops: this.prompter.stops,
      tokens,
      threads: () => this.context.currentThreads,
    };
    await reply(parts, request, signal, emit);
  }

  countTokens(text: string): number {
    return this.opened.model.tokenize(text).length;
  }

  tokenize(text: string): readonly number[] {
    return this.prompter.tokens(text);
  }

  async score(request: ScoreRequest): Promise<TokenScore[]> {
    const tokens = request.tokens.map(token);
    if (tokens.length > this.context.contextSize)
      throw new LoadoutError("engine-context-full", { expected: this.context.contextSize, got: tokens.length });
    const sequence = await this.#sequence(tokens.slice(0, Math.max(0, request.from - 1)));
    try {
      return await scoreTokens(sequence, { ...request, tokens });
    } finally {
      this.sequences.give(sequence);
    }
  }

  async measureThreads(options: ThreadOptions): Promise<ThreadMeasurement> {
    const sequence = await this.#sequence([]);
    try {
      const parts = { llama: this.opened.llama, model: this.opened.model, sequence };
      return await measureThreads(parts, this.opened.mostThreads, options);
    } finally {
      this.sequences.give(sequence);
    }
  }

  async #sequence(tokens: readonly Token[]): Promise<StepSequence> {
    const sequence = await this.sequences.take(tokens);
    if (!sequence) throw new LoadoutError("engine-failed", { what: "taking a sequence", got: "none" });
    return sequence;
  }

  /** Closes the context first: then the engine prints its compute buffers to four decimals. */
  async close(): Promise<void> {
    this.#relay.expect();
    await this.context.dispose();
    await this.#relay.seen(["exact-compute"], 200);
    await this.opened.model.dispose();
  }
}
