import type { LaneName } from "../../../predict/serving/index.ts";
import type { Times } from "../exchange/times.ts";
import type { Usage } from "../exchange/usage.ts";
import type { LaneCounts } from "../options.ts";
import { Histogram } from "./histogram.ts";

/**
 * How a request ended. `rejected`: the engine said no (a bad request); `refused`: the lanes did (full, too late); `failed`:
 * no right answer could be given; `left`: the client went first.
 */
export const OUTCOMES = ["answered", "rejected", "refused", "failed", "left"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const LANES = ["interactive", "batch"] as const satisfies readonly LaneName[];

/** From a token of a small model on a fast device to a long prompt on a slow one. */
const TTFT_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
const QUEUE_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** ends an event of a stream */
const BLANK_LINE = Buffer.from("\n\n");

/** Counts of one lane. */
export class LaneMeter {
  waiting = 0;
  working = 0;
  cuts = 0;
  resumes = 0;
  promptTokens = 0;
  cachedTokens = 0;
  completionTokens = 0;
  /** ends of events that passed by in streams: about a token each, seen while an answer goes on */
  streamEvents = 0;
  readonly outcomes: Record<Outcome, number> = { answered: 0, rejected: 0, refused: 0, failed: 0, left: 0 };
  readonly ttft = new Histogram(TTFT_SECONDS);
  readonly queue = new Histogram(QUEUE_SECONDS);
}

/** Counts everything the gateway does with requests, without a word of what is in them. */
export class Meter {
  readonly lanes: Readonly<Record<LaneName, LaneMeter>> = { interactive: new LaneMeter(), batch: new LaneMeter() };
  /** requests that were turned away before a lane: by error code */
  readonly turnedAway = new Map<string, number>();

  arrived(lane: LaneName): void {
    this.lanes[lane].waiting++;
  }

  dispatched(lane: LaneName): void {
    const counts = this.lanes[lane];
    counts.waiting--;
    counts.working++;
  }

  /** It made room and waits. */
  cut(lane: LaneName): void {
    this.lanes[lane].cuts++;
  }

  waitsAgain(lane: LaneName): void {
    const counts = this.lanes[lane];
    counts.working--;
    counts.waiting++;
    counts.resumes++;
  }

  /** A piece of an answer came from the engine. Blank lines are counted, nothing is read. */
  came(lane: LaneName, chunk: Buffer): void {
    const counts = this.lanes[lane];
    for (let at = chunk.indexOf(BLANK_LINE); at >= 0; at = chunk.indexOf(BLANK_LINE, at + 2)) counts.streamEvents++;
  }

  over(lane: LaneName, outcome: Outcome, waiting: boolean, times: Times, usage: Usage | undefined): void {
    const counts = this.lanes[lane];
    if (waiting) counts.waiting--;
    else counts.working--;
    counts.outcomes[outcome]++;
    if (outcome !== "answered") return;
    counts.ttft.add(times.ttftMs / 1000);
    counts.queue.add(times.queueMs / 1000);
    if (!usage) return;
    counts.promptTokens += usage.promptTokens;
    counts.cachedTokens += usage.cachedTokens;
    counts.completionTokens += usage.completionTokens;
  }

  away(code: string): void {
    this.turnedAway.set(code, (this.turnedAway.get(code) ?? 0) + 1);
  }

  counts(): LaneCounts {
    const { interactive, batch } = this.lanes;
    return {
      interactive: { waiting: interactive.waiting, working: interactive.working },
      batch: { waiting: batch.waiting, working: batch.working },
    };
  }
}
