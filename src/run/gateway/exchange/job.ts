import { LoadoutError } from "../../../facts/errors/index.ts";
import type { LaneName, RefusalReason } from "../../../predict/serving/index.ts";
import type { RunningServer } from "../../engine/index.ts";
import type { Clock } from "../clock.ts";
import type { Operation } from "../dialects/dialect.ts";
import type { LaneDesk, LaneTicket } from "../lanes/index.ts";
import type { Meter, Outcome } from "../metrics/index.ts";
import { OPERATION_PATHS, targetOf, type Upstream, type UpstreamCall, type UpstreamEvents } from "../upstream/index.ts";
import type { Client, Feeder } from "./client.ts";
import type { Reply } from "./reply.ts";
import type { Times } from "./times.ts";
import type { Usage } from "./usage.ts";

/** How often an engine is asked anew after it died under a request. */
const MOST_LOSSES = 3;
/** Pause before it, times the number of losses: the supervisor needs a moment to see that its engine is gone. */
const LOSS_PAUSE_MS = 100;

export interface JobParts {
  readonly operation: Operation;
  readonly lane: LaneName;
  readonly key: string;
  readonly deadlineMs?: number;
  readonly costTokens: number;
  readonly client: Client;
  readonly reply: Reply;
  readonly times: Times;
  readonly server: RunningServer;
  readonly desk: LaneDesk;
  readonly upstream: Upstream;
  readonly meter: Meter;
  readonly clock: Clock;
  readonly onFault?: ((fault: unknown) => void) | undefined;
  /** called once, when the engine is not needed any more */
  readonly done: (outcome: Outcome, usage: Usage | undefined) => void;
}

/** One request on its way: waiting in its lane, in the engine, cut and waiting again, over. */
export class Job implements LaneTicket, UpstreamEvents, Feeder {
  readonly #parts: JobParts;
  #id = 0;
  #call: UpstreamCall | undefined;
  #state: "waiting" | "working" | "recovering" | "over" = "waiting";
  #losses = 0;
  #endPause: (() => void) | undefined;
  #started = false;

  constructor(parts: JobParts) {
    this.#parts = parts;
  }

  begin(): void {
    const { desk, lane, key, deadlineMs, costTokens, times, clock, meter, client } = this.#parts;
    const now = clock.now();
    times.arrived(now);
    client.feeder = this;
    meter.arrived(lane);
    const arrival = {
      lane,
      key,
      costTokens,
      ...(deadlineMs === undefined ? {} : { deadlineMs: times.acceptedMs + deadlineMs }),
    };
    desk.arrive(this, arrival, (id) => (this.#id = id));
  }

  drained(): void {
    this.#call?.resume();
  }

  dispatch(aged: boolean): void {
    if (this.#state !== "waiting") return;
    const { upstream, server, operation, lane, reply, times, clock, meter } = this.#parts;
    this.#state = "working";
    this.#started = false;
    times.asked(clock.now());
    meter.dispatched(lane);
    const engineLane = aged ? "interactive" : lane;
    try {
      this.#call = upstream.ask(targetOf(server.endpoint), OPERATION_PATHS[operation], engineLane, reply.ask(), this);
    } catch (fault) {
      this.#faulty(fault);
    }
  }

  cut(): void {
    const { reply, meter, lane } = this.#parts;
    if (this.#state !== "working" || !reply.resumable) return;
    this.#call?.abandon();
    meter.cut(lane);
    this.#waitAgain();
  }

  refuse(reason: RefusalReason, retryAfterMs: number): void {
    if (this.#state === "over") return;
    const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
    const code = reason === "queue-full" ? "lane-full" : reason === "too-late" ? "lane-too-late" : "lane-no-engine";
    this.#parts.client.fail(new LoadoutError(code, { lane: this.#parts.lane, seconds }), seconds);
    this.#over(reason === "no-engine" ? "failed" : "refused", false);
  }

  engineGone(): void {
    if (this.#state === "waiting") this.abort(new LoadoutError("lane-no-engine", { seconds: 10 }));
  }

  /** The client is gone: the engine is left at once, so that its slot is free at its next step. */
  leave(): void {
    if (this.#state === "over") return;
    const { desk } = this.#parts;
    this.#call?.abandon();
    desk.left(this.#id);
    this.#over("left", this.#state !== "waiting");
  }

  /** Ends it with a typed error, wherever it stands. */
  abort(error: LoadoutError): void {
    if (this.#state === "over") return;
    const inEngine = this.#state !== "waiting";
    this.#call?.abandon();
    if (!inEngine) this.#parts.desk.left(this.#id);
    this.#parts.client.fail(error);
    this.#over("failed", inEngine);
  }

  head(status: number, headers: Parameters<Reply["head"]>[1]): void {
    this.#parts.reply.head(status, headers);
  }

  data(chunk: Buffer): void {
    const first = this.#goesOn();
    this.#parts.meter.came(this.#parts.lane, chunk);
    try {
      if (!this.#parts.reply.data(chunk)) this.#call?.pause();
    } catch (fault) {
      this.#faulty(fault);
    }
    // the lanes hear of it when the client has it
    if (first) this.#parts.desk.started(this.#id);
  }

  end(): void {
    if (this.#goesOn()) this.#parts.desk.started(this.#id);
    const { reply, client } = this.#parts;
    let failure: LoadoutError | undefined;
    try {
      failure = reply.end();
    } catch (fault) {
      return this.#faulty(fault);
    }
    if (failure) client.fail(failure);
    const refused = failure ? failure.httpStatus < 500 : reply.refused;
    this.#over(refused ? "rejected" : failure ? "failed" : "answered", true);
  }

  lost(): void {
    const { reply, server, clock, client } = this.#parts;
    if (!reply.resumable || ++this.#losses > MOST_LOSSES) {
      client.fail(
        client.begun
          ? new LoadoutError("upstream-lost")
          : new LoadoutError("upstream-failed", { got: "it broke the connection" }),
      );
      this.#over("failed", true);
      return;
    }
    // its place in the engine stays taken until there is an engine again: it goes on before those that wait
    this.#state = "recovering";
    this.#endPause = clock.after(LOSS_PAUSE_MS * this.#losses, () => {
      this.#endPause = undefined;
      server.ready().then(
        () => this.#state === "recovering" && this.#waitAgain(),
        (error: unknown) =>
          this.abort(
            error instanceof LoadoutError
              ? error
              : new LoadoutError("upstream-failed", { got: "it does not come back" }),
          ),
      );
    });
  }

  #waitAgain(): void {
    const { reply, times, clock, desk, meter, lane, client } = this.#parts;
    reply.interrupted();
    client.waits();
    this.#state = "waiting";
    meter.waitsAgain(lane);
    times.waitsAgain(clock.now());
    desk.cut(this.#id);
  }

  /** A fault of ours: whatever it was, the lanes must not believe that the request is still in the engine. */
  #faulty(fault: unknown): void {
    this.#parts.onFault?.(fault);
    this.abort(new LoadoutError("internal", { what: "serving" }));
  }

  /** Something comes from the engine. True: for the first time since it was asked. */
  #goesOn(): boolean {
    if (this.#started) return false;
    this.#started = true;
    const { times, clock, client } = this.#parts;
    client.goesOn();
    if (times.firstByteMs === 0) times.firstByteMs = clock.now();
    return true;
  }

  #over(outcome: Outcome, inEngine: boolean): void {
    const { desk, meter, lane, reply, times, client, done } = this.#parts;
    this.#endPause?.();
    const waiting = this.#state === "waiting";
    this.#state = "over";
    client.close();
    if (inEngine) desk.ended(this.#id);
    desk.forget(this.#id);
    const usage = outcome === "answered" ? reply.usage : undefined;
    meter.over(lane, outcome, waiting, times, usage);
    done(outcome, usage);
  }
}
