import type { Files } from "../files.ts";
import {
  readAddressSpaceLimit,
  readCfsQuota,
  readCgroupPaths,
  readCpuList,
  readCpuMax,
  readMemoryLimit,
  readMemoryStat,
} from "../parsers/cgroup.ts";
import { present, wholeNumber } from "../parsers/cells.ts";

/** What a container or a job leaves to this process; absent = no limit. */
export interface Limits {
  readonly memoryBytes?: number;
  /** still unused below that limit; page cache that the kernel would drop counts as unused */
  readonly memoryLeftBytes?: number;
  readonly cores?: number;
}

/** Limits hold for a group and everything below it, so the least one on the way up to the root counts. */
export async function readLimits(files: Files): Promise<Limits> {
  const paths = readCgroupPaths(await files.read("/proc/self/cgroup"));
  const [memory, cores, processLimits, status] = await Promise.all([
    memoryGroups(files, paths),
    coreLimits(files, paths),
    files.read("/proc/self/limits"),
    files.read("/proc/self/status"),
  ]);
  const addressSpace = readAddressSpaceLimit(processLimits);
  const used = memorySizeOf(status);
  const left = addressSpace === undefined ? [] : [Math.max(addressSpace - (used ?? 0), 0)];
  const affinity = readCpuList(/^Cpus_allowed_list:\s*(\S+)/m.exec(status ?? "")?.[1]);
  return present<Limits>({
    memoryBytes: least([...memory.map((group) => group.limitBytes), addressSpace]),
    memoryLeftBytes: least([...memory.map((group) => group.leftBytes), ...left]),
    cores: least([...cores, affinity]),
  });
}

interface MemoryGroup {
  readonly limitBytes: number;
  readonly leftBytes: number;
}

async function memoryGroups(files: Files, paths: ReadonlyMap<string, string>): Promise<MemoryGroup[]> {
  const v2 = foldersUp(["/sys/fs/cgroup", "/sys/fs/cgroup/unified"], paths.get("") ?? "/").map((folder) =>
    memoryGroup(files, folder, ["memory.max", "memory.high"], "memory.current"),
  );
  const v1 = foldersUp(["/sys/fs/cgroup/memory"], paths.get("memory") ?? "/").map((folder) =>
    memoryGroup(files, folder, ["memory.limit_in_bytes"], "memory.usage_in_bytes"),
  );
  return (await Promise.all([...v2, ...v1])).filter((group) => group !== undefined);
}

async function memoryGroup(
  files: Files,
  folder: string,
  limitNames: readonly string[],
  usageName: string,
): Promise<MemoryGroup | undefined> {
  const limits = await Promise.all(
    limitNames.map(async (name) => readMemoryLimit(await files.read(`${folder}/${name}`))),
  );
  const limitBytes = least(limits);
  if (limitBytes === undefined) return undefined;
  const [usage, stat] = await Promise.all([files.read(`${folder}/${usageName}`), files.read(`${folder}/memory.stat`)]);
  const usedBytes = wholeNumber(usage?.trim()) ?? 0;
  const cacheBytes = readMemoryStat(stat, "total_inactive_file") ?? readMemoryStat(stat, "inactive_file") ?? 0;
  const held = Math.max(usedBytes - cacheBytes, 0);
  return { limitBytes, leftBytes: Math.max(limitBytes - held, 0) };
}

async function coreLimits(files: Files, paths: ReadonlyMap<string, string>): Promise<(number | undefined)[]> {
  const v2 = foldersUp(["/sys/fs/cgroup", "/sys/fs/cgroup/unified"], paths.get("") ?? "/").flatMap((folder) => [
    files.read(`${folder}/cpu.max`).then(readCpuMax),
    files.read(`${folder}/cpuset.cpus.effective`).then(readCpuList),
  ]);
  const cpuPath = paths.get("cpu") ?? "/";
  const v1 = foldersUp(["/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"], cpuPath).map(async (folder) => {
    const [quota, period] = await Promise.all([
      files.read(`${folder}/cpu.cfs_quota_us`),
      files.read(`${folder}/cpu.cfs_period_us`),
    ]);
    return readCfsQuota(quota, period);
  });
  return Promise.all([...v2, ...v1]);
}

/** "/a/b" below each mount: mount/a/b, mount/a, mount. In a container the path may not exist; the mount then does. */
function foldersUp(mounts: readonly string[], path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== "..");
  const paths = parts.map((_, index) => `/${parts.slice(0, parts.length - index).join("/")}`);
  return mounts.flatMap((mount) => [...paths.map((below) => mount + below), mount]);
}

function memorySizeOf(status: string | undefined): number | undefined {
  const kibibytes = wholeNumber(/^VmSize:\s*(\d+) kB/m.exec(status ?? "")?.[1]);
  return kibibytes === undefined ? undefined : kibibytes * 1024;
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const numbers = values.filter((value) => value !== undefined);
  return numbers.length === 0 ? undefined : Math.min(...numbers);
}
