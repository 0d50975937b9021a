import type { CountedLane } from "./metrics-read.ts";

/** Seconds that are looked back over: shorter jumps, longer lags. */
const WINDOW_MS = 5000;

interface Sample {
  readonly atMs: number;
  readonly streamEvents: number;
  readonly completionTokens: number;
}

/**
 * Tokens per second from counters that are looked at now and then. Streams are counted as they come, an event about a token; an
 * answer that comes whole shows when it ends. The larger of the two: both count the same tokens.
 */
export class TokenRate {
  #samples: Sample[] = [];

  /** Takes the counters of this moment and says the pace up to it. */
  at(atMs: number, { streamEvents, completionTokens }: CountedLane): number {
    const [oldest] = this.#samples;
    // a run that began anew counts from zero
    if (oldest && (streamEvents < oldest.streamEvents || completionTokens < oldest.completionTokens))
      this.#samples = [];
    this.#samples.push({ atMs, streamEvents, completionTokens });
    while (this.#samples.length > 2 && this.#samples[1]!.atMs <= atMs - WINDOW_MS) this.#samples.shift();
    const from = this.#samples[0]!;
    const seconds = (atMs - from.atMs) / 1000;
    if (seconds <= 0) return 0;
    const tokens = Math.max(streamEvents - from.streamEvents, completionTokens - from.completionTokens);
    return Math.round((tokens / seconds) * 10) / 10;
  }
}
