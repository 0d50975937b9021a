/** Doubles of one slab: 512 kB. */
const SLAB = 65_536;

/** Where times of tokens are kept, many requests in one array: an array of its own for each costs more than the steps. */
export class TimeStore {
  #slab = new Float64Array(SLAB);
  #used = 0;

  /** Room for so many; the place begins at `from` of `slab`. */
  take(count: number): { readonly slab: Float64Array; readonly from: number } {
    if (this.#used + count > this.#slab.length) {
      this.#slab = new Float64Array(Math.max(SLAB, count));
      this.#used = 0;
    }
    const place = { slab: this.#slab, from: this.#used };
    this.#used += count;
    return place;
  }
}
