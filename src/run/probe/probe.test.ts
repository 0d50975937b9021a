import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Files } from "./files.ts";
import { probe, type ProbeOptions } from "./probe.ts";
import type { Shell, ShellResult } from "./shell.ts";
import type { System } from "./system.ts";

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");

type Answers = Readonly<Record<string, string | Partial<ShellResult>>>;

/** A shell that knows the commands that start with the given words; all other programs are missing. */
function shellOf(answers: Answers): Shell & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async run(command, args) {
      const line = [command, ...args].join(" ");
      asked.push(line);
      const longest = Object.keys(answers)
        .filter((key) => line.startsWith(key))
        .sort((a, b) => b.length - a.length)[0];
      const answer = longest === undefined ? { missing: true } : answers[longest];
      const result = typeof answer === "string" ? { stdout: answer, exitCode: 0 } : answer;
      return { stdout: "", stderr: "", missing: false, timedOut: false, ...result };
    },
  };
}

function filesOf(tree: Record<string, string>): Files {
  return {
    read: async (path) => tree[path],
    async list(folder) {
      const below = Object.keys(tree).filter((path) => path.startsWith(`${folder}/`));
      return [...new Set(below.map((path) => path.slice(folder.length + 1).split("/")[0]!))].sort();
    },
    async write(path, text) {
      tree[path] = text;
      return true;
    },
    freeBytes: async () => 77 * GIB,
  };
}

const LINUX: System = {
  os: "linux",
  arch: "x64",
  name: "made-up",
  env: {},
  homeFolder: "/home/someone",
  logicalCores: 4,
  totalBytes: 64 * GIB,
  freeBytes: 10 * GIB,
  bootedAtMs: 1_700_000_000_000,
  pid: 1,
};

const HOST = {
  "/proc/sys/kernel/random/boot_id": "boot-one\n",
  "/proc/cpuinfo": fixture("cpuinfo.txt"),
  "/proc/meminfo": fixture("meminfo.txt"),
};

function look(answers: Answers, tree: Record<string, string> = {}, more: Partial<ProbeOptions> = {}) {
  let now = 0;
  const shell = shellOf(answers);
  const files = filesOf({ ...HOST, ...tree });
  return probe({ shell, files, system: LINUX, clock: () => now++, ...more });
}

describe("a Linux machine", () => {
  test("without any tool: the processor alone, and a reason for each tool", async () => {
    const report = await look({});
    expect(report.rig.devices).toEqual([]);
    expect(report.rig.host).toEqual({
      cpu: {
        model: "Made Up CPU 3",
        vendor: "MadeUp",
        physicalCores: 2,
        logicalCores: 4,
        features: ["amx-int8", "avx", "avx2", "avx512-bf16"],
      },
      ramBytes: 64 * GIB,
      availableBytes: 48 * GIB,
      swapBytes: 8 * GIB,
      diskFreeBytes: 77 * GIB,
      os: "linux",
      arch: "x64",
    });
    expect(report.findings.length).toBeGreaterThan(5);
    expect(new Set(report.findings.map((finding) => finding.status))).toEqual(new Set(["not installed"]));
    expect(new Set(report.findings.map((finding) => finding.tool)).size).toBe(report.findings.length);
    expect(report.bandwidth).toBeUndefined();
  });

  test("two unequal NVIDIA cards, one with a desktop: free memory, holders, links", async () => {
    const report = await look({
      "nvidia-smi --query-gpu": { stdout: fixture("nvidia-query.csv.txt"), exitCode: 14 },
      "nvidia-smi --query-compute-apps": fixture("nvidia-apps.csv.txt"),
      "nvidia-smi topo": fixture("nvidia-topo.txt"),
      vulkaninfo: fixture("vulkaninfo.txt").replace("INTEGRATED_GPU", "CPU"),
      "lspci -D":
        "Slot:\t0000:21:00.0\nClass:\tVGA compatible controller [0300]\nVendor:\tNVIDIA Corporation [10de]\nDevice:\tXX901 [9a01]\n",
    });
    expect(report.rig.devices).toEqual([
      {
        id: "CUDA0",
        name: "NVIDIA GeForce RTX 9010",
        vendor: "nvidia",
        backend: "cuda",
        memoryKind: "discrete",
        totalBytes: 20000 * MIB,
        freeBytes: 17000 * MIB,
        reclaimableBytes: 2400 * MIB,
        powerLimitWatts: 275,
        driver: "701.10.02",
        pciAddress: "0000:21:00.0",
        architecture: "9.9",
      },
      expect.objectContaining({ id: "CUDA1", totalBytes: 10000 * MIB, freeBytes: 9766 * MIB }),
    ]);
    expect(report.rig.links).toEqual([{ between: ["CUDA0", "CUDA1"], kind: "nvlink", count: 6 }]);
    expect(report.holders).toContainEqual({
      pid: 4711,
      name: "/opt/some-server",
      bytes: 2400 * MIB,
      memory: "vram",
      deviceId: "CUDA0",
    });
    expect(report.notes.join("\n")).toMatch(/counts as no GPU[\s\S]*fastest first/);
  });

  test("CUDA_VISIBLE_DEVICES chooses and orders", async () => {
    const system = { ...LINUX, env: { CUDA_VISIBLE_DEVICES: "1", CUDA_DEVICE_ORDER: "PCI_BUS_ID" } };
    const report = await look({ "nvidia-smi --query-gpu": fixture("nvidia-query.csv.txt") }, {}, { system });
    expect(report.rig.devices).toMatchObject([{ id: "CUDA0", name: "NVIDIA GeForce RTX 9005" }]);
    expect(report.notes).toEqual([]);
  });

  test("a card cut into parts: parts that share memory are one device", async () => {
    const report = await look({
      "nvidia-smi --query-gpu": fixture("nvidia-query-mig.csv.txt"),
      "nvidia-smi --query-compute-apps": "pid\n",
      "nvidia-smi -q -x": fixture("nvidia-report.xml.txt"),
      "nvidia-smi -L": fixture("nvidia-list.txt"),
    });
    expect(report.rig.devices.map(({ name, totalBytes, freeBytes }) => [name, totalBytes, freeBytes])).toEqual([
      ["NVIDIA X100 44GB MIG 4g.22gb", 22000 * MIB, 21900 * MIB],
      ["NVIDIA X100 44GB MIG 2g.11gb", 11000 * MIB, 10950 * MIB],
    ]);
  });

  test("memory that is not supported is the host's", async () => {
    const report = await look({ "nvidia-smi --query-gpu": fixture("nvidia-query-gb.csv.txt") });
    expect(report.rig.devices).toMatchObject([{ memoryKind: "unified", totalBytes: 64 * GIB, freeBytes: 48 * GIB }]);
  });

  test("an old driver that does not know a column is asked otherwise, down to the table", async () => {
    const refused = { stderr: 'Field "mig.mode.current" is not a valid field to query.', exitCode: 2 };
    const report = await look({
      "nvidia-smi --query": refused,
      "nvidia-smi -q": refused,
      "nvidia-smi": fixture("nvidia-table.txt"),
    });
    expect(report.rig.devices).toMatchObject([
      { id: "CUDA0", totalBytes: 20000 * MIB },
      { id: "CUDA1", memoryKind: "unified" },
    ]);
    // the table has no free memory, and total minus used is not it
    expect(report.rig.devices[0]).not.toHaveProperty("freeBytes");
    expect(report.findings).toContainEqual(expect.objectContaining({ status: "failed", reason: refused.stderr }));
  });

  test("a driver that does not run, and a bus without a card", async () => {
    const dead = {
      stderr: "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
      exitCode: 9,
    };
    const tree = {
      "/sys/bus/pci/devices/0000:21:00.0/class": "0x030000\n",
      "/sys/bus/pci/devices/0000:21:00.0/vendor": "0x10de\n",
      "/sys/bus/pci/devices/0000:21:00.0/device": "0x9a01\n",
    };
    const report = await look({ "nvidia-smi": dead }, tree);
    expect(report.rig.devices).toEqual([]);
    expect(report.findings).toContainEqual(
      expect.objectContaining({ tool: "nvidia-smi", status: "driver not running" }),
    );
    expect(report.notes).toEqual(["GPU 10de:9a01 is on the PCI bus, but no driver answers for it"]);
    const none = await look({ "nvidia-smi": "No devices were found\n", rocminfo: { timedOut: true } });
    expect(none.findings).toContainEqual(expect.objectContaining({ tool: "nvidia-smi", status: "no devices" }));
    expect(none.findings).toContainEqual(expect.objectContaining({ tool: "rocminfo", status: "timed out" }));
  });

  test("an AMD chip with shared memory: what was carved out, and what may be mapped of what is free", async () => {
    const device = "/sys/class/drm/card1/device";
    const tree = {
      [`${device}/vendor`]: "0x1002\n",
      [`${device}/device`]: "0x9999\n",
      [`${device}/uevent`]: "DRIVER=amdgpu\nPCI_SLOT_NAME=0000:c6:00.0\n",
      [`${device}/mem_info_vram_total`]: `${4 * GIB}\n`,
      [`${device}/mem_info_vram_used`]: `${GIB}\n`,
      [`${device}/mem_info_gtt_total`]: `${96 * GIB}\n`,
      [`${device}/mem_info_gtt_used`]: `${GIB}\n`,
    };
    const report = await look({ rocminfo: fixture("rocminfo.txt"), vulkaninfo: fixture("vulkaninfo.txt") }, tree);
    expect(report.rig.devices).toEqual([
      {
        id: "ROCm0",
        name: "Radeon Made Up Graphics",
        vendor: "amd",
        backend: "rocm",
        memoryKind: "unified",
        totalBytes: (4 + 64) * GIB,
        freeBytes: (3 + 48) * GIB,
        architecture: "gfx1151",
        driver: "Mesa 99.1",
        pciAddress: "0000:c6:00.0",
      },
    ]);
  });

  test("an AMD card that only rocm-smi knows, and an Intel card", async () => {
    const report = await look({
      "rocm-smi": fixture("rocm-smi.json"),
      "xpu-smi discovery -j": fixture("xpu-smi.json"),
      "xpu-smi discovery -d 0 -j": "not JSON",
      "xpu-smi discovery -d 0": fixture("xpu-smi-device.txt"),
    });
    expect(report.rig.devices).toMatchObject([
      { id: "ROCm0", totalBytes: 20 * GIB, freeBytes: 19 * GIB },
      { id: "ROCm1", name: "Radeon Made Up 7" },
      { id: "Vulkan0", vendor: "intel", totalBytes: 12 * GIB },
    ]);
    expect(report.rig.devices[1]).not.toHaveProperty("totalBytes");
  });

  test("a container's limits are the machine, GPU memory in the host's total is not counted twice", async () => {
    const tree = {
      "/proc/self/cgroup": "0::/\n",
      "/sys/fs/cgroup/memory.max": `${8 * GIB}\n`,
      "/sys/fs/cgroup/memory.current": `${3 * GIB}\n`,
      "/sys/fs/cgroup/cpu.max": "150000 100000\n",
    };
    const { host } = (await look({}, tree)).rig;
    expect(host).toMatchObject({ ramBytes: 8 * GIB, limitBytes: 8 * GIB, availableBytes: 5 * GIB });
    expect(host.cpu).toMatchObject({ logicalCores: 4, usableCores: 1.5 });
    const nodes = fixture("node-meminfo.txt").split("\n");
    const power = {
      "/sys/devices/system/node/node0/meminfo": nodes.slice(0, 2).join("\n"),
      "/sys/devices/system/node/node255/meminfo": nodes.slice(2).join("\n"),
    };
    expect((await look({}, power)).rig.host).toMatchObject({
      ramBytes: 48 * GIB,
      availableBytes: 32 * GIB,
      numaNodes: 2,
    });
  });

  test("programs that hold much RAM", async () => {
    const report = await look(
      {},
      { "/proc/4711/status": fixture("proc-status.txt"), "/proc/5/status": "Name:\tsmall\nRssAnon:\t10 kB\n" },
    );
    expect(report.holders).toEqual([{ pid: 4711, name: "some server", memory: "ram", bytes: 3_010_000 * 1024 }]);
  });
});

describe("the cache", () => {
  const answers = { lscpu: fixture("lscpu.json"), "nvidia-smi --query-gpu": fixture("nvidia-query.csv.txt") };
  const bandwidth = { bytesPerSec: 5e10, threads: 2, seconds: 0.3, method: "made up" };

  test("keeps what lasts, asks again for what changes", async () => {
    const tree: Record<string, string> = { ...HOST };
    const files = filesOf(tree);
    let measured = 0;
    const measureBandwidth = async () => (measured++, bandwidth);
    const options = { files, system: LINUX, cacheDir: "/cache", clock: () => 0, measureBandwidth };
    const first = shellOf(answers);
    const before = await probe({ ...options, shell: first });
    const second = shellOf({
      ...answers,
      "nvidia-smi --query-gpu": fixture("nvidia-query.csv.txt").replace("17000", "11000"),
    });
    const after = await probe({ ...options, shell: second });
    expect(first.asked).toContain("lscpu -J");
    expect(second.asked).not.toContain("lscpu -J");
    expect(after.findings).toContainEqual(expect.objectContaining({ tool: "lscpu", cached: true, ms: 0 }));
    expect([before, after].map((report) => report.rig.devices[0]?.freeBytes)).toEqual([17000 * MIB, 11000 * MIB]);
    expect(after.rig.host.cpu).toEqual(before.rig.host.cpu);
    expect(after.rig.host.bandwidthBytesPerSec).toBe(5e10);
    expect(measured).toBe(1);

    tree["/proc/meminfo"] = fixture("meminfo.txt").replace("50331648", "1048576");
    const live = await probe({ ...options, shell: second });
    expect(live.rig.host.availableBytes).toBe(GIB);
  });

  test.each([
    ["another boot", { "/proc/sys/kernel/random/boot_id": "boot-two\n" }],
    ["another device", { "/dev/nvidia0": "" }],
    ["a damaged file", { "/cache/probe.json": '{"key": "' }],
    ["a file of another kind", { "/cache/probe.json": "[1, 2, 3]" }],
  ])("%s makes it stale", async (_, change) => {
    const tree: Record<string, string> = { ...HOST };
    const options = { files: filesOf(tree), system: LINUX, cacheDir: "/cache", clock: () => 0 };
    await probe({ ...options, shell: shellOf(answers), measureBandwidth: async () => bandwidth });
    Object.assign(tree, change);
    const again = shellOf(answers);
    const report = await probe({ ...options, shell: again });
    expect(again.asked).toContain("lscpu -J");
    expect(report.bandwidth).toBeUndefined();
  });

  test("asked to look again, it does, and what it saw takes the place of what was kept", async () => {
    const options = { files: filesOf({ ...HOST }), system: LINUX, cacheDir: "/cache", clock: () => 0 };
    const slower = { ...bandwidth, bytesPerSec: 2e10 };
    await probe({ ...options, shell: shellOf(answers), measureBandwidth: async () => bandwidth });
    const again = shellOf(answers);
    await probe({ ...options, shell: again, fresh: true, measureBandwidth: async () => slower });
    expect(again.asked).toContain("lscpu -J");
    expect((await probe({ ...options, shell: shellOf(answers) })).bandwidth).toEqual(slower);
  });

  test("without a folder nothing is kept", async () => {
    const tree: Record<string, string> = { ...HOST };
    await probe({ shell: shellOf(answers), files: filesOf(tree), system: LINUX, clock: () => 0 });
    expect(Object.keys(tree)).toEqual(Object.keys(HOST));
  });
});

describe("other systems", () => {
  test("a Mac: the limit on wired memory is the GPU's total", async () => {
    const system: System = { ...LINUX, os: "darwin", arch: "arm64", totalBytes: 48 * GIB };
    const answers = {
      "sysctl -n kern.bootsessionuuid": "AAAA-BBBB\n",
      "sysctl hw": { stdout: fixture("sysctl.txt"), exitCode: 1, stderr: "sysctl: unknown oid" },
      "sysctl vm.swapusage": fixture("sysctl.txt"),
      "sysctl iogpu": fixture("sysctl.txt"),
      vm_stat: fixture("vm-stat.txt"),
      "system_profiler SPDisplaysDataType -json": fixture("system-profiler.json"),
      ps: fixture("ps.txt"),
    };
    const report = await look(answers, {}, { system });
    expect(report.bootId).toBe("AAAA-BBBB");
    expect(report.rig.devices).toMatchObject([
      { id: "MTL0", name: "Apple M9 Max", vendor: "apple", backend: "metal", memoryKind: "unified" },
    ]);
    expect(report.rig.devices[0]).toMatchObject({ totalBytes: 40000 * MIB, freeBytes: 615000 * 16384 });
    expect(report.rig.host).toMatchObject({ ramBytes: 48 * GIB, availableBytes: 615000 * 16384, swapBytes: GIB });
    expect(report.rig.host.cpu).toMatchObject({
      vendor: "Apple",
      physicalCores: 20,
      features: ["dotprod", "i8mm", "neon"],
    });
    expect(report.holders).toMatchObject([{ pid: 501, memory: "ram" }]);
    const usual = await look({ ...answers, "sysctl iogpu": "iogpu.wired_limit_mb: 0\n" }, {}, { system });
    expect(usual.rig.devices[0]?.totalBytes).toBe(36 * GIB);
  });

  test.each([
    ["PowerShell", { powershell: fixture("cim.json") }],
    [
      "wmic",
      { "wmic path Win32_VideoController": fixture("wmic-video.txt").replace(/AdapterRAM=536870912[\s\S]*/, "") },
    ],
  ])("Windows by %s: a card's size from the registry, not from the adapter", async (_, answers) => {
    const system: System = { ...LINUX, os: "win32", totalBytes: 32 * GIB, freeBytes: 20 * GIB, logicalCores: 16 };
    const report = await look(
      { ...answers, reg: fixture("registry-query.txt"), tasklist: fixture("tasklist.csv.txt") },
      {},
      { system },
    );
    expect(report.rig.devices).toMatchObject([{ id: "Vulkan0", vendor: "nvidia", totalBytes: 20 * GIB }]);
    expect(report.rig.devices[0]).not.toHaveProperty("freeBytes");
    expect(report.rig.host).toMatchObject({ ramBytes: 32 * GIB, availableBytes: 20 * GIB, os: "win32" });
    expect(report.holders).toMatchObject([{ pid: 4711, bytes: 2 * GIB }]);
  });
});
