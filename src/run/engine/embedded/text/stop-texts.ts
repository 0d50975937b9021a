import { findMarker, heldBack } from "./markers.ts";

/** Ends a text where the first of several stop texts begins; what might be the beginning of one is held back. */
export class StopTexts {
  readonly #stops: readonly string[];
  #held = "";
  #found = false;

  constructor(stops: readonly string[]) {
    this.#stops = stops;
  }

  get found(): boolean {
    return this.#found;
  }

  /** The text that may be shown now. */
  push(text: string): string {
    if (this.#found) return "";
    const whole = this.#held + text;
    const { at } = findMarker(whole, this.#stops);
    if (at >= 0) {
      this.#found = true;
      this.#held = "";
      return whole.slice(0, at);
    }
    const held = heldBack(whole, this.#stops);
    this.#held = whole.slice(whole.length - held);
    return whole.slice(0, whole.length - held);
  }

  /** What was held back for nothing. */
  end(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }
}
