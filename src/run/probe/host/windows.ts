import type { Host } from "../../../facts/hardware/index.ts";
import { known, present, wholeNumber } from "../parsers/cells.ts";
import { peakMemoryBytesPerSec } from "../parsers/dmidecode.ts";
import { physicalMemory } from "../parsers/wmic.ts";
import type { System } from "../system.ts";
import type { WindowsObjects } from "../windows-objects.ts";

/** Host of a Windows machine: what is free comes from the system call, which counts what can be had without swapping. */
export function readWindowsHost(system: System, objects: WindowsObjects): Host {
  const first = objects.processor[0];
  const sum = (list: WindowsObjects["memory"], key: string) => {
    const counts = list.map((object) => wholeNumber(object.get(key))).filter((count) => count !== undefined);
    return counts.length === 0 ? undefined : counts.reduce((all, count) => all + count, 0);
  };
  const logicalCores = sum(objects.processor, "NumberOfLogicalProcessors") || system.logicalCores;
  const swapMegabytes = sum(objects.pageFile, "AllocatedBaseSize") ?? 0;
  return present<Host>({
    cpu: {
      model: known(first?.get("Name")) ?? system.cpuModel ?? "unknown",
      vendor: known(first?.get("Manufacturer")) ?? "unknown",
      physicalCores: Math.min(sum(objects.processor, "NumberOfCores") || logicalCores, logicalCores),
      logicalCores,
      features: [],
    },
    ramBytes: system.totalBytes,
    availableBytes: Math.min(system.freeBytes, system.totalBytes),
    swapBytes: swapMegabytes * 2 ** 20,
    bandwidthBytesPerSec: peakMemoryBytesPerSec(physicalMemory(objects.memory)),
    os: "win32",
    arch: system.arch,
    limitBytes: undefined,
    numaNodes: undefined,
    diskFreeBytes: undefined,
  });
}
