import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readAmdSmiJson, readAmdSmiProcesses } from "./amd-smi-json.ts";
import { readAmdSmiMonitor } from "./amd-smi-monitor.ts";
import { readAmdSmiText } from "./amd-smi-text.ts";
import { cimObjects } from "./cim-json.ts";
import { readClinfo } from "./clinfo.ts";
import { readCpuinfo } from "./cpuinfo.ts";
import { memoryChannels, peakMemoryBytesPerSec, readDmidecode } from "./dmidecode.ts";
import { readLscpuExtended } from "./lscpu-extended.ts";
import { readLscpu } from "./lscpu.ts";
import { readLspciLines, readLspciRecords } from "./lspci.ts";
import { gpuNodes, readMeminfo, readNodeMeminfo } from "./meminfo.ts";
import { readNumactl } from "./numactl.ts";
import { readComputeApps, readQueryGpu } from "./nvidia-smi-csv.ts";
import { readNvidiaList } from "./nvidia-smi-list.ts";
import { readNvidiaTable } from "./nvidia-smi-table.ts";
import { readNvidiaText } from "./nvidia-smi-text.ts";
import { readNvidiaTopology } from "./nvidia-smi-topo.ts";
import { readNvidiaXml } from "./nvidia-smi-xml.ts";
import { readProcStatus, readPs, readTasklist } from "./process-lists.ts";
import { readRocmSmiJson } from "./rocm-smi-json.ts";
import { readRocmSmiTable } from "./rocm-smi-table.ts";
import { readRocminfo } from "./rocminfo.ts";
import { cpuOfSysctl, readSysctl, readSysctlValues, swapTotalBytes } from "./sysctl.ts";
import { readSystemProfilerJson } from "./system-profiler-json.ts";
import { readSystemProfilerText } from "./system-profiler-text.ts";
import { readVmStat } from "./vm-stat.ts";
import { readVulkanSummary } from "./vulkaninfo.ts";
import { readDisplayRegistry } from "./windows-registry.ts";
import { physicalMemory, readWmic, videoControllers } from "./wmic.ts";
import { readXpuSmiJson } from "./xpu-smi-json.ts";
import { readXpuSmiTable } from "./xpu-smi-table.ts";

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8");

describe("NVIDIA", () => {
  test("columns: free is what the driver says, not total minus used", () => {
    const [first, second] = readQueryGpu(fixture("nvidia-query.csv.txt"));
    expect(first).toMatchObject({ totalBytes: 20000 * MIB, usedBytes: 2667 * MIB, freeBytes: 17000 * MIB });
    expect(first).toMatchObject({ pciAddress: "0000:21:00.0", pciId: "10de:9a01", powerLimitWatts: 275 });
    expect(second).not.toHaveProperty("powerLimitWatts");
    expect(second).not.toHaveProperty("partitioned");
  });

  test("columns without a header are read by the order that was asked for, and not at all without one", () => {
    const text = "1, Some Card, 8000, 100, 7800\n";
    expect(readQueryGpu(text)).toEqual([]);
    const order = ["index", "name", "memory.total", "memory.used", "memory.free"];
    expect(readQueryGpu(text, order)).toMatchObject([{ index: 1, totalBytes: 8000 * MIB, freeBytes: 7800 * MIB }]);
  });

  test("a card whose memory is N/A is unified, and its memory unknown", () => {
    const [card] = readQueryGpu(fixture("nvidia-query-gb.csv.txt"));
    expect(card).toMatchObject({ memoryKind: "unified", pciAddress: "000f:01:00.0" });
    expect(card).not.toHaveProperty("totalBytes");
  });

  test("programs: a size that is not said is absent", () => {
    expect(readComputeApps(fixture("nvidia-apps.csv.txt"))).toMatchObject([
      { pid: 4711, name: "/opt/some-server", bytes: 2400 * MIB },
      { pid: 4712 },
    ]);
    expect(readComputeApps(fixture("nvidia-apps.csv.txt"))[1]).not.toHaveProperty("bytes");
  });

  test("report: the card's memory is not that of its first part", () => {
    const { gpus, processes } = readNvidiaXml(fixture("nvidia-report.xml.txt"));
    expect(gpus).toHaveLength(1);
    expect(gpus[0]).toMatchObject({ totalBytes: 45000 * MIB, freeBytes: 44440 * MIB, partitioned: true });
    expect(gpus[0]?.parts?.map((part) => part.instance)).toEqual([2, 2, 5]);
    expect(processes).toMatchObject([{ pid: 99, name: "/usr/bin/a & b", bytes: 40 * MIB }]);
  });

  test("text report: BAR1's memory is not the card's", () => {
    const { gpus, processes } = readNvidiaText(fixture("nvidia-report.txt"));
    expect(gpus).toMatchObject([{ totalBytes: 20000 * MIB, reservedBytes: 333 * MIB, freeBytes: 17000 * MIB }]);
    expect(processes).toMatchObject([{ pid: 555, bytes: 210 * MIB }]);
  });

  test("list: parts stand below their card", () => {
    const [card] = readNvidiaList(fixture("nvidia-list.txt"));
    expect(card?.parts?.map((part) => part.name)).toEqual(["MIG 4g.22gb", "MIG 4g.22gb", "MIG 2g.11gb"]);
  });

  test("table: renamed header words, a cut name, gaps in numbers, no memory", () => {
    const table = readNvidiaTable(fixture("nvidia-table.txt"));
    expect(table).toMatchObject({ driver: "701.12.00", cuda: "14.1" });
    expect(table.gpus).toMatchObject([
      { index: 0, name: "NVIDIA GeForce RTX 9010 Lo...", totalBytes: 20000 * MIB, usedBytes: 2667 * MIB },
      { index: 3, memoryKind: "unified" },
    ]);
    expect(table.gpus[0]).not.toHaveProperty("freeBytes");
    expect(table.processes.map((process) => process.bytes)).toEqual([2400 * MIB, undefined]);
  });

  test("topology: underline codes and empty cells", () => {
    expect(readNvidiaTopology(fixture("nvidia-topo.txt"))).toMatchObject({
      links: [
        ["X", "NV6"],
        ["NV6", "X"],
      ],
      cards: [{ cpus: "0-7", numaNode: 0 }, { gpuNumaNode: 2 }],
    });
    expect(readNvidiaTopology("ERROR: no such option")).toBeUndefined();
  });
});

describe("AMD", () => {
  test("rocm-smi: old keys, a number where a name belongs, unknown memory", () => {
    const [first, second] = readRocmSmiJson(fixture("rocm-smi.json"));
    expect(first).toMatchObject({
      totalBytes: 20 * GIB,
      freeBytes: 19 * GIB,
      pciId: "1002:9999",
      powerLimitWatts: 300,
    });
    expect(first).not.toHaveProperty("name");
    expect(second).toMatchObject({ name: "Radeon Made Up 7" });
    expect(second).not.toHaveProperty("totalBytes");
  });

  test("rocm-smi's table has no sizes", () => {
    expect(readRocmSmiTable(fixture("rocm-smi-table.txt"))).toEqual([
      { vendor: "amd", backend: "rocm", index: 0, pciId: "1002:9999", usedPercent: 25, name: "AMD Made Up 7" },
    ]);
  });

  test("amd-smi as text and as JSON say the same", () => {
    const expected = { name: "Made Up 7", totalBytes: 20 * GIB, pciAddress: "0000:43:00.0", powerLimitWatts: 300 };
    expect(readAmdSmiText(fixture("amd-smi-static.txt"))).toMatchObject([expected]);
    expect(readAmdSmiJson(fixture("amd-smi-static.json"))).toMatchObject([expected]);
  });

  test("amd-smi's programs and monitor", () => {
    expect(readAmdSmiProcesses(fixture("amd-smi-process.json"))).toEqual([
      { pid: 321, name: "trainer", bytes: 3 * GIB, gpu: 0 },
    ]);
    expect(readAmdSmiMonitor(fixture("amd-smi-monitor.txt"))).toMatchObject([
      { index: 0, usedBytes: 512 * MIB, totalBytes: 20 * GIB },
      { index: 1 },
    ]);
  });

  test("rocminfo: processors are agents, not GPUs", () => {
    expect(readRocminfo(fixture("rocminfo.txt"))).toMatchObject([
      { architecture: "gfx1151", memoryKind: "unified", totalBytes: 48 * GIB, pciAddress: "0000:c6:00.0" },
    ]);
  });
});

describe("tools for every maker", () => {
  test("vulkaninfo: llvmpipe is a program", () => {
    const [gpu, program] = readVulkanSummary(fixture("vulkaninfo.txt"));
    expect(gpu).toMatchObject({ vendor: "amd", memoryKind: "unified", pciId: "1002:9999" });
    expect(program).toMatchObject({ software: true, vendor: "generic" });
  });

  test("clinfo: processors are left out", () => {
    expect(readClinfo(fixture("clinfo.txt"))).toMatchObject([
      { vendor: "intel", totalBytes: 12 * GIB, memoryKind: "discrete", maxAllocationBytes: 4294959104 },
    ]);
  });

  test("xpu-smi: sizes only when one device is asked for", () => {
    expect(readXpuSmiJson(fixture("xpu-smi.json"))).toMatchObject([{ pciId: "8086:0999", index: 0 }]);
    expect(readXpuSmiJson(fixture("xpu-smi.json"))[0]).not.toHaveProperty("totalBytes");
    expect(readXpuSmiTable(fixture("xpu-smi-device.txt"))).toMatchObject([
      { totalBytes: 12 * GIB, pciId: "8086:0999" },
    ]);
  });

  test("lspci: only display devices of makers that an engine knows", () => {
    expect(readLspciLines(fixture("lspci.txt"))).toMatchObject([{ pciId: "10de:9a01" }]);
    expect(readLspciRecords(fixture("lspci-records.txt"))).toMatchObject([{ pciId: "1002:9999", vendor: "amd" }]);
  });
});

describe("Apple", () => {
  test("system_profiler as JSON", () => {
    expect(readSystemProfilerJson(fixture("system-profiler.json"))).toMatchObject({
      gpus: [{ name: "Apple M9 Max", cores: 50, metal: "4", memoryKind: "unified" }],
      cpu: { model: "Apple M9 Max", physicalCores: 20, performanceCores: 16, efficiencyCores: 4 },
      ramBytes: 48 * GIB,
    });
  });

  test("system_profiler as text: dynamic memory is the host's", () => {
    expect(readSystemProfilerText(fixture("system-profiler.txt"))).toMatchObject({
      gpus: [
        { vendor: "intel", memoryKind: "unified", totalBytes: GIB },
        { vendor: "amd", memoryKind: "discrete", totalBytes: 6 * GIB },
      ],
      cpu: { model: "Apple M9", physicalCores: 12 },
      ramBytes: 24 * GIB,
    });
  });

  test("sysctl with names and without, vm_stat", () => {
    const values = readSysctl(fixture("sysctl.txt"));
    expect(cpuOfSysctl(values)).toMatchObject({
      performanceCores: 16,
      flags: ["FEAT_DotProd", "FEAT_I8MM", "AdvSIMD"],
    });
    expect(swapTotalBytes(values)).toBe(GIB);
    expect(readSysctlValues("1\n2\n", ["a", "b"]).get("b")).toBe("2");
    expect(readSysctlValues("1\n", ["a", "b"]).size).toBe(0);
    expect(readVmStat(fixture("vm-stat.txt"))).toEqual({
      freeBytes: 10000 * 16384,
      availableBytes: 615000 * 16384,
      wiredBytes: 100000 * 16384,
    });
  });
});

describe("processor and memory", () => {
  test("lscpu: nested rows, two kinds of cores", () => {
    expect(readLscpu(fixture("lscpu.json"))).toMatchObject({
      model: "Big Core + Small Core",
      physicalCores: 8,
      logicalCores: 10,
      flags: ["asimd", "asimddp", "sve", "made_up"],
    });
    expect(readLscpuExtended(fixture("lscpu-extended.json"))).toEqual([
      { cores: 2, threadsPerCore: 2, maxMhz: 5000 },
      { cores: 1, threadsPerCore: 1, maxMhz: 3600 },
    ]);
  });

  test("cpuinfo that was cut still says how many there are", () => {
    expect(readCpuinfo(fixture("cpuinfo.txt"))).toMatchObject({
      model: "Made Up CPU 3",
      physicalCores: 2,
      logicalCores: 4,
    });
  });

  test("meminfo, and memory of GPUs that the kernel counts in", () => {
    expect(readMeminfo(fixture("meminfo.txt"))).toMatchObject({ totalBytes: 64 * GIB, availableBytes: 48 * GIB });
    expect(gpuNodes(readNodeMeminfo(fixture("node-meminfo.txt")))).toEqual([
      { node: 255, totalBytes: 16 * GIB, freeBytes: 16 * GIB },
    ]);
    expect(gpuNodes(readNodeMeminfo(fixture("node-meminfo.txt")), [0])).toHaveLength(2);
  });

  test("numactl: wrapped lists, memory without processors", () => {
    expect(readNumactl(fixture("numactl.txt"))).toEqual([
      { node: 0, cpus: 10, totalBytes: 64000 * MIB, freeBytes: 300 * MIB, distances: [10, 40] },
      { node: 1, cpus: 0, totalBytes: 32000 * MIB, distances: [255, 10] },
    ]);
  });

  test("dmidecode: the rate that modules run at, channels by their names", () => {
    const modules = readDmidecode(fixture("dmidecode.txt"));
    expect(modules.map((module) => module.megatransfersPerSec)).toEqual([6000, 6000]);
    expect(memoryChannels(modules)).toBe(2);
    expect(peakMemoryBytesPerSec(modules)).toBe(96e9);
    expect(peakMemoryBytesPerSec([])).toBeUndefined();
  });

  test("lists of programs", () => {
    expect(readTasklist(fixture("tasklist.csv.txt"))[0]).toEqual({
      pid: 4711,
      name: "some server.exe",
      bytes: 2 * GIB,
    });
    expect(readPs(fixture("ps.txt"))[0]).toMatchObject({ pid: 501, bytes: 3 * GIB });
    expect(readProcStatus(fixture("proc-status.txt"), 7)).toEqual([
      { pid: 7, name: "some server", bytes: 3010000 * 1024 },
    ]);
  });
});

describe("Windows", () => {
  test("the adapter's memory stops at 4 GiB and is then unknown; the registry has it", () => {
    const [card, onChip] = videoControllers(readWmic(fixture("wmic-video.txt")));
    expect(card).toMatchObject({ pciId: "10de:9a01" });
    expect(card).not.toHaveProperty("totalBytes");
    expect(onChip).toMatchObject({ vendor: "intel", totalBytes: 512 * MIB });
    for (const name of ["registry.reg.txt", "registry-query.txt"]) {
      expect(readDisplayRegistry(fixture(name))).toMatchObject([{ pciId: "10de:9a01", totalBytes: 20 * GIB }]);
    }
  });

  test("objects as JSON", () => {
    const modules = physicalMemory(cimObjects(JSON.parse(fixture("cim.json")).memory));
    expect(modules).toMatchObject([{ bytes: 16 * GIB, megatransfersPerSec: 5200 }, {}]);
    expect(memoryChannels(modules)).toBe(2);
  });
});
