import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, makeFolder } from "../../home/index.ts";
import { isFields } from "../../client/index.ts";
import { HOST, roomOf, sum, type Room } from "./room.ts";

/** A run of Loadout that serves on this machine. */
export interface Run {
  readonly pid: number;
  /** ISO 8601 */
  readonly startedAt: string;
  /** its address, where others may ask; "" while its first model is loaded */
  readonly url: string;
  readonly models: readonly string[];
  /** memory that its loaded models take, as predicted */
  readonly takes: Room;
}

/**
 * Runs of Loadout on one machine see each other: each keeps a file with its address and what its models take, and reads those of
 * the others before it loads more. A file whose process is gone is removed.
 */
export class Claims {
  readonly #folder: string;
  readonly #pid: number;
  readonly #alive: (pid: number) => boolean;
  #turn: Promise<void> = Promise.resolve();
  #removed = false;

  constructor(folder: string, pid: number = process.pid, alive: (pid: number) => boolean = isAlive) {
    this.#folder = folder;
    this.#pid = pid;
    this.#alive = alive;
  }

  /** Writes what is there now; writes happen one after the other, and none after {@link remove}. */
  write(run: Omit<Run, "pid">): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#removed) await this.#write(run);
    });
  }

  remove(): Promise<void> {
    this.#removed = true;
    return this.#inTurn(() => rm(this.#path(this.#pid), { force: true }));
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  async #write(run: Omit<Run, "pid">): Promise<void> {
    await makeFolder(this.#folder);
    const path = this.#path(this.#pid);
    const text = JSON.stringify({ ...run, pid: this.#pid, takes: Object.fromEntries(run.takes) });
    await writeFile(`${path}.part`, `${text}\n`, { mode: 0o600 });
    await rename(`${path}.part`, path);
  }

  /** The others, oldest first. */
  async others(): Promise<Run[]> {
    const runs = await Promise.all((await this.#pids()).map((pid) => this.#read(pid)));
    return runs.filter((run) => run !== undefined).sort((a, b) => a.startedAt.localeCompare(b.startedAt));
  }

  /**
   * Memory that the others take and that was not seen as taken when `seen` was read. What a device holds shows in what is free
   * on it; mapped weights do not show in what is free of RAM, and count always.
   */
  async taken(seen: readonly Run[]): Promise<Room> {
    const before = new Map(seen.map(({ pid, takes }) => [pid, takes]));
    return sum(
      (await this.others()).map(({ pid, takes }) =>
        roomOf(
          [...takes].map(([place, bytes]) => {
            const known = place === HOST ? 0 : (before.get(pid)?.get(place) ?? 0);
            return [place, Math.max(0, bytes - known)] as const;
          }),
        ),
      ),
    );
  }

  async #pids(): Promise<number[]> {
    try {
      const names = await readdir(this.#folder);
      const pids = names.flatMap((name) => (/^\d+\.json$/.test(name) ? [Number.parseInt(name, 10)] : []));
      return pids.filter((pid) => pid !== this.#pid);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return [];
      throw error;
    }
  }

  async #read(pid: number): Promise<Run | undefined> {
    if (!this.#alive(pid)) {
      await rm(this.#path(pid), { force: true });
      return undefined;
    }
    try {
      return runIn(JSON.parse(await readFile(this.#path(pid), "utf8")));
    } catch {
      // gone since it was listed, or not written by us
      return undefined;
    }
  }

  #path(pid: number): string {
    return join(this.#folder, `${pid}.json`);
  }
}

function runIn(value: unknown): Run | undefined {
  if (!isFields(value) || !isFields(value.takes) || !Array.isArray(value.models)) return undefined;
  const { pid, startedAt, url } = value;
  if (typeof pid !== "number" || typeof startedAt !== "string" || typeof url !== "string") return undefined;
  const takes = Object.entries(value.takes).flatMap(([place, bytes]) =>
    typeof bytes === "number" ? [[place, bytes] as const] : [],
  );
  return { pid, startedAt, url, models: value.models.map(String), takes: roomOf(takes) };
}

/** A process of another person counts: then the signal is refused, not unknown. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}
