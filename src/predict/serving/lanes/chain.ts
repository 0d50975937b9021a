/** One item's place in a chain. */
export class Link<T> {
  readonly item: T;
  next: Link<T> | undefined = undefined;
  previous: Link<T> | undefined = undefined;

  constructor(item: T) {
    this.item = item;
  }
}

/** Items in the order they came; any of them leaves in constant time. */
export class Chain<T> {
  length = 0;
  #first: Link<T> | undefined = undefined;
  #last: Link<T> | undefined = undefined;

  get first(): T | undefined {
    return this.#first?.item;
  }

  get last(): T | undefined {
    return this.#last?.item;
  }

  append(link: Link<T>): void {
    link.previous = this.#last;
    link.next = undefined;
    if (this.#last) this.#last.next = link;
    else this.#first = link;
    this.#last = link;
    this.length++;
  }

  /** `link` must be in this chain. */
  remove(link: Link<T>): void {
    if (link.previous) link.previous.next = link.next;
    else this.#first = link.next;
    if (link.next) link.next.previous = link.previous;
    else this.#last = link.previous;
    link.next = undefined;
    link.previous = undefined;
    this.length--;
  }
}
