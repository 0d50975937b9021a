import type { PlannedRequest, RequestRecord, Workload } from "../../../predict/index.ts";
import { monotonicMs } from "./clock.ts";
import { type ClientHealth, HealthWatch } from "./health.ts";
import { type Connections, openStream, type Stream, type StreamOutcome } from "./stream.ts";

/** Makes the bytes of a request. `before`: what the earlier turns of its conversation said. */
export type RequestBytes = (request: PlannedRequest, before: readonly Turn[]) => Buffer;

export interface Turn {
  readonly request: PlannedRequest;
  readonly reply: string;
}

export interface DriveOptions {
  readonly connections: Connections;
  readonly workload: Workload;
  readonly bytes: RequestBytes;
  /** how long to wait for answers after the last request left; then they count as unfinished */
  readonly drainMs: number;
  /** stops it: what runs is cut and counts as unfinished */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DriveProgress) => void;
}

export interface DriveProgress {
  readonly sinceMs: number;
  readonly sent: number;
  readonly running: number;
  readonly ended: number;
  readonly failed: number;
  /** events with text of requests that ended */
  readonly events: number;
}

/** A request's record, and what only a client sees of it. */
export interface Driven extends RequestRecord {
  readonly connectMs?: number;
  readonly retried?: boolean;
}

export interface DriveResult {
  /** in the order of leaving */
  readonly records: readonly Driven[];
  readonly startMs: number;
  readonly health: ClientHealth;
  /** stopped by its signal, before the plan was through */
  readonly stopped: boolean;
}

/** This long before the first request is due, so that it is not late by what starting takes. */
const LEAD_MS = 20;
const PROGRESS_MS = 500;

/** Sends a workload on its absolute schedule and records what comes back. Nothing here waits for anything but a time. */
export function drive(options: DriveOptions): Promise<DriveResult> {
  return new Promise((resolve) => new Drive(options, resolve).begin());
}

interface Due {
  readonly request: PlannedRequest;
  readonly bytes: Buffer;
}

class Drive {
  readonly #options: DriveOptions;
  readonly #resolve: (result: DriveResult) => void;
  readonly #watch = new HealthWatch();
  readonly #startMs = monotonicMs() + LEAD_MS;
  readonly #records: Driven[] = [];
  readonly #running = new Map<number, Stream>();
  readonly #said = new Map<number, Turn[]>();
  /** requests that others' ends called forth, in order of time */
  readonly #later: PlannedRequest[] = [];
  #next = 0;
  #ahead: Due | undefined;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Immediate | undefined;
  #ticker: NodeJS.Timeout | undefined;
  #drain: NodeJS.Timeout | undefined;
  #sent = 0;
  #events = 0;
  #failed = 0;
  #stopped = false;
  #closing = false;
  #over = false;

  constructor(options: DriveOptions, resolve: (result: DriveResult) => void) {
    this.#options = options;
    this.#resolve = resolve;
  }

  begin(): void {
    const { signal, onProgress } = this.#options;
    signal?.addEventListener("abort", this.#stop, { once: true });
    if (signal?.aborted) this.#stop();
    if (onProgress !== undefined) this.#ticker = setInterval(() => onProgress(this.#progress()), PROGRESS_MS);
    this.#arm();
  }

  readonly #stop = (): void => {
    this.#stopped = true;
    this.#cut("stopped");
    this.#finish();
  };

  #progress(): DriveProgress {
    return {
      sinceMs: monotonicMs() - this.#startMs,
      sent: this.#sent,
      running: this.#running.size,
      ended: this.#records.length,
      failed: this.#failed,
      events: this.#events,
    };
  }

  /** The request that is due first, of the plan or of those that follow others. */
  #peek(): PlannedRequest | undefined {
    const planned = this.#options.workload.scheduled[this.#next];
    const later = this.#later[0];
    return later !== undefined && (planned === undefined || later.atMs < planned.atMs) ? later : planned;
  }

  #arm(): void {
    if (this.#over) return;
    clearTimeout(this.#timer);
    clearImmediate(this.#soon);
    const due = this.#peek();
    if (due === undefined) {
      if (this.#running.size === 0) this.#finish();
      else this.#drain ??= setTimeout(() => this.#endDrain(), this.#options.drainMs);
      return;
    }
    clearTimeout(this.#drain);
    this.#drain = undefined;
    const waitMs = this.#startMs + due.atMs - monotonicMs();
    // the bytes of the next request are made while there is time, so that making them delays nothing
    if (waitMs > 1) this.#prepare(due);
    const leftMs = this.#startMs + due.atMs - monotonicMs();
    // a timer takes a millisecond at least
    if (leftMs <= 0) this.#soon = setImmediate(() => this.#sendDue());
    else this.#timer = setTimeout(() => this.#sendDue(), leftMs);
  }

  #prepare(request: PlannedRequest): Buffer {
    if (this.#ahead?.request === request) return this.#ahead.bytes;
    const bytes = this.#options.bytes(request, this.#said.get(request.session ?? -1) ?? []);
    this.#ahead = { request, bytes };
    return bytes;
  }

  #sendDue(): void {
    for (;;) {
      const request = this.#peek();
      if (request === undefined || this.#startMs + request.atMs > monotonicMs() || this.#over) break;
      if (request === this.#later[0]) this.#later.shift();
      else this.#next++;
      this.#send(request);
    }
    this.#arm();
  }

  #send(request: PlannedRequest): void {
    const bytes = this.#prepare(request);
    this.#sent++;
    const options = { expected: request.outputTokens, keepText: request.session !== undefined };
    const stream = openStream(this.#options.connections, bytes, options, (outcome) => this.#ended(request, outcome));
    this.#running.set(request.id, stream);
  }

  #ended(request: PlannedRequest, outcome: StreamOutcome): void {
    this.#running.delete(request.id);
    const record = recordOf(request, this.#startMs, outcome);
    this.#records.push(record);
    this.#events += outcome.tokenMs.length;
    if (record.outcome === "failed") this.#failed++;
    if (this.#over || this.#closing) return;
    if (request.session !== undefined) {
      const turns = this.#said.get(request.session) ?? [];
      turns.push({ request, reply: outcome.text ?? "" });
      this.#said.set(request.session, turns);
    }
    const following = this.#options.workload.following(request, outcome.endMs - this.#startMs);
    if (following !== undefined) {
      insert(this.#later, following);
      if (request.session !== undefined) this.#ahead = undefined;
    } else if (request.session !== undefined) this.#said.delete(request.session);
    // not from inside the socket's call: the requests due now leave in one place
    this.#arm();
  }

  #endDrain(): void {
    this.#cut("not finished when the measurement ended");
    this.#finish();
  }

  #cut(reason: string): void {
    this.#closing = true;
    for (const stream of Array.from(this.#running.values())) stream.cancel(`${UNFINISHED}${reason}`);
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    clearImmediate(this.#soon);
    for (const timer of [this.#timer, this.#ticker, this.#drain]) clearTimeout(timer);
    this.#options.signal?.removeEventListener("abort", this.#stop);
    this.#options.connections.close();
    this.#resolve({
      records: this.#records.sort((a, b) => a.sentMs - b.sentMs || a.id - b.id),
      startMs: this.#startMs,
      health: this.#watch.end(this.#events),
      stopped: this.#stopped,
    });
  }
}

const UNFINISHED = "unfinished: ";

function recordOf(request: PlannedRequest, startMs: number, outcome: StreamOutcome): Driven {
  const { error, retried, connectedMs } = outcome;
  const state = error?.startsWith(UNFINISHED)
    ? "unfinished"
    : error !== undefined || outcome.firstMs === undefined
      ? "failed"
      : "ok";
  return {
    id: request.id,
    ...(request.lane === undefined ? {} : { lane: request.lane }),
    ...(request.session === undefined ? {} : { session: request.session }),
    ...(request.turn === undefined ? {} : { turn: request.turn }),
    scheduledMs: startMs + request.atMs,
    sentMs: outcome.sentMs,
    ...(outcome.firstEventMs === undefined ? {} : { firstEventMs: outcome.firstEventMs }),
    ...(outcome.firstMs === undefined ? {} : { firstMs: outcome.firstMs }),
    tokenMs: outcome.tokenMs,
    endMs: outcome.endMs,
    promptTokens: outcome.promptTokens ?? request.promptTokens,
    ...(outcome.cachedTokens === undefined ? {} : { cachedTokens: outcome.cachedTokens }),
    outputTokens: outcome.outputTokens ?? outcome.tokenMs.length,
    outcome: state,
    ...(state === "ok" ? {} : { error: error?.replace(UNFINISHED, "") ?? "an answer without text" }),
    ...(connectedMs === undefined ? {} : { connectMs: connectedMs - outcome.sentMs }),
    ...(retried ? { retried } : {}),
  };
}

function insert(list: PlannedRequest[], request: PlannedRequest): void {
  let at = list.length;
  while (at > 0 && list[at - 1]!.atMs > request.atMs) at--;
  list.splice(at, 0, request);
}
