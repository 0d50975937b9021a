import { describe, expect, test } from "vitest";
import type { Files } from "../files.ts";
import { readLimits } from "./limits.ts";

const GIB = 2 ** 30;

function tree(files: Readonly<Record<string, string>>): Files {
  return {
    read: async (path) => files[path],
    list: async () => [],
    write: async () => false,
    freeBytes: async () => undefined,
  };
}

describe("limits of a container or a job", () => {
  test("v2: the least limit on the way up counts, page cache counts as unused", async () => {
    const limits = await readLimits(
      tree({
        "/proc/self/cgroup": "0::/jobs/seven\n",
        "/sys/fs/cgroup/jobs/memory.max": `${16 * GIB}\n`,
        "/sys/fs/cgroup/jobs/memory.current": `${10 * GIB}\n`,
        "/sys/fs/cgroup/jobs/memory.stat": `anon ${2 * GIB}\ninactive_file ${6 * GIB}\n`,
        "/sys/fs/cgroup/jobs/seven/memory.max": "max\n",
        "/sys/fs/cgroup/jobs/seven/cpu.max": "250000 100000\n",
        "/sys/fs/cgroup/cpuset.cpus.effective": "0-7\n",
      }),
    );
    expect(limits).toEqual({ memoryBytes: 16 * GIB, memoryLeftBytes: 12 * GIB, cores: 2.5 });
  });

  test("v1: a limit near 2^63 and a quota of -1 are none; a container's path may not exist inside it", async () => {
    const files = {
      "/proc/self/cgroup": "4:memory:/app/x\n1:cpu,cpuacct:/app/x\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    };
    expect(await readLimits(tree(files))).toEqual({});
    const limited = { ...files, "/sys/fs/cgroup/memory/memory.limit_in_bytes": `${4 * GIB}\n` };
    const used = { ...limited, "/sys/fs/cgroup/memory/memory.usage_in_bytes": `${GIB}\n` };
    expect(await readLimits(tree(used))).toEqual({ memoryBytes: 4 * GIB, memoryLeftBytes: 3 * GIB });
  });

  test("hybrid: v1 controllers limit while the v2 tree is mounted beside them", async () => {
    const limits = await readLimits(
      tree({
        "/proc/self/cgroup": "4:memory:/\n1:cpu:/\n0::/\n",
        "/sys/fs/cgroup/unified/cgroup.controllers": "hugetlb\n",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes": `${8 * GIB}\n`,
        "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "150000\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
      }),
    );
    expect(limits).toEqual({ memoryBytes: 8 * GIB, memoryLeftBytes: 8 * GIB, cores: 1.5 });
  });

  test("a job's address space and an affinity mask limit too", async () => {
    const limits = await readLimits(
      tree({
        "/proc/self/limits": `Limit  Soft Limit  Hard Limit  Units\nMax address space  ${32 * GIB}  ${32 * GIB}  bytes\n`,
        "/proc/self/status": "VmSize:\t 1048576 kB\nCpus_allowed_list:\t0-3,8\n",
      }),
    );
    expect(limits).toEqual({ memoryBytes: 32 * GIB, memoryLeftBytes: 31 * GIB, cores: 5 });
  });

  test("damaged files limit nothing", async () => {
    const damaged = {
      "/proc/self/cgroup": "\u0000nonsense",
      "/sys/fs/cgroup/memory.max": "-5",
      "/sys/fs/cgroup/cpu.max": "x y",
    };
    expect(await readLimits(tree(damaged))).toEqual({});
  });
});
