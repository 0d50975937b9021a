import type { Token } from "node-llama-cpp";
import type { Clock } from "../../process/index.ts";
import type { Sequences } from "../sequences.ts";
import { planStep, type StepPlan } from "./plan-step.ts";
import { Running, type End, type Work } from "./running.ts";

/** Prompts are evaluated in pieces of at least this many tokens, however slow the machine: below, each costs a whole step. */
const LEAST_PIECE = 8;
/** Share of the newest step in the estimate of a prompt token's time. */
const NEWEST = 0.3;

export interface ConductorOptions {
  /** tokens a sequence holds */
  readonly contextSize: number;
  /** tokens of one step at most */
  readonly stepTokens: number;
  /** longest step that prompts of the batch lane may cause, from measured steps; absent: no limit but `stepTokens` */
  readonly batchStepMs?: number;
  /** a resting reply steps once after this time */
  readonly agingMs: number;
  /** an idle engine waits so long for others to share its first step */
  readonly holdMs: number;
  readonly clock: Clock;
}

export interface Generated {
  readonly end: Exclude<End, "evicted">;
  readonly cachedTokens: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
  /** from taking the work to its first token */
  readonly ttftMs: number;
  readonly drawn: number;
}

/**
 * Lets all sequences of a context step together: one step after another, each planned from who is there now. The library
 * would step whoever happens to be queued; then sequences fall out of step and share nothing.
 */
export class Conductor {
  readonly #sequences: Sequences;
  readonly #options: ConductorOptions;
  #running: Running[] = [];
  /** chats that have a sequence but do not step yet */
  #beginning = 0;
  #looping = false;
  #wake: (() => void) | undefined;
  #tokenMs: number | undefined;
  /** since the beginning; times are those of steps */
  readonly totals = { steps: 0, promptTokens: 0, cachedTokens: 0, drawnTokens: 0, prefillMs: 0, decodeMs: 0 };

  constructor(sequences: Sequences, options: ConductorOptions) {
    this.#sequences = sequences;
    this.#options = options;
  }

  /** Replies that hold a sequence. */
  get busy(): number {
    return this.#running.length + this.#beginning;
  }

  async generate(work: Work): Promise<Generated> {
    const { clock } = this.#options;
    const startedMs = clock.now();
    const { totals } = this;
    const figures = { cachedTokens: 0, prefillMs: 0, decodeMs: 0, ttftMs: 0 };
    const drawn: Token[] = [];
    const limit = Math.min(work.maxTokens, this.#options.contextSize - work.tokens.length);
    let full = limit <= 0;
    const counted: Work = {
      ...work,
      onPrefill: ({ cachedTokens, ms }) => {
        figures.prefillMs += ms;
        totals.prefillMs += ms;
        if (drawn.length > 0) return; // it was evicted, and its beginning evaluated once more
        figures.cachedTokens = cachedTokens;
        figures.ttftMs = clock.now() - startedMs;
        totals.cachedTokens += cachedTokens;
        totals.promptTokens += work.tokens.length - cachedTokens;
        work.onPrefill?.({ cachedTokens, ms, ttftMs: figures.ttftMs });
      },
      onToken: (token, ms) => {
        if (drawn.length > 0) figures.decodeMs += ms;
        if (drawn.length > 0) totals.decodeMs += ms;
        if (!work.onToken(token, ms)) return false;
        totals.drawnTokens += 1;
        drawn.push(token);
        full = drawn.length >= limit;
        return !full;
      },
    };
    let end: End = full ? "length" : "evicted";
    while (end === "evicted") end = await this.#onSequence(counted, [...work.tokens, ...drawn]);
    return { ...figures, end: full && end === "handler" ? "length" : end, drawn: drawn.length };
  }

  async #onSequence(work: Work, tokens: readonly Token[]): Promise<End> {
    const free = this.#sequences.take(work.reusePrefix ? tokens : [], work.lane, work.signal);
    this.#notify();
    const sequence = await free;
    if (!sequence) return "cancelled";
    let running: Running | undefined;
    const wake = () => this.#notify();
    work.signal.addEventListener("abort", wake, { once: true });
    try {
      running = await this.#begin(() => Running.begin(work, sequence, tokens, this.#options.clock), work);
      return await running.ended;
    } finally {
      work.signal.removeEventListener("abort", wake);
      await running?.close();
      this.#sequences.give(sequence, work.lane);
      this.#notify();
    }
  }

  /** The batch lane rests already while a chat is beginning. */
  async #begin(begin: () => Promise<Running>, { lane }: Work): Promise<Running> {
    const chats = lane === "interactive" ? 1 : 0;
    this.#beginning += chats;
    try {
      const running = await begin();
      this.#running.push(running);
      return running;
    } finally {
      this.#beginning -= chats;
      this.#notify();
      void this.#loop();
    }
  }

  async #loop(): Promise<void> {
    if (this.#looping) return;
    this.#looping = true;
    try {
      await this.#hold();
      while (true) {
        this.#letGo();
        if (this.#running.length === 0) return;
        const plan = this.#plan();
        if (plan.parts.size > 0) await this.#step(plan.parts);
        else await this.#change(plan.wakeMs);
      }
    } finally {
      this.#looping = false;
    }
  }

  #plan(): StepPlan<Running> {
    const { stepTokens, batchStepMs, agingMs, clock } = this.#options;
    const measured =
      batchStepMs === undefined || this.#tokenMs === undefined ? stepTokens : Math.floor(batchStepMs / this.#tokenMs);
    const batchStepTokens = Math.min(stepTokens, Math.max(LEAST_PIECE, measured));
    return planStep(this.#running, this.#beginning > 0, clock.now(), { stepTokens, batchStepTokens, agingMs });
  }

  /** Waits for company before the first step, no longer than the hold window. */
  async #hold(): Promise<void> {
    const { holdMs, clock } = this.#options;
    const untilMs = clock.now() + holdMs;
    while (clock.now() < untilMs && this.busy < this.#sequences.count) await this.#change(untilMs);
  }

  /** Ends what was cancelled; where a chat waits and no sequence is free, the newest batch reply gives up its own. */
  #letGo(): void {
    for (const one of this.#running.filter(({ work }) => work.signal.aborted)) this.#end(one, "cancelled");
    if (!this.#sequences.starved) return;
    const newest = this.#running.findLast(({ lane }) => lane === "batch");
    if (newest) this.#end(newest, "evicted");
  }

  #end(one: Running, how: End): void {
    this.#running = this.#running.filter((other) => other !== one);
    one.end(how);
  }

  async #step(parts: ReadonlyMap<Running, number>): Promise<void> {
    const { clock } = this.#options;
    const began = clock.now();
    this.totals.steps += 1;
    const steps = [...parts].map(async ([one, amount]) => {
      const wasPrompt = one.pending > 0;
      try {
        const drawn = await one.step(amount);
        this.#stepped(one, wasPrompt, drawn, clock.now() - began);
      } catch (error) {
        this.#running = this.#running.filter((other) => other !== one);
        one.fail(error);
      }
    });
    await Promise.all(steps);
    this.#learn(
      [...parts.values()].reduce((total, amount) => total + amount, 0),
      clock.now() - began,
    );
  }

  #stepped(one: Running, wasPrompt: boolean, drawn: Token | undefined, ms: number): void {
    one.lastStepMs = this.#options.clock.now();
    if (wasPrompt) one.prefillMs += ms;
    if (drawn === undefined || one.work.signal.aborted) return;
    const { cachedTokens, prefillMs } = one;
    if (wasPrompt) one.work.onPrefill?.({ cachedTokens, ms: prefillMs, ttftMs: 0 });
    if (!one.work.onToken(drawn, wasPrompt ? prefillMs : ms)) this.#end(one, "handler");
  }

  /** What a prompt's token takes, from steps that had enough of them. */
  #learn(tokens: number, ms: number): void {
    if (tokens < LEAST_PIECE) return;
    const tokenMs = ms / tokens;
    this.#tokenMs = this.#tokenMs === undefined ? tokenMs : NEWEST * tokenMs + (1 - NEWEST) * this.#tokenMs;
  }

  #notify(): void {
    this.#wake?.();
  }

  /** Until somebody comes, leaves or ends, or until a moment of the clock. */
  async #change(untilMs?: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const over = new AbortController();
    const { clock } = this.#options;
    if (untilMs !== undefined) void clock.pause(Math.max(0, untilMs - clock.now()), over.signal).then(resolve);
    await promise;
    over.abort();
    this.#wake = undefined;
  }
}
