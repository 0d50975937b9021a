import { readFile } from "node:fs/promises";

/** Most RAM a process has held at once, pages of mapped files included; undefined where the system does not tell (Linux does). */
export async function peakResidentBytes(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}
