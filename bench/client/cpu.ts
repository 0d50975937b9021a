// Processor time of a program and of what it started, from outside, over a stretch of its run. Linux alone says it like this.
import { readFileSync } from "node:fs";

/** In microseconds: the kernel counts in hundredths of a second. */
const TICK_US = 10_000;
const SAMPLE_MS = 100;

/** Looks at a process and its descendants every tenth of a second. */
export class CpuWatch {
  readonly #samples: { readonly atMs: number; readonly cpuUs: number }[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    const look = () => {
      const cpuUs = treeUs(pid);
      if (cpuUs !== undefined) this.#samples.push({ atMs: nowMs(), cpuUs });
    };
    look();
    this.#timer = setInterval(look, SAMPLE_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Used between two moments of the monotonic clock, by straight lines between looks; undefined: they lie outside. */
  between(fromMs: number, toMs: number): number | undefined {
    const [from, to] = [this.#at(fromMs), this.#at(toMs)];
    return from === undefined || to === undefined ? undefined : to - from;
  }

  #at(atMs: number): number | undefined {
    const after = this.#samples.findIndex((sample) => sample.atMs >= atMs);
    if (after < 1) return undefined;
    const [a, b] = [this.#samples[after - 1]!, this.#samples[after]!];
    return a.cpuUs + ((atMs - a.atMs) / (b.atMs - a.atMs)) * (b.cpuUs - a.cpuUs);
  }
}

/** The system's monotonic clock, which the null server's log is in. */
function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Of those that ended and were waited for too. Undefined: there is no such process, or no such system. */
function treeUs(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // the name before it may hold spaces and brackets; utime, stime, cutime and cstime are the 14th to 17th field
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = fields.slice(11, 15).reduce((sum, text) => sum + Number(text), 0);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim();
    const below = children === "" ? [] : children.split(" ").map((child) => treeUs(Number(child)) ?? 0);
    return ticks * TICK_US + below.reduce((sum, us) => sum + us, 0);
  } catch {
    return undefined;
  }
}
