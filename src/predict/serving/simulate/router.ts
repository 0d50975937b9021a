import type { SimRequest } from "./sim-request.ts";
import { pickBy, type Pick, type RouteSettings, type RouteViews } from "./route.ts";
import { sharedTokens, type Text } from "./texts.ts";

export interface RouterSettings extends RouteSettings {
  /** loads are looked at so often; between two looks a router knows only what it sent itself; 0 or absent: always current */
  readonly staleMs?: number;
  /** routers that do not know of one another and share the requests evenly; absent: 1 */
  readonly routers?: number;
}

const NOTHING: ReadonlyMap<number, number> = new Map();

/** One of the routers: its view, and what it remembers having sent where. */
export class Router {
  readonly #pick: Pick;
  readonly #looks: boolean;
  readonly #loads: Float64Array;
  readonly #alive: Uint8Array;
  readonly #sent = new Map<Text, Map<number, number>>();
  #total = 0;
  #aliveCount: number;

  constructor(settings: RouteSettings, replicas: number, seed: number) {
    this.#pick = pickBy(settings, seed);
    this.#looks = settings.policy === "prefix-aware" || settings.policy === "matched-minus-load";
    this.#loads = new Float64Array(replicas);
    this.#alive = new Uint8Array(replicas).fill(1);
    this.#aliveCount = replicas;
  }

  pick(request: SimRequest): number {
    const views: RouteViews = {
      loads: this.#loads,
      alive: this.#alive,
      totalLoad: this.#total,
      aliveCount: this.#aliveCount,
      matched: () => this.#matched(request),
    };
    const replica = this.#pick(request.planned, views);
    if (replica < 0) return replica;
    this.#loads[replica]!++;
    this.#total++;
    if (this.#looks) this.#remember(request, replica);
    return replica;
  }

  /** One left a machine; only told to a router whose view is current. */
  left(replica: number): void {
    this.#loads[replica]!--;
    this.#total--;
  }

  look(loads: Float64Array): void {
    this.#loads.set(loads);
    this.#total = 0;
    for (let at = 0; at < loads.length; at++) this.#total += loads[at]!;
  }

  /** A machine that does not answer is known at once; what it held is forgotten. */
  set(replica: number, alive: boolean): void {
    if ((this.#alive[replica] === 1) === alive) return;
    this.#alive[replica] = alive ? 1 : 0;
    this.#aliveCount += alive ? 1 : -1;
    if (!alive) for (const held of this.#sent.values()) held.delete(replica);
  }

  #matched(request: SimRequest): ReadonlyMap<number, number> {
    const { text, textTokens } = request;
    if (text.id === 0) return NOTHING;
    let found: Map<number, number> | undefined;
    for (let at: Text | undefined = text; at !== undefined; at = at.parent) {
      const held = this.#sent.get(at);
      if (held === undefined) continue;
      if (at === text && at.parent?.id === 0) return held;
      found ??= new Map();
      for (const [replica, tokens] of held)
        found.set(replica, Math.max(found.get(replica) ?? 0, sharedTokens(at, tokens, text, textTokens)));
    }
    return found ?? NOTHING;
  }

  #remember({ text, textTokens, planned }: SimRequest, replica: number): void {
    // an answer is part of what a conversation goes on from
    let tokens = planned.session === undefined ? textTokens : textTokens + planned.outputTokens;
    for (
      let at: Text | undefined = text;
      at !== undefined && at.id > 0;
      tokens = Math.min(tokens, at.fromTokens), at = at.parent
    ) {
      let held = this.#sent.get(at);
      if (held === undefined) this.#sent.set(at, (held = new Map()));
      held.set(replica, Math.max(held.get(replica) ?? 0, tokens));
    }
  }
}
