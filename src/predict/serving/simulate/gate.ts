import type { LaneEvent, LaneSettings } from "../lanes/lane.ts";
import { LanePolicy } from "../lanes/policy.ts";
import type { SimRequest } from "./sim-request.ts";

export interface GateActs {
  dispatch(request: SimRequest, atMs: number): void;
  cut(request: SimRequest, atMs: number): void;
  refuse(request: SimRequest, atMs: number, reason: string): void;
  /** ask for a tick */
  wake(atMs: number): void;
}

type Without<T> = T extends unknown ? Omit<T, "atMs"> : never;

/** The gateway's lanes before the engines: the same policy that serves. */
export class Gate {
  readonly #policy: LanePolicy;
  readonly #acts: GateActs;
  readonly #requests = new Map<number, SimRequest>();
  readonly #events: LaneEvent[] = [];
  #telling = false;

  constructor(settings: LaneSettings, acts: GateActs) {
    this.#policy = new LanePolicy(settings);
    this.#acts = acts;
  }

  arrived(request: SimRequest, atMs: number): void {
    const { id, key, promptTokens, outputTokens } = request.planned;
    this.#requests.set(id, request);
    const costTokens = promptTokens + outputTokens;
    this.tell({ kind: "arrived", id, lane: request.lane, key: key ?? "", costTokens }, atMs);
  }

  ended(request: SimRequest, atMs: number): void {
    this.tell({ kind: "ended", id: request.planned.id }, atMs);
    this.#requests.delete(request.planned.id);
  }

  tell(event: Without<LaneEvent>, atMs: number): void {
    this.#events.push({ ...event, atMs });
    // what a decision brings about is told when the policy has decided
    if (this.#telling) return;
    this.#telling = true;
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
      for (const decision of this.#policy.handle(next)) {
        if (decision.kind === "wake") {
          this.#acts.wake(decision.atMs);
          continue;
        }
        const request = this.#requests.get(decision.id);
        if (request === undefined) continue;
        if (decision.kind === "dispatch") this.#acts.dispatch(request, next.atMs);
        else if (decision.kind === "cut") this.#acts.cut(request, next.atMs);
        else {
          this.#requests.delete(decision.id);
          this.#acts.refuse(request, next.atMs, decision.reason);
        }
      }
    }
    this.#telling = false;
  }
}
