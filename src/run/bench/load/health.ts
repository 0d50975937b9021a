import { monitorEventLoopDelay } from "node:perf_hooks";

/** What the measuring process itself was like while it measured. */
export interface ClientHealth {
  /** how late the event loop came to what was due, beyond the monitor's own step; milliseconds */
  readonly loopLagMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** processor time of this process by events with text received; microseconds */
  readonly cpuPerEventUs?: number;
  /** share of one core */
  readonly busy: number;
}

const STEP_MS = 10;

/** Watches this process from now on. */
export class HealthWatch {
  readonly #delay = monitorEventLoopDelay({ resolution: STEP_MS });
  readonly #before = process.cpuUsage();
  readonly #startMs = performance.now();

  constructor() {
    this.#delay.enable();
  }

  end(events: number): ClientHealth {
    this.#delay.disable();
    const { user, system } = process.cpuUsage(this.#before);
    const beyond = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - STEP_MS);
    const wallUs = (performance.now() - this.#startMs) * 1000;
    return {
      loopLagMs: {
        p50: beyond(this.#delay.percentile(50)),
        p99: beyond(this.#delay.percentile(99)),
        max: beyond(this.#delay.max),
      },
      ...(events > 0 ? { cpuPerEventUs: (user + system) / events } : {}),
      busy: wallUs > 0 ? (user + system) / wallUs : 0,
    };
  }
}
