import { Decoders } from "./decoders.ts";
import type { Engine, EngineCounts, Sink } from "./engine.ts";
import { PageCache } from "./page-cache.ts";
import { Queue } from "./queue.ts";
import type { SimRequest } from "./sim-request.ts";
import { addPrompt, clearWork, emptyWork, onePass } from "./step-times.ts";

export interface VllmSettings {
  readonly kind: "vllm";
  /** --max-num-batched-tokens */
  readonly batchTokens: number;
  /** --max-num-seqs */
  readonly sequences: number;
  /** tokens that all pages hold */
  readonly cacheTokens: number;
  /** --block-size; absent: 16 */
  readonly pageTokens?: number;
  /** --max-model-len; absent: as many as there are */
  readonly contextTokens?: number;
  /** --enable-prefix-caching; on unless said */
  readonly prefixCache?: boolean;
}

const PAGE_TOKENS = 16;

/**
 * vLLM's scheduler (v1): who runs comes first, a token for those who draw, a piece for whose prompt is not done, then those that wait,
 * in order, while the step has tokens, a place and pages left. Where a running one finds no page, the last that came loses all of its
 * own and is computed again, at the head of the queue.
 */
export class Vllm implements Engine {
  readonly work = emptyWork();
  readonly counts: EngineCounts;
  readonly #settings: VllmSettings;
  readonly #sink: Sink;
  readonly #pageTokens: number;
  readonly #pages: number;
  readonly #contextTokens: number;
  readonly #waiting = new Queue<SimRequest>();
  readonly #drawing: Decoders;
  /** drawing ones by where they stand in their page when the tick is a multiple of its length */
  readonly #phases: Int32Array;
  readonly #cache: PageCache;
  #prompts: SimRequest[] = [];
  #cancelled: SimRequest[] = [];
  /** pages of running requests alone */
  #ownPages = 0;
  #order = 0;
  #running = 0;
  /** the tick whose step has its pages already */
  #pagedTick = -1;

  constructor(settings: VllmSettings, sink: Sink, keepsTimes: boolean) {
    this.#settings = settings;
    this.#sink = sink;
    this.#pageTokens = settings.pageTokens ?? PAGE_TOKENS;
    this.#pages = Math.floor(settings.cacheTokens / this.#pageTokens);
    const roomTokens = this.#pages * this.#pageTokens;
    this.#contextTokens = Math.min(settings.contextTokens ?? Infinity, roomTokens);
    this.#drawing = new Decoders(keepsTimes);
    this.#phases = new Int32Array(this.#pageTokens);
    this.#cache = new PageCache(this.#pageTokens);
    this.counts = { steps: 0, preempted: 0, mostHeldTokens: 0, roomTokens };
  }

  get load(): number {
    return this.#running + this.#waiting.length;
  }

  submit(request: SimRequest, atMs: number): void {
    const room = this.#contextTokens - request.planned.promptTokens;
    if (room <= 0) {
      request.outcome = "failed";
      request.error = "the prompt is longer than the context";
      this.#sink.ended(request, atMs);
      return;
    }
    request.outputTokens = Math.min(request.outputTokens, room);
    this.#waiting.push(request);
  }

  cancel(request: SimRequest, atMs: number, stepping: boolean): void {
    if (this.#waiting.remove(request)) {
      this.#sink.ended(request, atMs);
      return;
    }
    request.cancelled = true;
    this.#cancelled.push(request);
    if (!stepping) this.#dropCancelled(atMs);
  }

  compose(atMs: number): boolean {
    if (this.#running + this.#waiting.length === 0) return false;
    const { work } = this;
    const drawing = this.#drawing;
    clearWork(work, atMs);
    const preempted = this.#pageDrawing();
    work.decodeStreams = drawing.count;
    work.decodeDepthTokens = drawing.depthTokens;
    let left = this.#settings.batchTokens - drawing.count;
    if (this.#prompts.length > 0) left = this.#goOn(left);
    if ((!preempted || work.decodeStreams + work.promptTokens === 0) && left > 0 && this.#waiting.length > 0)
      this.#admit(left);
    onePass(work);
    return work.decodeStreams + work.promptTokens > 0;
  }

  finish(atMs: number): void {
    this.counts.steps++;
    const drawing = this.#drawing;
    if (drawing.count > 0) drawing.step(atMs);
    const held = (this.#ownPages + this.#cache.pinnedPages) * this.#pageTokens;
    if (held > this.counts.mostHeldTokens) this.counts.mostHeldTokens = held;
    while (drawing.dueTick <= drawing.tick) {
      const request = drawing.due()!;
      this.#stopDrawing(request);
      this.#end(request, atMs, "ok");
    }
    if (this.work.promptTokens > 0) this.#endPrompts(atMs);
    if (this.#cancelled.length > 0) this.#dropCancelled(atMs);
  }

  crash(): SimRequest[] {
    const lost = [...this.#drawing.members, ...this.#prompts].sort((a, b) => a.order - b.order);
    for (const request of lost) if (request.place >= 0) this.#drawing.remove(request);
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) lost.push(next);
    this.#prompts = [];
    this.#cancelled = [];
    this.#phases.fill(0);
    this.#cache.clear();
    this.#ownPages = 0;
    this.#running = 0;
    for (const request of lost) {
      request.ownBlocks = 0;
      request.sharedBlocks = 0;
      request.pinned = [];
    }
    return lost;
  }

  get #freePages(): number {
    return this.#pages - this.#ownPages - this.#cache.pinnedPages - this.#cache.idlePages;
  }

  /** `count` pages, evicting what rests; false: there are not so many, and none was taken. */
  #take(count: number): boolean {
    const missing = count - this.#freePages;
    if (missing > 0) {
      if (missing > this.#cache.idlePages) return false;
      this.#cache.evict(missing);
    }
    this.#ownPages += count;
    return true;
  }

  /** Pages for those who draw and stand at the end of one. True: somebody lost its own for it. */
  #pageDrawing(): boolean {
    const drawing = this.#drawing;
    if (drawing.count === 0) return false;
    let preempted = false;
    for (;;) {
      const phase = (this.#pageTokens - (drawing.tick % this.#pageTokens)) % this.#pageTokens;
      const needed = this.#phases[phase]!;
      if (needed === 0 || this.#take(needed)) {
        this.#pagedTick = drawing.tick;
        return preempted;
      }
      this.#preemptLast();
      preempted = true;
    }
  }

  #preemptLast(): SimRequest {
    let last: SimRequest | undefined;
    for (const request of this.#drawing.members) if (last === undefined || request.order > last.order) last = request;
    for (const request of this.#prompts) if (last === undefined || request.order > last.order) last = request;
    const request = last!;
    if (request.place >= 0) {
      const paged = this.#pagedTick === this.#drawing.tick;
      if (paged && this.#drawing.heldBy(request) % this.#pageTokens === 0) this.#ownPages--;
      this.#stopDrawing(request);
    } else this.#prompts = this.#prompts.filter((other) => other !== request);
    this.#release(request);
    request.reset(false);
    this.counts.preempted++;
    this.#waiting.unshift(request);
    return request;
  }

  /** Pieces of prompts that are under way; returns what the step has left. */
  #goOn(budget: number): number {
    let left = budget;
    const under = this.#prompts;
    for (const request of under) {
      if (left <= 0) break;
      if (!this.#prompts.includes(request)) continue;
      const tokens = Math.min(request.pendingTokens, left);
      const pages = this.#pagesFor(request, tokens);
      let there = this.#take(pages);
      while (!there) {
        if (this.#preemptLast() === request) break;
        there = this.#take(pages);
      }
      if (!there) break;
      left -= this.#compute(request, tokens, pages);
    }
    // those who drew may have lost their place
    this.work.decodeStreams = this.#drawing.count;
    this.work.decodeDepthTokens = this.#drawing.depthTokens;
    return left;
  }

  #admit(budget: number): void {
    let left = budget;
    while (left > 0 && this.#waiting.length > 0 && this.#running < this.#settings.sequences) {
      const request = this.#waiting.first!;
      const found = this.#found(request);
      const tokens = Math.min(request.totalTokens - found, left);
      const pinned = this.#cache.pin(request.text);
      request.heldTokens = found;
      request.sharedBlocks = found / this.#pageTokens;
      request.ownBlocks = 0;
      const pages = this.#pagesFor(request, tokens);
      if (!this.#take(pages)) {
        this.#cache.unpin(pinned);
        return;
      }
      request.pinned = pinned;
      this.#waiting.shift();
      this.#running++;
      request.order = this.#order++;
      if (request.given === 0) request.cachedTokens = found;
      request.pendingTokens = request.totalTokens - found;
      this.#prompts.push(request);
      left -= this.#compute(request, tokens, pages);
    }
  }

  /** What of the prompt is there; one token is computed anew whatever is. */
  #found(request: SimRequest): number {
    if (this.#settings.prefixCache === false) return 0;
    const most = Math.min(request.totalTokens - 1, this.#goesOn(request) ? Infinity : request.textTokens);
    return this.#cache.found(request.text, most);
  }

  #goesOn(request: SimRequest): boolean {
    return request.planned.session !== undefined;
  }

  #pagesFor(request: SimRequest, tokens: number): number {
    const needed = Math.ceil((request.heldTokens + tokens) / this.#pageTokens);
    return Math.max(0, needed - request.sharedBlocks - request.ownBlocks);
  }

  #compute(request: SimRequest, tokens: number, pages: number): number {
    request.ownBlocks += pages;
    request.takingTokens = tokens;
    addPrompt(this.work, request.heldTokens, tokens);
    return tokens;
  }

  #endPrompts(atMs: number): void {
    const under = this.#prompts;
    this.#prompts = under.filter((request) => request.pendingTokens > request.takingTokens);
    for (const request of under) {
      const tokens = request.takingTokens;
      if (tokens === 0) continue;
      request.takingTokens = 0;
      request.heldTokens += tokens;
      request.pendingTokens -= tokens;
      if (request.pendingTokens > 0) continue;
      if (this.#settings.prefixCache !== false) this.#share(request, request.textTokens);
      const begins = request.given === 0;
      request.given++;
      request.keepTime(atMs);
      if (begins) {
        request.firstMs = atMs;
        this.#sink.started(request, atMs);
      }
      if (request.given >= request.outputTokens) this.#end(request, atMs, "ok");
      else this.#startDrawing(request);
    }
  }

  /** Its pages of what others may ask for become everybody's. */
  #share(request: SimRequest, tokens: number): void {
    const taken = this.#cache.share(
      request.text,
      Math.min(tokens, request.heldTokens),
      request.ownBlocks,
      request.pinned,
    );
    request.ownBlocks -= taken;
    request.sharedBlocks += taken;
    this.#ownPages -= taken;
  }

  #startDrawing(request: SimRequest): void {
    this.#drawing.add(request, request.outputTokens - request.given);
    this.#phases[this.#phaseOf(request)]!++;
  }

  #stopDrawing(request: SimRequest): void {
    this.#phases[this.#phaseOf(request)]!--;
    this.#drawing.remove(request);
    // pages of those who draw are taken by the group
    request.ownBlocks = Math.max(0, Math.ceil(request.heldTokens / this.#pageTokens) - request.sharedBlocks);
  }

  /** before it leaves the group: then its tokens are counted */
  #phaseOf(request: SimRequest): number {
    const length = this.#pageTokens;
    return (((request.heldTokens - request.fromTick) % length) + length) % length;
  }

  #end(request: SimRequest, atMs: number, outcome: "ok" | undefined): void {
    if (this.#settings.prefixCache !== false && this.#goesOn(request)) this.#share(request, request.heldTokens);
    this.#release(request);
    if (outcome !== undefined) request.outcome = outcome;
    request.endMs = atMs;
    this.#sink.ended(request, atMs);
  }

  #release(request: SimRequest): void {
    this.#ownPages -= request.ownBlocks;
    if (this.#settings.prefixCache !== false) this.#cache.leave(request.ownBlocks);
    request.ownBlocks = 0;
    request.sharedBlocks = 0;
    this.#cache.unpin(request.pinned);
    request.pinned = [];
    this.#running--;
  }

  #dropCancelled(atMs: number): void {
    for (const request of this.#cancelled) {
      if (!request.cancelled || request.endMs >= 0) continue;
      if (request.place >= 0) this.#stopDrawing(request);
      else if (this.#prompts.includes(request)) this.#prompts = this.#prompts.filter((other) => other !== request);
      else if (!this.#waiting.remove(request)) continue;
      else {
        this.#sink.ended(request, atMs);
        continue;
      }
      this.#end(request, atMs, undefined);
    }
    this.#cancelled = [];
  }
}
