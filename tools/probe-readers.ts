// The probe's readers by name, as the table of right answers calls them, with what a file alone does not say.
import type { Device, Host } from "../src/facts/hardware/index.ts";
import { placeDevices, unitsOf } from "../src/run/probe/devices.ts";
import { capEngineDevices, engineDevices } from "../src/run/probe/engine-devices.ts";
import { explainText } from "../src/run/probe/failures.ts";
import { readAmdSmiJson, readAmdSmiProcesses } from "../src/run/probe/parsers/amd-smi-json.ts";
import { readAmdSmiMonitor } from "../src/run/probe/parsers/amd-smi-monitor.ts";
import { readAmdSmiText } from "../src/run/probe/parsers/amd-smi-text.ts";
import * as cgroup from "../src/run/probe/parsers/cgroup.ts";
import { readClinfo } from "../src/run/probe/parsers/clinfo.ts";
import { readCpuinfo } from "../src/run/probe/parsers/cpuinfo.ts";
import { memoryChannels, peakMemoryBytesPerSec, readDmidecode } from "../src/run/probe/parsers/dmidecode.ts";
import { readDrmDevice } from "../src/run/probe/parsers/drm-sysfs.ts";
import { readLscpuExtended } from "../src/run/probe/parsers/lscpu-extended.ts";
import { readLscpu } from "../src/run/probe/parsers/lscpu.ts";
import { readLspciLines, readLspciRecords } from "../src/run/probe/parsers/lspci.ts";
import { gpuNodes, readMeminfo, readNodeMeminfo } from "../src/run/probe/parsers/meminfo.ts";
import { readNumactl } from "../src/run/probe/parsers/numactl.ts";
import { readComputeApps, readQueryGpu } from "../src/run/probe/parsers/nvidia-smi-csv.ts";
import { readNvidiaList } from "../src/run/probe/parsers/nvidia-smi-list.ts";
import { readNvidiaTable } from "../src/run/probe/parsers/nvidia-smi-table.ts";
import { readNvidiaText } from "../src/run/probe/parsers/nvidia-smi-text.ts";
import { readNvidiaTopology } from "../src/run/probe/parsers/nvidia-smi-topo.ts";
import { readNvidiaXml } from "../src/run/probe/parsers/nvidia-smi-xml.ts";
import { readRocmSmiJson } from "../src/run/probe/parsers/rocm-smi-json.ts";
import { readRocmSmiTable } from "../src/run/probe/parsers/rocm-smi-table.ts";
import { readRocminfo } from "../src/run/probe/parsers/rocminfo.ts";
import type { SeenGpu } from "../src/run/probe/parsers/seen.ts";
import { cpuOfSysctl, readSysctl, readSysctlValues } from "../src/run/probe/parsers/sysctl.ts";
import { readSystemProfilerJson } from "../src/run/probe/parsers/system-profiler-json.ts";
import { readSystemProfilerText } from "../src/run/probe/parsers/system-profiler-text.ts";
import { readVmStat } from "../src/run/probe/parsers/vm-stat.ts";
import { readVulkanSummary } from "../src/run/probe/parsers/vulkaninfo.ts";
import { readDisplayRegistry } from "../src/run/probe/parsers/windows-registry.ts";
import { physicalMemory, readWmic, videoControllers } from "../src/run/probe/parsers/wmic.ts";
import { readXpuSmiJson } from "../src/run/probe/parsers/xpu-smi-json.ts";
import { readXpuSmiTable } from "../src/run/probe/parsers/xpu-smi-table.ts";

/** The order of the query that a file without a header was made with. */
const PLAIN_QUERY = ["index", "name", "memory.total", "memory.used", "memory.free", "utilization.gpu"];
/** A host with 122567 MiB, 118885 of them available: what shared memory is held against. */
const HOST: Host = {
  cpu: { model: "any", vendor: "any", physicalCores: 16, logicalCores: 32, features: [] },
  ramBytes: 122567 * 2 ** 20,
  availableBytes: 118885 * 2 ** 20,
  swapBytes: 0,
  os: "linux",
  arch: "x64",
};
const MAC_NAMES = ["hw.memsize", "hw.ncpu", "machdep.cpu.brand_string"];

export const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  excuse: (text) => ({ ...explainText(text), gpus: readNvidiaTable(text).gpus, links: readNvidiaTopology(text) }),
  "nvidia-smi table": (text) => withDevices(readNvidiaTable(text)),
  "nvidia-smi -L": readNvidiaList,
  "nvidia-smi --query-gpu": (text) => readQueryGpu(text),
  "nvidia-smi --query-gpu, no header": (text) => readQueryGpu(text, PLAIN_QUERY),
  "nvidia-smi --query-compute-apps": (text) => readComputeApps(text),
  "nvidia-smi -q": (text) => withDevices(readNvidiaText(text)),
  "nvidia-smi -q -x": (text) => withDevices(readNvidiaXml(text)),
  "nvidia-smi topo -m": (text) => readNvidiaTopology(text) ?? {},
  "rocm-smi --json": readRocmSmiJson,
  "rocm-smi table": readRocmSmiTable,
  "amd-smi text": readAmdSmiText,
  "amd-smi --json": readAmdSmiJson,
  "amd-smi monitor": readAmdSmiMonitor,
  "amd-smi process --json": readAmdSmiProcesses,
  rocminfo: readRocminfo,
  "drm sysfs": (text) => {
    const files = transcript(text);
    return readDrmDevice((name) => files.get(`/sys/class/drm/card0/device/${name}`));
  },
  "vulkaninfo --summary": (text) => {
    const devices = readVulkanSummary(text);
    return { usable: devices.filter((device) => device.software !== true), listed: devices.length };
  },
  clinfo: readClinfo,
  "xpu-smi -j": readXpuSmiJson,
  "xpu-smi table": readXpuSmiTable,
  "lspci -nn": readLspciLines,
  "lspci -vmm": readLspciRecords,
  "system_profiler -json": readSystemProfilerJson,
  "system_profiler text": readSystemProfilerText,
  sysctl: (text) => cpuOfSysctl(readSysctl(text)),
  "sysctl -n": (text) => {
    const values = readSysctlValues(text, MAC_NAMES);
    return { ...cpuOfSysctl(values), ramBytes: Number(values.get("hw.memsize")) };
  },
  vm_stat: readVmStat,
  "lscpu -J": readLscpu,
  "lscpu -e -J": readLscpuExtended,
  "/proc/cpuinfo": readCpuinfo,
  "/proc/meminfo": (text) => {
    const onGpus = gpuNodes(readNodeMeminfo(text)).reduce((sum, node) => sum + node.totalBytes, 0);
    const memory = readMeminfo(text);
    return { ...memory, onGpusBytes: onGpus, hostBytes: (memory?.totalBytes ?? 0) - onGpus };
  },
  "numactl -H": readNumactl,
  dmidecode: (text) => {
    const modules = readDmidecode(text);
    const peak = peakMemoryBytesPerSec(modules);
    return {
      modules,
      sumBytes: modules.reduce((sum, { bytes }) => sum + bytes, 0),
      channels: memoryChannels(modules),
      ...(peak === undefined ? {} : { peakMegabytesPerSec: peak / 1e6 }),
    };
  },
  "cgroup files": (text) => {
    const files = transcript(text);
    const read = (name: string) => [...files].find(([path]) => path.endsWith(name))?.[1];
    return {
      limitBytes: cgroup.readMemoryLimit(read("memory.max")) ?? cgroup.readMemoryLimit(read("memory.limit_in_bytes")),
      quota:
        cgroup.readCpuMax(read("cpu.max")) ?? cgroup.readCfsQuota(read("cpu.cfs_quota_us"), read("cpu.cfs_period_us")),
      cores: cgroup.readCpuList(read("cpuset.cpus")),
      memoryGroup: cgroup.readCgroupPaths(read("/proc/self/cgroup")).get("memory"),
    };
  },
  "wmic videocontroller": (text) => videoControllers(readWmic(text)),
  "wmic memorychip": (text) => physicalMemory(readWmic(text)),
  "display registry": readDisplayRegistry,
  "llama.cpp devices": (text) => {
    const listed = engineDevices(text);
    return { listed, planned: capEngineDevices(listed, HOST) };
  },
};

/** What is read, and the devices that a rig makes of it. */
function withDevices<T extends { readonly gpus: readonly SeenGpu[] }>(
  report: T,
): T & { readonly devices: readonly Device[] } {
  return { ...report, devices: placeDevices(unitsOf(report.gpus), HOST).map(({ device }) => device) };
}

/** "$ cat FILE" and what followed. */
function transcript(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .split(/^\$ cat /m)
      .slice(1)
      .map((part) => splitOnce(part)),
  );
}

function splitOnce(part: string): [string, string] {
  const end = part.indexOf("\n");
  return [part.slice(0, end).trim(), part.slice(end + 1)];
}

/** Sizes as whole MiB under "...MiB", so that a table of answers can be read; all else unchanged. */
export function view(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(view);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => {
      const size = /^(.*?)[Bb]ytes$/.exec(key)?.[1];
      if (size === undefined || typeof item !== "number") return [key, view(item)];
      return [size === "" ? "MiB" : `${size}MiB`, Math.round(item / 2 ** 20)];
    }),
  );
}
