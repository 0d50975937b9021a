import type { Files } from "./files.ts";
import { readProcStatus, readPs, readTasklist } from "./parsers/process-lists.ts";
import type { SeenProcess } from "./parsers/seen.ts";
import type { Holder } from "./report.ts";
import type { System } from "./system.ts";
import type { Tools } from "./tools.ts";

/** Below this, closing a program does not change what fits. */
const LARGE_BYTES = 512 * 2 ** 20;
const MOST_HOLDERS = 20;

/** Programs that hold much RAM, largest first; this process is none of them. */
export async function findRamHolders(system: System, files: Files, tools: Tools): Promise<Holder[]> {
  const processes = await readProcesses(system, files, tools);
  return processes
    .filter(({ pid, bytes }) => pid !== system.pid && bytes !== undefined && bytes >= LARGE_BYTES)
    .sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0))
    .slice(0, MOST_HOLDERS)
    .map(({ pid, name = "unknown", bytes }) => ({
      pid,
      name,
      memory: "ram",
      ...(bytes === undefined ? {} : { bytes }),
    }));
}

async function readProcesses(system: System, files: Files, tools: Tools): Promise<SeenProcess[]> {
  if (system.os === "darwin") return readPs((await tools.ask("ps", ["-axo", "pid=,rss=,comm="])) ?? "");
  if (system.os === "win32") return readTasklist((await tools.ask("tasklist", ["/fo", "csv", "/nh"])) ?? "");
  const pids = (await files.list("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const read = pids.map(async (pid) => readProcStatus((await files.read(`/proc/${pid}/status`)) ?? "", pid));
  return (await Promise.all(read)).flat();
}
