import type { Text } from "./texts.ts";

/** Pages that hold a stretch of a text, or (without a text) of what nobody will ask for again. */
export class Entry {
  readonly text: Text | undefined;
  /** up to which token of the text they reach */
  tokens = 0;
  pages: number;
  /** requests that go on from it; with none it may be evicted */
  pins = 0;
  previous: Entry = this;
  next: Entry = this;

  constructor(text: Text | undefined, pages: number) {
    this.text = text;
    this.pages = pages;
  }
}

/** Pages of what was computed, least recently used out first. A text's beginning outlives its end. */
export class PageCache {
  /** pages that may be evicted */
  idlePages = 0;
  /** pages that running requests share */
  pinnedPages = 0;
  readonly #pageTokens: number;
  readonly #entries = new Map<Text, Entry>();
  /** its next is the least recently used */
  readonly #ring: Entry;

  constructor(pageTokens: number) {
    this.#pageTokens = pageTokens;
    this.#ring = new Entry(undefined, 0);
  }

  /** Tokens of the text that are there, whole pages of the first `tokens`. */
  found(text: Text, tokens: number): number {
    for (
      let at: Text | undefined = text, most = tokens;
      at !== undefined;
      most = Math.min(most, at.fromTokens), at = at.parent
    ) {
      const entry = this.#entries.get(at);
      if (entry === undefined || entry.tokens <= at.fromTokens) continue;
      return Math.floor(Math.min(entry.tokens, most) / this.#pageTokens) * this.#pageTokens;
    }
    return 0;
  }

  /** Those that the text goes on from stay while a request uses them: what it is to give back in the end. */
  pin(text: Text): Entry[] {
    const pinned: Entry[] = [];
    for (let at: Text | undefined = text; at !== undefined; at = at.parent) {
      const entry = this.#entries.get(at);
      if (entry === undefined) continue;
      pinned.push(entry);
      if (entry.pins++ > 0) continue;
      unlink(entry);
      this.idlePages -= entry.pages;
      this.pinnedPages += entry.pages;
    }
    return pinned;
  }

  unpin(pinned: readonly Entry[]): void {
    for (const entry of pinned) {
      if (--entry.pins > 0) continue;
      this.pinnedPages -= entry.pages;
      this.idlePages += entry.pages;
      if (entry.pages > 0) linkBefore(entry, this.#ring);
      else if (entry.text !== undefined) this.#entries.delete(entry.text);
    }
  }

  /** Takes over a request's pages of the text up to `tokens`; they are pinned by it. Pages that it took, at most `own`. */
  share(text: Text, tokens: number, own: number, pinned: Entry[]): number {
    let left = own;
    for (let at: Text | undefined = text, most = tokens; at !== undefined && left > 0; at = at.parent) {
      const end = Math.floor(most / this.#pageTokens) * this.#pageTokens;
      most = Math.min(most, at.fromTokens);
      let entry = this.#entries.get(at);
      const from = Math.max(at.fromTokens, entry?.tokens ?? 0);
      const pages = Math.min(left, Math.ceil((end - from) / this.#pageTokens));
      if (pages <= 0) continue;
      if (entry === undefined) {
        entry = new Entry(at, 0);
        this.#entries.set(at, entry);
      }
      if (!pinned.includes(entry)) {
        pinned.push(entry);
        if (entry.pins++ === 0 && entry.pages > 0) {
          unlink(entry);
          this.idlePages -= entry.pages;
          this.pinnedPages += entry.pages;
        }
      }
      entry.tokens = end;
      entry.pages += pages;
      this.pinnedPages += pages;
      left -= pages;
    }
    return own - left;
  }

  /** Pages that nobody will ask for, yet evicted only in their turn. */
  leave(pages: number): void {
    if (pages <= 0) return;
    this.idlePages += pages;
    const last = this.#ring.previous;
    if (last !== this.#ring && last.text === undefined) last.pages += pages;
    else {
      const entry = new Entry(undefined, pages);
      linkBefore(entry, this.#ring);
    }
  }

  /** Frees so many pages, as far as there are any. */
  evict(pages: number): void {
    let left = Math.min(pages, this.idlePages);
    this.idlePages -= left;
    while (left > 0) {
      const entry = this.#ring.next;
      const taken = Math.min(left, entry.pages);
      entry.pages -= taken;
      left -= taken;
      // the end of a text goes first
      if (entry.text !== undefined) entry.tokens -= taken * this.#pageTokens;
      if (entry.pages > 0) continue;
      unlink(entry);
      if (entry.text !== undefined) this.#entries.delete(entry.text);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#ring.next = this.#ring;
    this.#ring.previous = this.#ring;
    this.idlePages = 0;
    this.pinnedPages = 0;
  }
}

function unlink(entry: Entry): void {
  entry.previous.next = entry.next;
  entry.next.previous = entry.previous;
  entry.next = entry;
  entry.previous = entry;
}

function linkBefore(entry: Entry, place: Entry): void {
  entry.previous = place.previous;
  entry.next = place;
  place.previous.next = entry;
  place.previous = entry;
}
