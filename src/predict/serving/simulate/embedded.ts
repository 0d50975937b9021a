import { BatchPieces } from "./batch-pieces.ts";
import { foundIn, type Held, heldAfter } from "./cells.ts";
import { Decoders } from "./decoders.ts";
import type { Engine, EngineCounts, Sink } from "./engine.ts";
import { Queue } from "./queue.ts";
import type { SimRequest } from "./sim-request.ts";
import { EqualPasses } from "./passes.ts";
import { addPrompt, clearWork, emptyWork, onePass } from "./step-times.ts";

export interface EmbeddedSettings {
  readonly kind: "embedded";
  readonly sequences: number;
  /** of these, kept free of batch */
  readonly reserved: number;
  /** tokens a sequence holds */
  readonly sequenceTokens: number;
  /** tokens of one step at most */
  readonly stepTokens: number;
  /** of these, most that prompts of the batch lane have; absent: as many */
  readonly batchStepTokens?: number;
  /** longest step that these may cause, by what a token took in steps before; absent: no limit */
  readonly batchStepMs?: number;
  /** an engine that rested waits so long for others before its first step, unless every sequence is taken; absent: 0 */
  readonly holdMs?: number;
  /** a resting reply steps once after this time */
  readonly agingMs: number;
  /** false: requests ask that nothing of their prompt is taken from a sequence */
  readonly promptCache?: boolean;
}

interface Sequence {
  readonly place: number;
  held: Held | undefined;
  lastUsedMs: number;
  free: boolean;
}

/**
 * The engine inside the program: all who draw step together, prompts share what is left of a step in the order they came, chats
 * first. While a chat is there the batch lane rests between two tokens and keeps what it has; where a chat finds no sequence, the
 * newest of batch gives up its own and is computed again later.
 */
export class Embedded implements Engine {
  readonly work = emptyWork();
  readonly counts: EngineCounts;
  readonly #settings: EmbeddedSettings;
  readonly #sink: Sink;
  readonly #sequences: Sequence[];
  readonly #on = new Map<SimRequest, Sequence>();
  readonly #waiting = { interactive: new Queue<SimRequest>(), batch: new Queue<SimRequest>() };
  readonly #drawing: Record<"interactive" | "batch", Decoders>;
  /** whose prompts are not done, in the order they came */
  #prompts: SimRequest[] = [];
  /** the one that rested long and draws beside the chats in the step under way */
  #aged: SimRequest | undefined;
  #batchRests = false;
  /** of a step in which nothing but tokens is drawn; undefined: who draws has changed */
  #drawPasses: readonly number[] | undefined;
  #drawPassesRest = false;
  readonly #passes: EqualPasses;
  readonly #pieces: BatchPieces;
  wakeMs = Infinity;
  #rested = true;
  #holdsUntilMs = 0;
  #chatPrompts = 0;
  #free: number;
  #order = 0;
  #cancelled = new Set<SimRequest>();

  constructor(settings: EmbeddedSettings, sink: Sink, keepsTimes: boolean) {
    this.#settings = settings;
    this.#sink = sink;
    this.#pieces = new BatchPieces(settings.batchStepMs, settings.batchStepTokens ?? settings.stepTokens);
    this.#passes = new EqualPasses(settings.sequences);
    this.#free = settings.sequences;
    this.#sequences = Array.from({ length: settings.sequences }, (_, place) => ({
      place,
      held: undefined,
      lastUsedMs: -1,
      free: true,
    }));
    this.#drawing = { interactive: new Decoders(keepsTimes), batch: new Decoders(keepsTimes) };
    const roomTokens = settings.sequences * settings.sequenceTokens;
    this.counts = { steps: 0, preempted: 0, mostHeldTokens: 0, roomTokens };
  }

  get load(): number {
    return this.#on.size + this.#waiting.interactive.length + this.#waiting.batch.length;
  }

  submit(request: SimRequest, atMs: number): void {
    request.order = this.#order++;
    const room = this.#settings.sequenceTokens - request.planned.promptTokens;
    if (room <= 0) {
      request.outcome = "failed";
      request.error = "the prompt is longer than a sequence's context";
      this.#sink.ended(request, atMs);
      return;
    }
    request.outputTokens = Math.min(request.outputTokens, room);
    request.lastStepMs = atMs;
    this.#waiting[request.lane].push(request);
    this.#fill(atMs);
  }

  cancel(request: SimRequest, atMs: number, stepping: boolean): void {
    if (this.#waiting[request.lane].remove(request)) {
      this.#sink.ended(request, atMs);
      return;
    }
    request.cancelled = true;
    this.#cancelled.add(request);
    if (!stepping) this.#dropCancelled(atMs);
  }

  compose(atMs: number): boolean {
    if (this.#holds(atMs)) return false;
    this.#giveWay(atMs);
    const { work } = this;
    const { interactive, batch } = this.#drawing;
    clearWork(work, atMs);
    const rests = interactive.count > 0 || this.#chatPrompts > 0;
    this.#batchRests = rests;
    const someRest = rests && (batch.count > 0 || this.#prompts.length > this.#chatPrompts);
    this.#aged = someRest ? this.#longResting(atMs) : undefined;
    work.decodeStreams = interactive.count + (rests ? 0 : batch.count);
    work.decodeDepthTokens = interactive.depthTokens + (rests ? 0 : batch.depthTokens);
    if (this.#aged !== undefined && this.#aged.pendingTokens === 0) {
      work.decodeStreams++;
      work.decodeDepthTokens += batch.heldBy(this.#aged);
    }
    if (this.#prompts.length > 0) this.#addPrompts(rests);
    this.#cut(rests);
    return work.decodeStreams + work.promptTokens > 0;
  }

  finish(atMs: number): void {
    this.counts.steps++;
    this.#pieces.learn(this.work.decodeStreams + this.work.promptTokens, atMs - this.work.atMs);
    const { interactive, batch } = this.#drawing;
    const aged = this.#aged;
    this.#aged = undefined;
    if (interactive.count > 0) interactive.step(atMs);
    if (!this.#batchRests && batch.count > 0) batch.step(atMs);
    if (aged !== undefined && aged.place >= 0) this.#drawOne(aged, atMs);
    const held = interactive.depthTokens + batch.depthTokens + this.work.promptTokens;
    if (held > this.counts.mostHeldTokens) this.counts.mostHeldTokens = held;
    this.#endDue(interactive, atMs);
    this.#endDue(batch, atMs);
    if (this.work.promptTokens > 0) this.#endPrompts(atMs);
    if (this.#cancelled.size > 0) this.#dropCancelled(atMs);
    this.#fill(atMs);
  }

  crash(): SimRequest[] {
    const lost = [...this.#on.keys()];
    for (const request of lost) if (request.place >= 0) this.#drawing[request.lane].remove(request);
    for (const queue of [this.#waiting.interactive, this.#waiting.batch])
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) lost.push(next);
    this.#on.clear();
    this.#drawPasses = undefined;
    this.#prompts = [];
    this.#chatPrompts = 0;
    this.#rested = true;
    this.wakeMs = Infinity;
    this.#cancelled.clear();
    this.#free = this.#sequences.length;
    for (const sequence of this.#sequences) {
      sequence.held = undefined;
      sequence.free = true;
    }
    return lost;
  }

  /** Each sequence has a cache of its own: those who draw come in the order in which they began, prompts behind them. */
  #cut(rests: boolean): void {
    const { work } = this;
    if (work.decodeStreams + work.promptTokens <= 1 || this.#on.size === 1) {
      onePass(work);
      return;
    }
    const alike = work.promptTokens === 0 && this.#aged === undefined;
    if (alike && rests === this.#drawPassesRest && this.#drawPasses !== undefined) {
      work.passTokens = this.#drawPasses;
      return;
    }
    const cut = this.#passes;
    cut.clear();
    this.#addDrawing("interactive");
    if (!rests) this.#addDrawing("batch");
    else if (this.#aged !== undefined && this.#aged.place >= 0) cut.add(this.#on.get(this.#aged)!.place, 1);
    for (const lane of ["interactive", "batch"] as const)
      for (const request of this.#prompts)
        if (request.lane === lane) cut.add(this.#on.get(request)!.place, request.takingTokens);
    work.passTokens = cut.cut(this.#settings.stepTokens);
    this.#drawPasses = alike ? work.passTokens : undefined;
    this.#drawPassesRest = rests;
  }

  #addDrawing(lane: "interactive" | "batch"): void {
    if (this.#drawing[lane].count === 0) return;
    for (const [request, { place }] of this.#on)
      if (request.lane === lane && request.place >= 0) this.#passes.add(place, 1);
  }

  /** Nobody is there, or the first after a rest waits for company. */
  #holds(atMs: number): boolean {
    const { holdMs = 0, sequences } = this.#settings;
    this.wakeMs = Infinity;
    if (this.#on.size === 0) {
      this.#rested = true;
      return true;
    }
    if (this.#rested) this.#holdsUntilMs = atMs + holdMs;
    this.#rested = false;
    if (atMs >= this.#holdsUntilMs || this.#on.size >= sequences) {
      this.#holdsUntilMs = 0;
      return false;
    }
    this.wakeMs = this.#holdsUntilMs;
    return true;
  }

  /** Batch that has rested for so long takes part in one step, one at a time. */
  #longResting(atMs: number): SimRequest | undefined {
    let first: SimRequest | undefined;
    for (const request of this.#on.keys()) {
      if (request.lane === "interactive") continue;
      const last = request.place >= 0 ? Math.max(request.lastStepMs, this.#lastOf(request)) : request.lastStepMs;
      if (atMs - last >= this.#settings.agingMs && (first === undefined || request.order < first.order))
        first = request;
    }
    return first;
  }

  /** when the batch lane last stepped, if this one was there */
  #lastOf(request: SimRequest): number {
    const { batch } = this.#drawing;
    return batch.tick > request.fromTick ? batch.lastMs : 0;
  }

  #addPrompts(rests: boolean): void {
    let left = this.#settings.stepTokens - this.work.decodeStreams;
    for (const request of this.#prompts) if (request.lane === "interactive") left -= this.#take(request, left);
    let batchLeft = Math.min(left, this.#pieces.tokens);
    for (const request of this.#prompts)
      if (request.lane === "batch" && (!rests || request === this.#aged)) batchLeft -= this.#take(request, batchLeft);
  }

  #take(request: SimRequest, most: number): number {
    const tokens = Math.max(0, Math.min(request.pendingTokens, most));
    request.takingTokens = tokens;
    if (tokens > 0) addPrompt(this.work, request.heldTokens, tokens);
    return tokens;
  }

  #drawOne(request: SimRequest, atMs: number): void {
    const { batch } = this.#drawing;
    const left = request.dueTick - batch.tick - 1;
    batch.remove(request);
    request.heldTokens++;
    request.given++;
    request.keepTime(atMs);
    request.lastStepMs = atMs;
    if (left > 0) batch.add(request, left);
    else this.#end(request, atMs, "ok");
  }

  #endDue(group: Decoders, atMs: number): void {
    for (let request = group.due(); request !== undefined; request = group.due()) {
      group.remove(request);
      this.#end(request, atMs, "ok");
    }
  }

  #endPrompts(atMs: number): void {
    for (const request of this.#prompts) {
      if (request.takingTokens === 0) continue;
      request.heldTokens += request.takingTokens;
      request.pendingTokens -= request.takingTokens;
      request.takingTokens = 0;
      request.lastStepMs = atMs;
      if (request.pendingTokens > 0) continue;
      const begins = request.given === 0;
      request.given++;
      request.keepTime(atMs);
      if (begins) {
        request.firstMs = atMs;
        this.#sink.started(request, atMs);
      }
    }
    const done = this.#prompts.filter((request) => request.pendingTokens === 0);
    if (done.length === 0) return;
    this.#prompts = this.#prompts.filter((request) => request.pendingTokens > 0);
    for (const request of done) {
      if (request.lane === "interactive") this.#chatPrompts--;
      if (request.given < request.outputTokens)
        this.#drawing[request.lane].add(request, request.outputTokens - request.given);
      else this.#end(request, atMs, "ok");
    }
  }

  /** Where a chat waits and no sequence is free, the newest of batch gives up its own. */
  #giveWay(atMs: number): void {
    while (this.#waiting.interactive.length > 0) {
      let newest: SimRequest | undefined;
      for (const request of this.#on.keys())
        if (request.lane === "batch" && (newest === undefined || request.order > newest.order)) newest = request;
      if (newest === undefined) return;
      this.#leave(newest, atMs);
      this.counts.preempted++;
      newest.reset(false);
      this.#waiting.batch.unshift(newest);
      this.#fill(atMs);
    }
  }

  #fill(atMs: number): void {
    const { interactive, batch } = this.#waiting;
    while (this.#free > 0 && interactive.length > 0) this.#begin(interactive.shift()!, atMs);
    while (this.#free > this.#settings.reserved && batch.length > 0) this.#begin(batch.shift()!, atMs);
  }

  #begin(request: SimRequest, atMs: number): void {
    const sequence = this.#choose(request);
    const held = this.#settings.promptCache === false ? 0 : foundIn(sequence.held, request);
    const found = Math.min(held, request.totalTokens - 1);
    sequence.free = false;
    sequence.held = undefined;
    sequence.lastUsedMs = atMs;
    this.#free--;
    if (request.given === 0) request.cachedTokens = found;
    request.heldTokens = found;
    request.pendingTokens = request.totalTokens - found;
    request.lastStepMs = atMs;
    this.#on.set(request, sequence);
    this.#prompts.push(request);
    if (request.lane === "interactive") this.#chatPrompts++;
  }

  /** What holds most of the prompt; else what was left longest ago. */
  #choose(request: SimRequest): Sequence {
    let best: Sequence | undefined;
    let most = -1;
    for (const sequence of this.#sequences) {
      if (!sequence.free) continue;
      const found = this.#settings.promptCache === false ? 0 : foundIn(sequence.held, request);
      if (found < most || (found === most && sequence.lastUsedMs >= best!.lastUsedMs)) continue;
      best = sequence;
      most = found;
    }
    return best!;
  }

  #leave(request: SimRequest, atMs: number): void {
    if (request.place >= 0) this.#drawing[request.lane].remove(request);
    else if (this.#prompts.includes(request)) {
      this.#prompts = this.#prompts.filter((other) => other !== request);
      if (request.lane === "interactive") this.#chatPrompts--;
    }
    const sequence = this.#on.get(request)!;
    this.#drawPasses = undefined;
    this.#on.delete(request);
    sequence.held = heldAfter(request);
    sequence.lastUsedMs = atMs;
    sequence.free = true;
    this.#free++;
  }

  #end(request: SimRequest, atMs: number, outcome: "ok" | undefined): void {
    this.#leave(request, atMs);
    if (outcome !== undefined) request.outcome = outcome;
    request.endMs = atMs;
    this.#sink.ended(request, atMs);
  }

  #dropCancelled(atMs: number): void {
    for (const request of this.#cancelled) if (this.#on.has(request)) this.#end(request, atMs, undefined);
    this.#cancelled.clear();
    this.#fill(atMs);
  }
}
