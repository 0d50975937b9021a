import { armCoreNames, cpuFeatures, type Host } from "../../../facts/hardware/index.ts";
import type { Files } from "../files.ts";
import { present } from "../parsers/cells.ts";
import { readCpuinfo } from "../parsers/cpuinfo.ts";
import { readLscpuExtended } from "../parsers/lscpu-extended.ts";
import { readLscpu } from "../parsers/lscpu.ts";
import { gpuNodes, readMeminfo, readNodeMeminfo } from "../parsers/meminfo.ts";
import type { SeenCpu } from "../parsers/seen.ts";
import type { System } from "../system.ts";
import type { Tools } from "../tools.ts";
import { readLimits } from "./limits.ts";

/** Host of a Linux machine: memory and limits are read anew each time, the processor may come from the cache. */
export async function readLinuxHost(system: System, files: Files, tools: Tools): Promise<Host> {
  const [lscpuText, coreText, cpuinfoText, meminfoText, nodeNames, limits] = await Promise.all([
    tools.ask("lscpu", ["-J"], { fixed: true }),
    tools.ask("lscpu", ["-e", "-J"], { fixed: true }),
    files.read("/proc/cpuinfo"),
    files.read("/proc/meminfo"),
    files.list("/sys/devices/system/node"),
    readLimits(files),
  ]);
  const lscpu: SeenCpu = readLscpu(lscpuText ?? "") ?? {};
  const cpuinfo: SeenCpu = readCpuinfo(cpuinfoText ?? "") ?? {};
  const memory = readMeminfo(meminfoText ?? "");
  const nodes = nodeNames.filter((name) => /^node\d+$/.test(name));
  const nodeTexts =
    nodes.length < 2
      ? []
      : await Promise.all(nodes.map((name) => files.read(`/sys/devices/system/node/${name}/meminfo`)));
  const onGpus = gpuNodes(nodeTexts.flatMap((text) => readNodeMeminfo(text ?? "")));
  const gpuBytes = onGpus.reduce((sum, node) => sum + node.totalBytes, 0);
  const gpuFreeBytes = onGpus.reduce((sum, node) => sum + (node.freeBytes ?? 0), 0);

  const logicalCores = lscpu.logicalCores ?? cpuinfo.logicalCores ?? system.logicalCores;
  const ramBytes = Math.max((memory?.totalBytes ?? system.totalBytes) - gpuBytes, 0);
  const availableBytes = Math.max((memory?.availableBytes ?? system.freeBytes) - gpuFreeBytes, 0);
  const limitBytes = limits.memoryBytes !== undefined && limits.memoryBytes < ramBytes ? limits.memoryBytes : undefined;
  const usableCores = limits.cores !== undefined && limits.cores < logicalCores ? limits.cores : undefined;
  const kinds = readLscpuExtended(coreText ?? "");
  const parts = armCoreNames(cpuinfo.parts ?? []);
  return present<Host>({
    cpu: present<Host["cpu"]>({
      model: lscpu.model ?? cpuinfo.model ?? parts ?? system.cpuModel ?? "unknown",
      vendor: lscpu.vendor ?? cpuinfo.vendor ?? "unknown",
      physicalCores: lscpu.physicalCores ?? cpuinfo.physicalCores ?? logicalCores,
      logicalCores,
      performanceCores: kinds.length > 1 ? kinds[0]?.cores : undefined,
      usableCores,
      features: cpuFeatures(lscpu.flags ?? cpuinfo.flags ?? []),
    }),
    ramBytes: limitBytes ?? ramBytes,
    availableBytes: Math.min(availableBytes, limits.memoryLeftBytes ?? availableBytes, limitBytes ?? ramBytes),
    limitBytes,
    swapBytes: memory?.swapTotalBytes ?? 0,
    os: "linux",
    arch: system.arch,
    bandwidthBytesPerSec: undefined,
    diskFreeBytes: undefined,
  });
}
