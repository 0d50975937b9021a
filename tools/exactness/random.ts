import { seededRandom } from "../../src/facts/units/index.ts";

/** Draws from a seed: the same seed draws the same settings everywhere. */
export class Random {
  /** in [0, 1) */
  readonly next: () => number;

  constructor(seed: number) {
    this.next = seededRandom(seed);
  }

  /** whole number from `least` to `most` */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  pick<T>(values: readonly T[]): T {
    return values[this.whole(0, values.length - 1)]!;
  }
}
