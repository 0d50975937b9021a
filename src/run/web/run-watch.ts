import type { LiveEvents, LiveLane } from "../../plan/answer/index.ts";
import type { LaneName } from "../../predict/serving/index.ts";
import type { Claims, Clock, Run } from "../gateway/index.ts";
import { lookAt, type Seen } from "./look.ts";
import type { CountedLane } from "./metrics-read.ts";
import { TokenRate } from "./token-rate.ts";

/** Between two looks while somebody watches. */
export const LOOK_MS = 1000;

export interface WatchParts {
  readonly claims: Pick<Claims, "others">;
  readonly clock: Clock;
  readonly tell: Tell;
  /** when the receipts changed last, milliseconds since 1970; undefined: there are none */
  readonly receiptsChangedAtMs?: () => Promise<number | undefined>;
  readonly look?: (run: Run, signal: AbortSignal) => Promise<Seen>;
}

export type Tell = <Name extends keyof LiveEvents>(name: Name, data: LiveEvents[Name]) => void;

interface Known {
  readonly rates: Readonly<Record<LaneName, TokenRate>>;
  run: string;
  lanes: string;
  /** last said, for who comes later */
  said: { readonly run: LiveEvents["run"]; lanes?: LiveEvents["lanes"] };
}

/** Looks at the runs of this machine again and again, and tells what changed. */
export class RunWatch {
  readonly #parts: WatchParts;
  readonly #known = new Map<number, Known>();
  #receipts: number | undefined;
  #stop: AbortController | undefined;
  #end: () => void = () => {};

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  get watching(): boolean {
    return this.#stop !== undefined;
  }

  /** Looks at once, then every second, until {@link stop}. */
  async start(): Promise<void> {
    if (this.#stop) return;
    this.#stop = new AbortController();
    this.#receipts = await this.#parts.receiptsChangedAtMs?.();
    await this.#turn(this.#stop.signal);
  }

  stop(): void {
    this.#end();
    this.#stop?.abort();
    this.#stop = undefined;
    this.#known.clear();
  }

  /** Says everything that is known, to one who begins to watch. */
  recall(tell: Tell): void {
    for (const { said } of this.#known.values()) {
      tell("run", said.run);
      if (said.lanes) tell("lanes", said.lanes);
    }
    tell("ready", { runs: this.#known.size });
  }

  async #turn(signal: AbortSignal): Promise<void> {
    try {
      await this.#lookAround(signal);
    } catch {
      // a folder that cannot be read now may be readable in a second
    }
    if (signal.aborted) return;
    this.#end = this.#parts.clock.after(LOOK_MS, () => void this.#turn(signal));
  }

  async #lookAround(signal: AbortSignal): Promise<void> {
    const { claims, look = lookAt, tell, receiptsChangedAtMs } = this.#parts;
    const runs = await claims.others();
    const seen = await Promise.all(runs.map((run) => look(run, signal)));
    const changed = await receiptsChangedAtMs?.();
    if (signal.aborted) return;
    for (const pid of this.#known.keys()) {
      if (runs.some((run) => run.pid === pid)) continue;
      this.#known.delete(pid);
      tell("gone", { pid });
    }
    for (const each of seen) this.#sayOf(each);
    if (changed !== undefined && changed !== this.#receipts) tell("receipts", { changedAtMs: changed });
    this.#receipts = changed;
  }

  #sayOf({ run, lanes: counted }: Seen): void {
    const { tell, clock } = this.#parts;
    const { pid } = run;
    const text = JSON.stringify(run);
    let known = this.#known.get(pid);
    if (known?.run !== text) {
      const rates = known?.rates ?? { interactive: new TokenRate(), batch: new TokenRate() };
      known = { rates, lanes: "", ...known, run: text, said: { ...known?.said, run } };
      this.#known.set(pid, known);
      tell("run", run);
    }
    if (!counted) return;
    const now = clock.now();
    const lane = (name: LaneName): LiveLane => laneOf(counted[name], known.rates[name].at(now, counted[name]));
    const lanes = { pid, lanes: { interactive: lane("interactive"), batch: lane("batch") } };
    const said = JSON.stringify(lanes);
    if (known.lanes === said) return;
    known.lanes = said;
    known.said.lanes = lanes;
    tell("lanes", lanes);
  }
}

function laneOf({ streamEvents: _, ...counted }: CountedLane, tokensPerSec: number): LiveLane {
  return { ...counted, tokensPerSec };
}
