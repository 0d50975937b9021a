/** Counts of durations below bounds, as Prometheus counts them. Seconds. */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  /** `bounds`: upper ends in seconds, growing; one more bucket takes the rest */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  add(seconds: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && seconds > this.#bounds[bucket]!) bucket++;
    this.#counts[bucket]!++;
    this.#sum += seconds;
  }

  /** Lines of the text format; `labels` without braces, such as `lane="batch"`. */
  lines(name: string, labels: string): string[] {
    const lines: string[] = [];
    let below = 0;
    this.#bounds.forEach((bound, index) => {
      below += this.#counts[index]!;
      lines.push(`${name}_bucket{${labels},le="${bound}"} ${below}`);
    });
    below += this.#counts.at(-1)!;
    lines.push(`${name}_bucket{${labels},le="+Inf"} ${below}`);
    lines.push(`${name}_sum{${labels}} ${this.#sum}`, `${name}_count{${labels}} ${below}`);
    return lines;
  }
}
