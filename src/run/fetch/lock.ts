import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { LoadoutError } from "../../facts/errors/index.ts";
import { makeFolder } from "../home/index.ts";

/** SQLite's result code for a lock that another connection holds. */
const SQLITE_BUSY = 5;

/**
 * Runs a task that no other process may run at the same time, under a lock that a kill -9 releases. Node has no file locks of
 * its own, and a file that merely exists outlives its process; SQLite takes the system's locks, so an empty database in an
 * exclusive transaction is one.
 */
export async function withLock<T>(folder: string, name: string, what: string, task: () => Promise<T>): Promise<T> {
  const database = new DatabaseSync(join(await makeFolder(folder), `${name}.loadout-lock`));
  try {
    database.exec("BEGIN EXCLUSIVE");
    return await task();
  } catch (error) {
    if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY)
      throw new LoadoutError("download-busy", { what }, { cause: error });
    throw error;
  } finally {
    database.close();
  }
}
