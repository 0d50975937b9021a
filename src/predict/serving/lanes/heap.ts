/** An item that knows its place in one heap, -1 outside it. */
export interface HeapItem {
  heapIndex: number;
}

/** The least item first; any item is moved or removed in logarithmic time, because it knows its place. */
export class Heap<T extends HeapItem> {
  readonly #items: T[] = [];
  readonly #before: (a: T, b: T) => boolean;

  /** `before`: a strict order, so that equal inputs give equal outputs */
  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get length(): number {
    return this.#items.length;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  add(item: T): void {
    item.heapIndex = this.#items.length;
    this.#items.push(item);
    this.#up(item);
  }

  /** Call when what `item` is ordered by has changed. */
  moved(item: T): void {
    this.#up(item);
    this.#down(item);
  }

  remove(item: T): void {
    const hole = item.heapIndex;
    const last = this.#items.pop();
    item.heapIndex = -1;
    if (last === undefined || last === item) return;
    last.heapIndex = hole;
    this.#items[hole] = last;
    this.moved(last);
  }

  #up(item: T): void {
    const items = this.#items;
    let at = item.heapIndex;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = items[above]!;
      if (!this.#before(item, parent)) break;
      items[at] = parent;
      parent.heapIndex = at;
      at = above;
    }
    items[at] = item;
    item.heapIndex = at;
  }

  #down(item: T): void {
    const items = this.#items;
    const length = items.length;
    let at = item.heapIndex;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= length) break;
      if (below + 1 < length && this.#before(items[below + 1]!, items[below]!)) below++;
      const child = items[below]!;
      if (!this.#before(child, item)) break;
      items[at] = child;
      child.heapIndex = at;
      at = below;
    }
    items[at] = item;
    item.heapIndex = at;
  }
}
