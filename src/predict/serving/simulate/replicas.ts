import type { Engine } from "./engine.ts";
import type { FlatHeap } from "./flat-heap.ts";
import type { SimRequest } from "./sim-request.ts";
import type { StepTimes } from "./step-times.ts";

/** The machines: which are in a step, and when each one's next event is. */
export class Replicas {
  readonly engines: readonly Engine[];
  readonly #times: StepTimes;
  readonly #heap: FlatHeap;
  /** the heap's source of the first machine */
  readonly #from: number;
  readonly #stepping: Uint8Array;

  constructor(engines: readonly Engine[], times: StepTimes, heap: FlatHeap, from: number) {
    this.engines = engines;
    this.#times = times;
    this.#heap = heap;
    this.#from = from;
    this.#stepping = new Uint8Array(engines.length);
  }

  submit(replica: number, request: SimRequest, atMs: number): void {
    request.replica = replica;
    this.engines[replica]!.submit(request, atMs);
    this.#wake(replica, atMs);
  }

  cancel(request: SimRequest, atMs: number): void {
    const { replica } = request;
    this.engines[replica]!.cancel(request, atMs, this.#stepping[replica] === 1);
    this.#wake(replica, atMs);
  }

  /** Its step ended, or it was woken: the next one begins. */
  go(replica: number, atMs: number): void {
    const engine = this.engines[replica]!;
    if (this.#stepping[replica] === 1) {
      engine.finish(atMs);
      this.#stepping[replica] = 0;
    }
    if (!engine.compose(atMs)) {
      this.#heap.set(this.#from + replica, engine.wakeMs ?? Infinity);
      return;
    }
    this.#stepping[replica] = 1;
    this.#heap.set(this.#from + replica, atMs + this.#times.stepMs(engine.work));
  }

  crash(replica: number): SimRequest[] {
    this.#stepping[replica] = 0;
    this.#heap.set(this.#from + replica, Infinity);
    return this.engines[replica]!.crash();
  }

  /** An idle one begins when all that happens at this moment has happened: those who come together share a step. */
  #wake(replica: number, atMs: number): void {
    if (this.#stepping[replica] === 0) this.#heap.set(this.#from + replica, atMs);
  }
}
