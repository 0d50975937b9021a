/** What is to happen later, earliest first, equal times in the order they came. */
export class TimedQueue<T> {
  readonly #items: { readonly atMs: number; readonly order: number; readonly item: T }[] = [];
  #order = 0;

  /** Infinity: nothing */
  get firstMs(): number {
    return this.#items[0]?.atMs ?? Infinity;
  }

  add(atMs: number, item: T): void {
    const items = this.#items;
    const added = { atMs, order: this.#order++, item };
    let at = items.length;
    items.push(added);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!before(added, items[above]!)) break;
      items[at] = items[above]!;
      at = above;
    }
    items[at] = added;
  }

  shift(): T | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || last === undefined || items.length === 0) return first?.item;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= items.length) break;
      if (below + 1 < items.length && before(items[below + 1]!, items[below]!)) below++;
      if (!before(items[below]!, last)) break;
      items[at] = items[below]!;
      at = below;
    }
    items[at] = last;
    return first.item;
  }
}

interface Timed {
  readonly atMs: number;
  readonly order: number;
}

function before(a: Timed, b: Timed): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
