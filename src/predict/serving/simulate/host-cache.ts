import { foundIn, type Held } from "./cells.ts";
import type { SimRequest } from "./sim-request.ts";

/** A saved text must be of use for at least this share of itself. */
const LEAST_KEPT = 0.25;

/** Caches of left sequences in host memory, oldest out first, as llama-server keeps them. */
export class HostCache {
  readonly #roomTokens: number;
  #entries: Held[] = [];

  constructor(roomTokens: number) {
    this.#roomTokens = roomTokens;
  }

  save(held: Held): void {
    this.#entries = this.#entries.filter((one) => one.text !== held.text || one.textTokens > held.textTokens);
    this.#entries.push(held);
    let total = this.#entries.reduce((sum, one) => sum + one.totalTokens, 0);
    while (total > this.#roomTokens && this.#entries.length > 0) total -= this.#entries.shift()!.totalTokens;
  }

  /** Takes what is better than `held` out, both as a share of the prompt and of itself. */
  take(request: SimRequest, held: Held | undefined): Held | undefined {
    let best = held;
    let found = foundIn(held, request);
    let kept = held === undefined ? 0 : found / held.totalTokens;
    for (const one of this.#entries) {
      const here = foundIn(one, request);
      const share = here / one.totalTokens;
      if (share < LEAST_KEPT || !(here > found && share > kept)) continue;
      best = one;
      found = here;
      kept = share;
    }
    if (best !== held) this.#entries = this.#entries.filter((one) => one !== best);
    return best;
  }

  clear(): void {
    this.#entries = [];
  }
}
