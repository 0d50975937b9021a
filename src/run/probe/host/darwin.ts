import { cpuFeatures, type Host } from "../../../facts/hardware/index.ts";
import { present, wholeNumber } from "../parsers/cells.ts";
import { cpuOfSysctl, readSysctl, swapTotalBytes } from "../parsers/sysctl.ts";
import { readVmStat } from "../parsers/vm-stat.ts";
import type { System } from "../system.ts";
import type { Tools } from "../tools.ts";

const FIXED_NAMES = ["hw.memsize", "hw.ncpu", "hw.physicalcpu", "hw.logicalcpu", "hw.perflevel0.physicalcpu"];
const MORE_NAMES = ["hw.perflevel1.physicalcpu", "machdep.cpu", "hw.optional"];

/** Host of a Mac. Names that a system lacks make sysctl fail after it printed the others. */
export async function readDarwinHost(system: System, tools: Tools): Promise<Host> {
  const accept = (stdout: string) => readSysctl(stdout).has("hw.memsize");
  const [fixedText, swapText, vmStatText] = await Promise.all([
    tools.ask("sysctl", [...FIXED_NAMES, ...MORE_NAMES], { fixed: true, accept }),
    tools.ask("sysctl", ["vm.swapusage"]),
    tools.ask("vm_stat", []),
  ]);
  const values = readSysctl(fixedText ?? "");
  const cpu = cpuOfSysctl(values);
  const ramBytes = wholeNumber(values.get("hw.memsize")) ?? system.totalBytes;
  const logicalCores = cpu.logicalCores ?? system.logicalCores;
  return present<Host>({
    cpu: present<Host["cpu"]>({
      model: cpu.model ?? system.cpuModel ?? "unknown",
      vendor: cpu.vendor ?? "unknown",
      physicalCores: cpu.physicalCores ?? logicalCores,
      logicalCores,
      performanceCores: cpu.performanceCores,
      usableCores: undefined,
      features: cpuFeatures(cpu.flags ?? []),
    }),
    ramBytes,
    availableBytes: Math.min(readVmStat(vmStatText ?? "")?.availableBytes ?? system.freeBytes, ramBytes),
    swapBytes: swapTotalBytes(readSysctl(swapText ?? "")) ?? 0,
    os: "darwin",
    arch: system.arch,
    limitBytes: undefined,
    numaNodes: undefined,
    bandwidthBytesPerSec: undefined,
    diskFreeBytes: undefined,
  });
}
