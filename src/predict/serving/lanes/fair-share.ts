import { Chain } from "./chain.ts";
import { Heap, type HeapItem } from "./heap.ts";
import type { LaneRequest } from "./request.ts";

/** One key's waiting requests, in order, and how far its use has come. */
class KeyShare implements HeapItem {
  readonly waiting = new Chain<LaneRequest>();
  heapIndex = -1;
  /** tokens, on the lane's virtual clock: where the key's next request begins */
  virtualTokens = 0;
  readonly byLength = new ByLength(this);
}

/** A key's place among those that wait for most. */
class ByLength implements HeapItem {
  heapIndex = -1;
  readonly share: KeyShare;

  constructor(share: KeyShare) {
    this.share = share;
  }
}

/** Keys remembered though they wait for nothing, before those that owe nothing are forgotten. */
const REMEMBERED_KEYS = 1024;

/**
 * Whose turn it is within a lane: start-time fair queueing. Each request begins, in virtual tokens, where its key's last one
 * ended, or at the lane's clock if that is later; the least beginning goes first and sets the clock. A key that was away is owed
 * nothing. Between two keys that both wait, what they were given differs by at most the largest cost of each.
 */
export class FairShare {
  readonly #keys = new Map<string, KeyShare>();
  readonly #active = new Heap<KeyShare>(before);
  readonly #longest = new Heap<ByLength>(longer);
  #clockTokens = 0;

  add(request: LaneRequest): void {
    let share = this.#keys.get(request.key);
    if (share === undefined) {
      if (this.#keys.size >= REMEMBERED_KEYS + 2 * this.#active.length) this.#forgetIdle();
      share = new KeyShare();
      this.#keys.set(request.key, share);
    }
    share.waiting.append(request.inKey);
    if (share.heapIndex >= 0) {
      this.#longest.moved(share.byLength);
      return;
    }
    share.virtualTokens = Math.max(share.virtualTokens, this.#clockTokens);
    this.#active.add(share);
    this.#longest.add(share.byLength);
  }

  /** Whom to refuse so that `request` may wait: the newest of the key that waits for most, or itself where that is its own. */
  surplus(request: LaneRequest): LaneRequest {
    const most = this.#longest.first?.share.waiting;
    const own = this.#keys.get(request.key)?.waiting.length ?? 0;
    return most !== undefined && most.length > own ? (most.last ?? request) : request;
  }

  /** the request whose turn it is */
  get next(): LaneRequest | undefined {
    return this.#active.first?.waiting.first;
  }

  /** The request begins: its key is charged. */
  begin(request: LaneRequest): void {
    const share = this.#keys.get(request.key);
    if (share === undefined) return;
    // one that goes out of turn (aged) must not hold back the clock, nor push it
    if (share === this.#active.first) this.#clockTokens = share.virtualTokens;
    share.virtualTokens += request.costTokens;
    this.#drop(share, request);
  }

  /** The request goes without having begun. */
  remove(request: LaneRequest): void {
    const share = this.#keys.get(request.key);
    if (share !== undefined) this.#drop(share, request);
  }

  /** Nothing waits and nothing runs: all begin anew. */
  forget(): void {
    this.#keys.clear();
    this.#clockTokens = 0;
  }

  #drop(share: KeyShare, request: LaneRequest): void {
    share.waiting.remove(request.inKey);
    if (share.waiting.length === 0) {
      this.#active.remove(share);
      this.#longest.remove(share.byLength);
    } else {
      this.#active.moved(share);
      this.#longest.moved(share.byLength);
    }
  }

  /** Drops those that owe nothing; where that is not enough, all that wait for nothing. */
  #forgetIdle(): void {
    for (const [key, share] of this.#keys)
      if (share.heapIndex < 0 && share.virtualTokens <= this.#clockTokens) this.#keys.delete(key);
    if (this.#keys.size < REMEMBERED_KEYS) return;
    for (const [key, share] of this.#keys) if (share.heapIndex < 0) this.#keys.delete(key);
  }
}

function before(a: KeyShare, b: KeyShare): boolean {
  if (a.virtualTokens !== b.virtualTokens) return a.virtualTokens < b.virtualTokens;
  return (a.waiting.first?.order ?? 0) < (b.waiting.first?.order ?? 0);
}

function longer(a: ByLength, b: ByLength): boolean {
  const [one, other] = [a.share.waiting, b.share.waiting];
  if (one.length !== other.length) return one.length > other.length;
  return (one.last?.order ?? 0) > (other.last?.order ?? 0);
}
