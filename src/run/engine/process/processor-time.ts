import { readFile } from "node:fs/promises";

/** Linux counts processor time in hundredths of a second, on every processor (USER_HZ, include/uapi/asm-generic/param.h). */
const TICK_MS = 10;

/** What a process has had of the processors, all its threads together; undefined where the system does not tell (Linux does). */
export async function processorMs(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // the name stands in brackets and may hold anything; user and system time are fields 14 and 15 (proc(5))
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return Number.isFinite(user) && Number.isFinite(system) ? (user + system) * TICK_MS : undefined;
}
