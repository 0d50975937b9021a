import type { LoadoutError } from "../../../facts/errors/index.ts";
import type { LaneSettings } from "../../../predict/serving/index.ts";
import type { RunningServer, ServerState } from "../../engine/index.ts";
import type { Clock } from "../clock.ts";
import type { Serving } from "../serving.ts";
import { LaneDesk, type Policy } from "./desk.ts";

/** One desk an engine, made when it is first asked; it knows when its engine is gone and back. */
export class LaneDesks {
  readonly #clock: Clock;
  readonly #policyOf: (settings: LaneSettings) => Policy;
  readonly #desks = new Map<RunningServer, { readonly desk: LaneDesk; readonly unwatch: () => void }>();

  constructor(clock: Clock, policyOf: (settings: LaneSettings) => Policy) {
    this.#clock = clock;
    this.#policyOf = policyOf;
  }

  of({ server, lanes }: Serving): LaneDesk {
    const known = this.#desks.get(server);
    if (known) return known.desk;
    const desk = new LaneDesk(this.#policyOf(lanes), this.#clock);
    const see = (state: ServerState): void => {
      if (state === "failed" || state === "stopped") {
        desk.gone();
        this.#remove(server);
      } else desk.slots(state === "ready" ? lanes.slots : 0);
    };
    const unwatch = server.onState(see);
    this.#desks.set(server, { desk, unwatch });
    if (server.state !== "ready") desk.slots(0);
    return desk;
  }

  /** requests in all lanes */
  get size(): number {
    let size = 0;
    for (const { desk } of this.#desks.values()) size += desk.size;
    return size;
  }

  /** Ends all requests with this error. */
  abort(error: LoadoutError): void {
    for (const { desk } of this.#desks.values()) desk.abort(error);
  }

  close(): void {
    for (const server of this.#desks.keys()) this.#remove(server);
  }

  #remove(server: RunningServer): void {
    const known = this.#desks.get(server);
    this.#desks.delete(server);
    known?.unwatch();
    known?.desk.close();
  }
}
