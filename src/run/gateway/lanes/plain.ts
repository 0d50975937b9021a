import type { LaneDecision, LaneEvent, LaneSettings } from "../../../predict/serving/index.ts";
import type { Policy } from "./desk.ts";

/** first come, first served */
export class PlainPolicy implements Policy {
  #slots: number;
  readonly #waiting: number[] = [];
  readonly #working = new Set<number>();
  readonly #limit: number;
  constructor(settings: LaneSettings) {
    this.#slots = settings.slots;
    this.#limit = settings.queue.interactive;
  }
  handle(event: LaneEvent): readonly LaneDecision[] {
    const decisions: LaneDecision[] = [];
    if (event.kind === "arrived") this.#waiting.push(event.id);
    else if (event.kind === "slots") this.#slots = event.slots;
    else if (event.kind === "ended") this.#working.delete(event.id);
    else if (event.kind === "cut") {
      this.#working.delete(event.id);
      this.#waiting.unshift(event.id);
    } else if (event.kind === "left") {
      const at = this.#waiting.indexOf(event.id);
      if (at >= 0) this.#waiting.splice(at, 1);
    }
    while (this.#waiting.length > 0 && this.#working.size < this.#slots) {
      const id = this.#waiting.shift()!;
      this.#working.add(id);
      decisions.push({ kind: "dispatch", id });
    }
    if (event.kind === "arrived" && this.#waiting.length > this.#limit) {
      decisions.push({ kind: "refuse", id: this.#waiting.pop()!, reason: "queue-full", retryAfterMs: 1000 });
    }
    return decisions;
  }
}
