import { foundIn, type Held, heldAfter } from "./cells.ts";
import { Checkpoints, reusableTokens } from "./checkpoints.ts";
import { Decoders } from "./decoders.ts";
import type { Engine, EngineCounts, Sink } from "./engine.ts";
import { HostCache } from "./host-cache.ts";
import { EqualPasses, simplePasses } from "./passes.ts";
import { Queue } from "./queue.ts";
import type { SimRequest } from "./sim-request.ts";
import { addPrompt, clearWork, emptyWork, onePass } from "./step-times.ts";

export interface LlamaServerSettings {
  readonly kind: "llama-server";
  /** --parallel */
  readonly slots: number;
  /** --ctx-size: cells over all sequences */
  readonly contextTokens: number;
  /** --batch-size: tokens a step takes, those that draw included */
  readonly batchTokens: number;
  /** --ubatch-size */
  readonly microBatchTokens: number;
  /** --kv-unified: any slot may fill the whole cache; else each has its part */
  readonly unified: boolean;
  /** --context-shift: a full sequence drops half of what follows `keepTokens` and goes on; not with `checkpoints` */
  readonly contextShift?: boolean;
  /** --keep: of a prompt's beginning; -1 all of it; absent 0 */
  readonly keepTokens?: number;
  /** --slot-prompt-similarity; absent: 0.1 */
  readonly similarity?: number;
  /** tokens that --cache-ram holds; 0: none */
  readonly hostCacheTokens?: number;
  /**
   * windows and recurrent states: memory that cannot go back. The last 4 tokens of a prompt, and the last 4 and a micro-batch, are
   * steps of their own, and so is what comes before a question
   */
  readonly checkpoints?: boolean;
  /** false: requests ask that nothing of their prompt is taken from a slot; who gets which slot still goes by what it holds */
  readonly promptCache?: boolean;
  /** tokens of the window, where `checkpoints` are for one; absent: a state */
  readonly windowTokens?: number;
}

interface Slot {
  request: SimRequest | undefined;
  held: Held | undefined;
  readonly checkpoints: Checkpoints;
  lastUsedMs: number;
}

const SIMILARITY = 0.1;
/** before the end of a prompt, where a checkpoint is made: with and without a micro-batch */
const CHECKPOINT_TOKENS = 4;

/**
 * llama-server b11434 (`update_slots`): those who draw come first with a token each, prompts share what is left of one batch in the
 * order of the slots, so that a long prompt holds up the slots behind it and lengthens every gap. Requests that find no slot wait in
 * order. A slot is chosen by what it holds (at least a tenth of the prompt), else by how long it was not used.
 */
export class LlamaServer implements Engine {
  readonly work = emptyWork();
  readonly counts: EngineCounts;
  readonly #settings: LlamaServerSettings;
  readonly #sink: Sink;
  readonly #slots: Slot[];
  readonly #waiting = new Queue<SimRequest>();
  readonly #drawing: Decoders;
  readonly #hostCache: HostCache | undefined;
  readonly #slotTokens: number;
  /** of a step in which nothing but tokens is drawn; undefined: who draws has changed */
  #drawPasses: readonly number[] | undefined;
  readonly #passes: EqualPasses;
  readonly #shifts: boolean;
  /** cells that are turned to their new places before the next step */
  #shifted = 0;
  #busy = 0;
  #order = 0;
  #cancelled = 0;
  /** tokens of those whose prompt is under way, and of slots that rest */
  #promptCells = 0;
  #idleCells = 0;

  constructor(settings: LlamaServerSettings, sink: Sink, keepsTimes: boolean) {
    const { slots, contextTokens, unified, hostCacheTokens = 0 } = settings;
    this.#settings = settings;
    this.#sink = sink;
    this.#passes = new EqualPasses(slots);
    this.#slots = Array.from({ length: slots }, () => ({
      request: undefined,
      held: undefined,
      checkpoints: new Checkpoints(),
      lastUsedMs: -1,
    }));
    this.#slotTokens = unified ? contextTokens : Math.floor(contextTokens / slots);
    this.#shifts = settings.contextShift === true && settings.checkpoints !== true;
    this.#drawing = new Decoders(keepsTimes);
    if (hostCacheTokens > 0) this.#hostCache = new HostCache(hostCacheTokens);
    this.counts = { steps: 0, preempted: 0, mostHeldTokens: 0, roomTokens: contextTokens };
  }

  get load(): number {
    return this.#busy + this.#waiting.length;
  }

  submit(request: SimRequest, atMs: number): void {
    request.order = this.#order++;
    if (request.planned.promptTokens >= this.#slotTokens) {
      fail(request, "the prompt is longer than a sequence's context");
      this.#sink.ended(request, atMs);
      return;
    }
    if (this.#busy < this.#slots.length) this.#place(request);
    else this.#waiting.push(request);
  }

  cancel(request: SimRequest, atMs: number, stepping: boolean): void {
    if (this.#waiting.remove(request)) {
      this.#sink.ended(request, atMs);
      return;
    }
    request.cancelled = true;
    this.#cancelled++;
    if (!stepping) this.#dropCancelled(atMs);
  }

  compose(atMs: number): boolean {
    if (this.#busy === 0) return false;
    const { work } = this;
    const drawing = this.#drawing;
    clearWork(work, atMs);
    work.decodeStreams = drawing.count;
    // keys of all cells are read and written: as many bytes as keys and values that are read
    work.decodeDepthTokens = drawing.depthTokens + this.#shifted;
    this.#shifted = 0;
    if (drawing.count < this.#busy) this.#addPrompts();
    if (this.#settings.unified && !this.#fits()) return this.#overflow(atMs);
    this.#cut();
    return true;
  }

  finish(atMs: number): void {
    this.counts.steps++;
    const drawing = this.#drawing;
    if (drawing.count > 0) drawing.step(atMs);
    const held = drawing.depthTokens + this.#promptCells + this.work.promptTokens;
    if (held > this.counts.mostHeldTokens) this.counts.mostHeldTokens = held;
    while (drawing.dueTick <= drawing.tick) this.#due(drawing.due()!, atMs);
    if (this.work.promptTokens > 0) this.#endPrompts(atMs);
    if (this.#cancelled > 0) this.#dropCancelled(atMs);
  }

  crash(): SimRequest[] {
    const lost: SimRequest[] = [];
    for (const slot of this.#slots) {
      if (slot.request) lost.push(slot.request);
      slot.held = undefined;
      slot.checkpoints.clear();
      if (slot.request && slot.request.place >= 0) this.#drawing.remove(slot.request);
      slot.request = undefined;
    }
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) lost.push(next);
    this.#busy = 0;
    this.#drawPasses = undefined;
    this.#cancelled = 0;
    this.#promptCells = 0;
    this.#idleCells = 0;
    this.#hostCache?.clear();
    return lost;
  }

  #addPrompts(): void {
    let left = this.#settings.batchTokens - this.#drawing.count;
    for (const { request, checkpoints } of this.#slots) {
      if (left <= 0) break;
      if (request === undefined || request.pendingTokens === 0) continue;
      const take = this.#piece(request, Math.min(request.pendingTokens, left));
      if (this.#copies(request, take)) checkpoints.make(request.heldTokens);
      request.takingTokens = take;
      left -= take;
      addPrompt(this.work, request.heldTokens, take);
    }
  }

  /** Checkpoints lie where the last question begins and a little before the end of a prompt, and a step ends there. */
  #piece(request: SimRequest, all: number): number {
    if (this.#settings.checkpoints !== true) return all;
    const pending = request.pendingTokens;
    const before = questionAt(request) - request.heldTokens;
    const most = before > 0 && before < all ? before : all;
    for (const tail of [CHECKPOINT_TOKENS + this.#settings.microBatchTokens, CHECKPOINT_TOKENS])
      if (pending > tail && pending - most < tail) return pending - tail;
    return most;
  }

  #copies({ pendingTokens, heldTokens, planned }: SimRequest, take: number): boolean {
    const { checkpoints, microBatchTokens } = this.#settings;
    if (checkpoints !== true || heldTokens === 0) return false;
    return pendingTokens - take < microBatchTokens || heldTokens === planned.prefix?.tokens;
  }

  /** Into micro-batches; which of those who draw go together changes only when somebody comes or goes. */
  #cut(): void {
    const { unified, microBatchTokens } = this.#settings;
    const { work } = this;
    const tokens = work.promptTokens + work.decodeStreams;
    if (unified || tokens === 1) {
      if (tokens <= microBatchTokens) onePass(work);
      else work.passTokens = simplePasses(tokens, microBatchTokens);
    } else if (work.promptTokens > 0) work.passTokens = this.#equalPasses();
    else {
      this.#drawPasses ??= this.#equalPasses();
      work.passTokens = this.#drawPasses;
    }
  }

  /** Who draws, then whose prompt is under way, each in the order of the slots. */
  #equalPasses(): readonly number[] {
    const cut = this.#passes;
    cut.clear();
    for (const [place, { request }] of this.#slots.entries())
      if (request !== undefined && request.place >= 0) cut.add(place, 1);
    for (const [place, { request }] of this.#slots.entries())
      if (request !== undefined && request.place < 0) cut.add(place, request.takingTokens);
    return cut.cut(this.#settings.microBatchTokens);
  }

  #fits(): boolean {
    const { work } = this;
    const needed = this.#drawing.depthTokens + this.#promptCells + work.promptTokens + work.decodeStreams;
    const room = this.#settings.contextTokens;
    if (needed > room) return false;
    // what resting slots hold gives way
    if (needed + this.#idleCells > room)
      for (const slot of this.#slots) {
        if (needed + this.#idleCells <= room) break;
        if (slot.request === undefined) this.#forget(slot);
      }
    return true;
  }

  /** The server gives up all that it was doing when a batch finds no room. */
  #overflow(atMs: number): boolean {
    for (const slot of this.#slots) {
      if (slot.request === undefined) continue;
      slot.request.takingTokens = 0;
      fail(slot.request, "the cache is full");
      this.#release(slot, atMs, false);
    }
    this.#fill();
    return this.#busy > 0 && this.compose(atMs);
  }

  /** It has drawn all it may, or its context is full. */
  #due(request: SimRequest, atMs: number): void {
    this.#drawing.remove(request);
    if (request.given >= request.outputTokens) {
      request.outcome = "ok";
      this.#release(this.#slotOf(request), atMs, true);
      return;
    }
    const { keepTokens = 0 } = this.#settings;
    const kept = Math.min(keepTokens < 0 ? request.planned.promptTokens : keepTokens, this.#slotTokens - 4);
    request.heldTokens -= Math.max(1, Math.floor((request.heldTokens - kept) / 2));
    request.keptTokens = kept;
    this.#shifted = this.#settings.contextTokens;
    this.#draw(request);
  }

  #endPrompts(atMs: number): void {
    for (const slot of this.#slots) {
      const { request } = slot;
      if (request === undefined || request.takingTokens === 0) continue;
      request.heldTokens += request.takingTokens;
      this.#promptCells += request.takingTokens;
      request.pendingTokens -= request.takingTokens;
      request.takingTokens = 0;
      if (request.pendingTokens > 0) continue;
      request.given = 1;
      request.firstMs = atMs;
      request.keepTime(atMs);
      this.#promptCells -= request.heldTokens;
      this.#sink.started(request, atMs);
      if (request.given < request.outputTokens) this.#draw(request);
      else {
        request.outcome = "ok";
        this.#release(slot, atMs, true);
      }
    }
  }

  #draw(request: SimRequest): void {
    this.#drawPasses = undefined;
    const left = request.outputTokens - request.given;
    const room = this.#slotTokens - 1 - request.heldTokens;
    this.#drawing.add(request, this.#shifts ? Math.max(1, Math.min(left, room)) : left);
  }

  #place(request: SimRequest): void {
    const slot = this.#choose(request);
    const { held } = slot;
    const known = this.#settings.promptCache === false ? 0 : foundIn(held, request);
    const shared = Math.min(known, request.planned.promptTokens - 1);
    const copies = held?.checkpoints ?? [];
    const found = reusableTokens(shared, held?.totalTokens ?? 0, copies, this.#settings);
    slot.checkpoints.goOn(copies, found);
    this.#idleCells -= slot.held?.totalTokens ?? 0;
    slot.held = undefined;
    slot.request = request;
    this.#busy++;
    request.cachedTokens = found;
    request.heldTokens = found;
    this.#promptCells += found;
    request.pendingTokens = request.planned.promptTokens - found;
    if (!this.#shifts)
      request.outputTokens = Math.min(request.outputTokens, this.#slotTokens - request.planned.promptTokens);
  }

  #choose(request: SimRequest): Slot {
    const { similarity = SIMILARITY } = this.#settings;
    let best: Slot | undefined;
    let most = similarity;
    for (const slot of this.#slots) {
      if (slot.request !== undefined || slot.held === undefined) continue;
      const share = foundIn(slot.held, request) / request.planned.promptTokens;
      if (share <= most) continue;
      best = slot;
      most = share;
    }
    const similar = best !== undefined;
    if (best === undefined)
      for (const slot of this.#slots)
        if (slot.request === undefined && (best === undefined || slot.lastUsedMs <= best.lastUsedMs)) best = slot;
    const slot = best!;
    const kept = slot.held === undefined ? 1 : foundIn(slot.held, request) / slot.held.totalTokens;
    if (this.#hostCache !== undefined && (!similar || kept < 0.5)) {
      if (slot.held !== undefined) this.#hostCache.save(slot.held);
      const better = this.#hostCache.take(request, slot.held);
      this.#idleCells += (better?.totalTokens ?? 0) - (slot.held?.totalTokens ?? 0);
      slot.held = better;
    }
    return slot;
  }

  #release(slot: Slot, atMs: number, keeps: boolean): void {
    const request = slot.request!;
    this.#drawPasses = undefined;
    if (request.place >= 0) this.#drawing.remove(request);
    else if (request.given === 0) this.#promptCells -= request.heldTokens;
    slot.request = undefined;
    slot.lastUsedMs = atMs;
    const held = keeps ? heldAfter(request) : undefined;
    slot.held = held && this.#settings.checkpoints ? { ...held, checkpoints: slot.checkpoints.at } : held;
    this.#idleCells += slot.held?.totalTokens ?? 0;
    this.#busy--;
    request.endMs = atMs;
    this.#sink.ended(request, atMs);
    this.#fill();
  }

  #fill(): void {
    while (this.#waiting.length > 0 && this.#busy < this.#slots.length) this.#place(this.#waiting.shift()!);
  }

  #dropCancelled(atMs: number): void {
    this.#cancelled = 0;
    for (const slot of this.#slots) if (slot.request?.cancelled) this.#release(slot, atMs, true);
  }

  #slotOf(request: SimRequest): Slot {
    return this.#slots.find((slot) => slot.request === request)!;
  }

  #forget(slot: Slot): void {
    this.#idleCells -= slot.held?.totalTokens ?? 0;
    slot.held = undefined;
  }
}

/** Tokens before its question, where it says what it begins with. */
function questionAt({ planned }: SimRequest): number {
  return planned.prefix?.tokens ?? 0;
}

function fail(request: SimRequest, why: string): void {
  request.outcome = "failed";
  request.error = why;
}
