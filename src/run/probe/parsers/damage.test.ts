import { readdirSync, readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { engineDevices } from "../engine-devices.ts";
import { explainText } from "../failures.ts";
import { readAmdSmiJson, readAmdSmiProcesses } from "./amd-smi-json.ts";
import { readAmdSmiMonitor } from "./amd-smi-monitor.ts";
import { readAmdSmiText } from "./amd-smi-text.ts";
import * as cgroup from "./cgroup.ts";
import { readCimJson } from "./cim-json.ts";
import { readClinfo } from "./clinfo.ts";
import { readCpuinfo } from "./cpuinfo.ts";
import { memoryChannels, peakMemoryBytesPerSec, readDmidecode } from "./dmidecode.ts";
import { readDrmDevice } from "./drm-sysfs.ts";
import { readLscpuExtended } from "./lscpu-extended.ts";
import { readLscpu } from "./lscpu.ts";
import { readLspciLines, readLspciRecords } from "./lspci.ts";
import { readMeminfo, readNodeMeminfo } from "./meminfo.ts";
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
import { cpuOfSysctl, readSysctl, swapTotalBytes } from "./sysctl.ts";
import { readSystemProfilerJson } from "./system-profiler-json.ts";
import { readSystemProfilerText } from "./system-profiler-text.ts";
import { readVmStat } from "./vm-stat.ts";
import { readVulkanSummary } from "./vulkaninfo.ts";
import { readDisplayRegistry } from "./windows-registry.ts";
import { physicalMemory, readWmic, videoControllers } from "./wmic.ts";
import { readXpuSmiJson } from "./xpu-smi-json.ts";
import { readXpuSmiTable } from "./xpu-smi-table.ts";

/** Every reader, on any text: what it is meant for, and what it is not. */
const READERS: readonly ((text: string) => unknown)[] = [
  engineDevices,
  explainText,
  readAmdSmiJson,
  readAmdSmiProcesses,
  readAmdSmiMonitor,
  readAmdSmiText,
  cgroup.readMemoryLimit,
  cgroup.readCpuMax,
  cgroup.readCpuList,
  cgroup.readCgroupPaths,
  cgroup.readAddressSpaceLimit,
  (text) => cgroup.readCfsQuota(text, text),
  (text) => cgroup.readMemoryStat(text, "inactive_file"),
  (text) => [...videoControllers(readCimJson(text)), ...physicalMemory(readCimJson(text))],
  readClinfo,
  readCpuinfo,
  (text) => {
    const modules = readDmidecode(text);
    return [modules, memoryChannels(modules), peakMemoryBytesPerSec(modules)];
  },
  (text) => readDrmDevice(() => text),
  readLscpuExtended,
  readLscpu,
  readLspciLines,
  readLspciRecords,
  readMeminfo,
  readNodeMeminfo,
  readNumactl,
  (text) => readComputeApps(text),
  (text) => readQueryGpu(text),
  (text) => readQueryGpu(text, ["index", "memory.total", "memory.free"]),
  readNvidiaList,
  readNvidiaTable,
  readNvidiaText,
  readNvidiaTopology,
  readNvidiaXml,
  (text) => readProcStatus(text, 1),
  readPs,
  readTasklist,
  readRocmSmiJson,
  readRocmSmiTable,
  readRocminfo,
  (text) => [cpuOfSysctl(readSysctl(text)), swapTotalBytes(readSysctl(text))],
  readSystemProfilerJson,
  readSystemProfilerText,
  readVmStat,
  readVulkanSummary,
  readDisplayRegistry,
  (text) => [...videoControllers(readWmic(text)), ...physicalMemory(readWmic(text))],
  readXpuSmiJson,
  readXpuSmiTable,
];

const folder = new URL("../fixtures/", import.meta.url);
const TEXTS = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8"));

/** Fails on a number that nothing can be planned on: not finite, or below zero. */
function checkNumbers(value: unknown, path: string): void {
  if (typeof value === "number") expect(value >= 0 && Number.isFinite(value), `${path} is ${value}`).toBe(true);
  else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) checkNumbers(item, `${path}.${key}`);
  }
}

function readAll(text: string): void {
  for (const read of READERS) checkNumbers(read(text), read.name);
}

const CHARACTERS = '|+-= :,()[]{}<>"\n\t0123456789MiBGPU/.'.split("");

const damaged = fc.oneof(
  // cut
  fc
    .tuple(fc.constantFrom(...TEXTS), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([text, part]) => text.slice(0, text.length * part)),
  // one number made absurd
  fc
    .tuple(
      fc.constantFrom(...TEXTS),
      fc.nat(),
      fc.constantFrom("-1", "99999999999999999999999", "1e400", "NaN", "0", "", "[N/A]", "-"),
    )
    .map(([text, at, word]) => replaceNth(text, at, word)),
  // lines dropped and doubled
  fc.tuple(fc.constantFrom(...TEXTS), fc.array(fc.nat({ max: 200 }), { maxLength: 8 })).map(([text, picks]) =>
    text
      .split("\n")
      .flatMap((line, at) => (picks.includes(at) ? (at % 2 === 0 ? [] : [line, line]) : [line]))
      .join("\n"),
  ),
  // two texts run together
  fc
    .tuple(fc.constantFrom(...TEXTS), fc.constantFrom(...TEXTS), fc.nat())
    .map(([a, b, at]) => a.slice(0, at % (a.length + 1)) + b),
  // characters of the right kind in no order
  fc.string({ unit: fc.constantFrom(...CHARACTERS), maxLength: 400 }),
);

/** The text with its (at mod count)-th number replaced. */
function replaceNth(text: string, at: number, word: string): string {
  const numbers = [...text.matchAll(/\d+/g)];
  const match = numbers[at % Math.max(numbers.length, 1)];
  if (match === undefined) return text;
  return text.slice(0, match.index) + word + text.slice(match.index + match[0].length);
}

describe("readers on damaged texts", () => {
  test("never throw, and give no number that is negative or not finite", () => {
    fc.assert(fc.property(damaged, readAll), { numRuns: 1_500 });
  });

  test("every fixture, in every reader", () => {
    for (const text of TEXTS) readAll(text);
  });

  test("time grows with the text, not with its square", () => {
    for (const piece of ["| 0 ", "  ", "<a>", "GPU ", '"a":', "Name: ", "(", "0x", "\t: ", "=\\\n"])
      readAll(piece.repeat(20_000));
  });
});
