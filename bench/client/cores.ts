// Client and server on cores of their own, where the system lets a program choose.
import { spawnSync } from "node:child_process";
import { availableParallelism, cpus, platform } from "node:os";

/** The core of whoever measures, and the one of the server that is measured. */
export const CLIENT_CORE = 0;
const SERVER_CORE = 1;

const canPin =
  platform() === "linux" &&
  availableParallelism() > 1 &&
  spawnSync("taskset", ["-c", String(SERVER_CORE), "true"]).status === 0;

/** Keeps a server's process, all threads of it, to its core. */
export function pinServer(pid: number): boolean {
  return pin(pid, SERVER_CORE);
}

/** Keeps this process, and what it starts from now on, to the client's core. */
export function pinClient(): boolean {
  return pin(process.pid, CLIENT_CORE);
}

function pin(pid: number, core: number): boolean {
  return canPin && spawnSync("taskset", ["-a", "-p", "-c", String(core), String(pid)]).status === 0;
}

/** Busy share of every core since it was made, 0 to 1: a third one's work shows. */
export class CoreWatch {
  readonly #before = cpus();

  shares(): number[] {
    return cpus().map(({ times }, core) => {
      const before = this.#before[core]!.times;
      const sum = (of: typeof times) => of.user + of.nice + of.sys + of.irq + of.idle;
      const all = sum(times) - sum(before);
      return all > 0 ? 1 - (times.idle - before.idle) / all : 0;
    });
  }
}
