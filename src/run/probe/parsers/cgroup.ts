import { amount, listLength, wholeNumber } from "./cells.ts";

/** Page counters near 2^63 and the word "max" both mean that nobody set a limit. */
const NO_LIMIT_BYTES = 2 ** 60;

/** `memory.max`, `memory.high` (v2) or `memory.limit_in_bytes` (v1): bytes, or nothing for no limit. */
export function readMemoryLimit(text: string | undefined): number | undefined {
  const word = text?.trim();
  if (word === undefined || !/^\d+$/.test(word)) return undefined;
  const bytes = Number(word);
  return bytes > 0 && bytes < NO_LIMIT_BYTES ? bytes : undefined;
}

/** `cpu.max` (v2, "200000 100000") as cores, or nothing for no limit. */
export function readCpuMax(text: string | undefined): number | undefined {
  const [quota, period] = text?.trim().split(/\s+/) ?? [];
  return cores(quota, period);
}

/** `cpu.cfs_quota_us` and `cpu.cfs_period_us` (v1; quota -1 = none) as cores. */
export function readCfsQuota(quota: string | undefined, period: string | undefined): number | undefined {
  return cores(quota?.trim(), period?.trim());
}

function cores(quota: string | undefined, period: string | undefined): number | undefined {
  const part = wholeNumber(quota);
  const whole = wholeNumber(period);
  return part === undefined || whole === undefined || part === 0 || whole === 0 ? undefined : part / whole;
}

/** `cpuset.cpus`, `cpuset.cpus.effective` or "Cpus_allowed_list": number of processors; empty = no limit. */
export function readCpuList(text: string | undefined): number | undefined {
  return listLength(text);
}

/** A key of `memory.stat`: "inactive_file 1234". */
export function readMemoryStat(text: string | undefined, key: string): number | undefined {
  return amount(new RegExp(`^${key} (\\d+)$`, "m").exec(text ?? "")?.[1]);
}

/** `/proc/self/cgroup`: path of this process by controller; the v2 tree has the name "". */
export function readCgroupPaths(text: string | undefined): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const line of (text ?? "").split("\n")) {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line);
    if (match === null) continue;
    for (const controller of match[1]!.split(",")) paths.set(controller, match[2]!);
  }
  return paths;
}

/** `/proc/self/limits`: address space a job may map (`ulimit -v`), which some schedulers set. */
export function readAddressSpaceLimit(text: string | undefined): number | undefined {
  return readMemoryLimit(/^Max address space\s+(\S+)/m.exec(text ?? "")?.[1]);
}
