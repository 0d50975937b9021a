import type { PlannedRequest } from "../workload/index.ts";
import { engineOf } from "./engine-of.ts";
import { FlatHeap } from "./flat-heap.ts";
import { Gate } from "./gate.ts";
import { Replicas } from "./replicas.ts";
import { Router } from "./router.ts";
import { SimRequest } from "./sim-request.ts";
import type { Outage, Simulated, SimulateQuestion } from "./simulate.ts";
import { Texts } from "./texts.ts";
import { TimeStore } from "./time-store.ts";
import { TimedQueue } from "./timed-queue.ts";

/** Sources of events, in the order in which they go at the same moment; machines come behind them. */
const SCHEDULED = 0;
const LATER = 1;
const GATE = 2;
const LOOK = 3;
const MACHINES = 4;

const NOTICE_MS = 1000;
/** between two requests that arrive together */
const APART_MS = 0.01;

type Later =
  | { readonly kind: "arrives"; readonly planned: PlannedRequest }
  | { readonly kind: "enters"; readonly request: SimRequest }
  | { readonly kind: "again"; readonly request: SimRequest }
  | { readonly kind: "leaves"; readonly request: SimRequest }
  | { readonly kind: "fails"; readonly outage: Outage }
  | { readonly kind: "returns"; readonly replica: number };

/** One run, from its first arrival to its last end. */
export class Run {
  readonly #question: SimulateQuestion;
  readonly #heap: FlatHeap;
  readonly #replicas: Replicas;
  readonly #gate: Gate | undefined;
  readonly #routers: readonly Router[];
  readonly #store: TimeStore | undefined;
  readonly #later = new TimedQueue<Later>();
  readonly #texts = new Texts();
  readonly #requests: SimRequest[] = [];
  /** what each machine has */
  readonly #loads: Float64Array;
  readonly #answered: number[];
  readonly #current: boolean;
  /** outages of a machine that are not over */
  readonly #down: Int32Array;
  /** those that find no machine */
  #stranded: SimRequest[] = [];
  #next = 0;
  #enteredMs = 0;
  #open = 0;
  #sentAgain = 0;

  constructor(question: SimulateQuestion) {
    const { replicas = 1, engine, times, lanes, seed, router = { policy: "least-loaded" } } = question;
    this.#question = question;
    this.#heap = new FlatHeap(MACHINES + replicas);
    const sink = {
      started: (request: SimRequest, atMs: number) => this.#started(request, atMs),
      ended: (request: SimRequest, atMs: number) => this.#ended(request, atMs),
    };
    const keeps = question.tokenTimes !== false;
    if (keeps) this.#store = new TimeStore();
    const engines = Array.from({ length: replicas }, () => engineOf(engine, sink, keeps));
    this.#replicas = new Replicas(engines, times, this.#heap, MACHINES);
    this.#loads = new Float64Array(replicas);
    this.#answered = Array.from({ length: replicas }, () => 0);
    this.#down = new Int32Array(replicas);
    const { routers = 1, staleMs = 0 } = router;
    this.#current = staleMs === 0 && routers === 1;
    this.#routers = Array.from({ length: routers }, (_, at) => new Router(router, replicas, seed + at));
    if (lanes !== undefined)
      this.#gate = new Gate(lanes, {
        dispatch: (request, atMs) => this.#send(request, atMs),
        cut: (request, atMs) => this.#cut(request, atMs),
        refuse: (request, atMs, reason) => this.#refuse(request, atMs, reason),
        wake: (atMs) => this.#heap.set(GATE, atMs),
      });
    const { scheduled } = question.workload;
    if (scheduled.length > 0) this.#heap.set(SCHEDULED, scheduled[0]!.atMs);
    for (const outage of question.outages ?? []) this.#add(outage.atMs, { kind: "fails", outage });
    if (!this.#current) this.#heap.set(LOOK, Math.max(staleMs, 1));
  }

  toEnd(): Simulated {
    const { untilMs = Infinity } = this.#question;
    const heap = this.#heap;
    let nowMs = 0;
    for (;;) {
      const atMs = heap.firstMs;
      if (atMs === Infinity || atMs > untilMs) break;
      const source = heap.first;
      nowMs = atMs;
      if (source >= MACHINES) this.#replicas.go(source - MACHINES, atMs);
      else if (source === SCHEDULED) this.#arriveScheduled();
      else if (source === LATER) this.#goLater(atMs);
      else if (source === GATE) {
        heap.set(GATE, Infinity);
        this.#gate?.tell({ kind: "tick" }, atMs);
      } else this.#look(atMs);
    }
    return this.#result(untilMs === Infinity ? nowMs : Math.max(nowMs, untilMs));
  }

  #result(endMs: number): Simulated {
    const { engines } = this.#replicas;
    for (const request of this.#requests)
      // what it had drawn when the run ended
      if (request.outcome === "unfinished" && request.replica >= 0 && request.place >= 0)
        request.given = Math.max(1, request.given);
    return {
      records: this.#requests.map((request) => request.record(endMs)),
      endMs,
      steps: engines.reduce((sum, { counts }) => sum + counts.steps, 0),
      preempted: engines.reduce((sum, { counts }) => sum + counts.preempted, 0),
      mostHeldShare: engines.reduce(
        (most, { counts }) => Math.max(most, counts.mostHeldTokens / Math.max(1, counts.roomTokens)),
        0,
      ),
      answered: this.#answered,
      sentAgain: this.#sentAgain,
    };
  }

  #add(atMs: number, later: Later): void {
    this.#later.add(atMs, later);
    this.#heap.set(LATER, this.#later.firstMs);
  }

  #arriveScheduled(): void {
    const { scheduled } = this.#question.workload;
    const planned = scheduled[this.#next++]!;
    this.#heap.set(SCHEDULED, scheduled[this.#next]?.atMs ?? Infinity);
    this.#arrive(planned);
  }

  #goLater(atMs: number): void {
    const later = this.#later.shift()!;
    this.#heap.set(LATER, this.#later.firstMs);
    if (later.kind === "arrives") this.#arrive(later.planned);
    else if (later.kind === "enters") this.#enter(later.request, atMs);
    else if (later.kind === "again") {
      if (this.#gate) this.#gate.tell({ kind: "cut", id: later.request.planned.id }, atMs);
      else this.#send(later.request, atMs);
    } else if (later.kind === "leaves") this.#leave(later.request, atMs);
    else if (later.kind === "fails") this.#fail(later.outage, atMs);
    else this.#return(later.replica, atMs);
  }

  #arrive(planned: PlannedRequest): void {
    const { text, tokens } = this.#texts.of(planned);
    const request = new SimRequest(planned, text, tokens, this.#store);
    this.#requests.push(request);
    this.#open++;
    const { patienceMs } = this.#question;
    if (patienceMs !== undefined) this.#add(planned.atMs + patienceMs, { kind: "leaves", request });
    const { requestMs = 0 } = this.#question;
    if (requestMs > 0) {
      // never two at once: an engine that rests begins with the first, and the other waits for its next step
      this.#enteredMs = Math.max(planned.atMs + requestMs, this.#enteredMs + APART_MS);
      this.#add(this.#enteredMs, { kind: "enters", request });
    } else this.#enter(request, planned.atMs);
  }

  #enter(request: SimRequest, atMs: number): void {
    if (request.outcome !== "unfinished") return;
    if (this.#gate) this.#gate.arrived(request, atMs);
    else this.#send(request, atMs);
  }

  #send(request: SimRequest, atMs: number): void {
    const router = this.#routers[request.planned.id % this.#routers.length]!;
    const replica = this.#loads.length === 1 ? (this.#down[0] === 0 ? 0 : -1) : router.pick(request);
    if (replica < 0) {
      this.#stranded.push(request);
      return;
    }
    this.#loads[replica]!++;
    this.#replicas.submit(replica, request, atMs);
  }

  #started(request: SimRequest, atMs: number): void {
    this.#gate?.tell({ kind: "started", id: request.planned.id }, atMs);
  }

  #ended(request: SimRequest, atMs: number): void {
    const { replica } = request;
    this.#loads[replica]!--;
    if (this.#current && this.#loads.length > 1) this.#routers[0]!.left(replica);
    request.replica = -1;
    if (request.cut && request.outcome === "unfinished") {
      request.cut = false;
      request.reset(true);
      this.#gate?.tell({ kind: "cut", id: request.planned.id }, atMs);
      return;
    }
    this.#answered[replica]!++;
    if (request.outcome === "unfinished") {
      request.outcome = "failed";
      request.error = "the client left";
    }
    this.#over(request, atMs);
  }

  #over(request: SimRequest, atMs: number): void {
    request.endMs = atMs;
    this.#open--;
    this.#gate?.ended(request, atMs);
    const following = this.#question.workload.following(request.planned, atMs);
    if (following !== undefined) this.#add(following.atMs, { kind: "arrives", planned: following });
  }

  #cut(request: SimRequest, atMs: number): void {
    if (request.replica < 0) return;
    request.cut = true;
    const { promptTokens, session } = request.planned;
    if (session === undefined && request.textTokens < promptTokens) {
      // its slot may still hold its prompt when it comes again
      request.text = this.#texts.ownOf(request.text, request.textTokens);
      request.textTokens = promptTokens;
    }
    this.#replicas.cancel(request, atMs);
  }

  #refuse(request: SimRequest, atMs: number, reason: string): void {
    request.outcome = "failed";
    request.error = `refused: ${reason}`;
    this.#over(request, atMs);
  }

  /** Its client has waited long enough for a first token. */
  #leave(request: SimRequest, atMs: number): void {
    if (request.outcome !== "unfinished" || request.firstMs >= 0) return;
    this.#gate?.tell({ kind: "left", id: request.planned.id }, atMs);
    request.cut = false;
    if (request.replica >= 0) {
      this.#replicas.cancel(request, atMs);
      return;
    }
    this.#stranded = this.#stranded.filter((other) => other !== request);
    request.outcome = "failed";
    request.error = "the client left";
    this.#over(request, atMs);
  }

  #fail({ replica, downMs }: Outage, atMs: number): void {
    this.#down[replica]!++;
    for (const router of this.#routers) router.set(replica, false);
    this.#add(atMs + downMs, { kind: "returns", replica });
    const { noticeMs = NOTICE_MS } = this.#question;
    for (const request of this.#replicas.crash(replica)) {
      this.#loads[replica]!--;
      if (this.#current && this.#loads.length > 1) this.#routers[0]!.left(replica);
      request.reset(true);
      request.cut = false;
      request.replica = -1;
      this.#sentAgain++;
      this.#add(atMs + noticeMs, { kind: "again", request });
    }
  }

  #return(replica: number, atMs: number): void {
    if (--this.#down[replica]! > 0) return;
    for (const router of this.#routers) router.set(replica, true);
    const waited = this.#stranded;
    this.#stranded = [];
    for (const request of waited) this.#send(request, atMs);
  }

  #look(atMs: number): void {
    for (const router of this.#routers) router.look(this.#loads);
    const { staleMs = 0 } = this.#question.router ?? {};
    const over = this.#open === 0 && this.#later.firstMs === Infinity && this.#heap.timeOf(SCHEDULED) === Infinity;
    this.#heap.set(LOOK, over ? Infinity : atMs + Math.max(staleMs, 1));
  }
}
