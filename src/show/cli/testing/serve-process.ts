import { execFile, spawn, type ChildProcess } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Ended } from "./command-line.ts";

const MAIN = join(import.meta.dirname, "../main.ts");

/** A `loadout` that runs on, with its home in a folder. */
export class RunningLoadout {
  readonly #child: ChildProcess;
  stdout = "";
  stderr = "";
  readonly ended: Promise<Ended>;
  #heard = Promise.withResolvers<void>();

  constructor(folder: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, LOADOUT_HOME: join(folder, "home"), HOME: folder, HF_HOME: join(folder, "hf"), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const hear = (which: "stdout" | "stderr") => (bytes: Buffer) => {
      this[which] += bytes.toString();
      this.#heard.resolve();
      this.#heard = Promise.withResolvers();
    };
    this.#child.stdout!.on("data", hear("stdout"));
    this.#child.stderr!.on("data", hear("stderr"));
    this.ended = new Promise((resolve) =>
      this.#child.on("close", (code, signal) => {
        resolve({ code: code ?? (signal === "SIGKILL" ? 137 : -1), stdout: this.stdout, stderr: this.stderr });
        this.#heard.resolve();
      }),
    );
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Waits for output in which `found` finds something; ends with what was said where the process ended before. */
  async until<Value>(found: (running: this) => Value | undefined): Promise<Value> {
    let over = false;
    void this.ended.then(() => (over = true));
    for (;;) {
      const value = found(this);
      if (value !== undefined) return value;
      if (over) throw new Error(`it ended: ${this.stdout}\n${this.stderr}`);
      await this.#heard.promise;
    }
  }

  /** The one document that it prints with --json. */
  document(): Promise<Record<string, unknown>> {
    return this.until(({ stdout }) => {
      if (!stdout.endsWith("}\n")) return undefined;
      const value: Record<string, unknown> = JSON.parse(stdout);
      return value;
    });
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = "SIGINT"): Promise<Ended> {
    this.#child.kill(signal);
    return this.ended;
  }
}

/** Processes begun by this one, by it and by those. POSIX. */
export async function descendants(pid: number): Promise<number[]> {
  const parents = process.platform === "linux" ? await parentsInProc() : await parentsByPs();
  const under = (parent: number): number[] =>
    parents.flatMap(([child, of]) => (of === parent ? [child, ...under(child)] : []));
  return under(pid);
}

type Parents = readonly (readonly [child: number, parent: number])[];

/** A small Linux may have no `ps`. */
async function parentsInProc(): Promise<Parents> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  return Promise.all(
    pids.map(async (name) => {
      const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
      // the name stands in brackets and may hold anything
      return [Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])] as const;
    }),
  );
}

async function parentsByPs(): Promise<Parents> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid="]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => {
      const [child, parent] = line.trim().split(/\s+/);
      return [Number(child), Number(parent)] as const;
    });
}

/** Is there a process of this number that has not ended? */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
