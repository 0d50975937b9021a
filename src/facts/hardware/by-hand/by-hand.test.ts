import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LoadoutError } from "../../errors/index.ts";
import { CATALOG, findDevice } from "../catalog/index.ts";
import { raisedLimit } from "../usable/index.ts";
import { rigByHand, type RigWords } from "./index.ts";

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const ids = (words: RigWords) => rigByHand(words).rig.devices.map(({ catalogId }) => catalogId);

describe("devices by what people type", () => {
  it("takes none for a machine without a GPU, but not beside one", () => {
    expect(ids({ gpus: ["none"], ram: "16GB" })).toEqual([]);
    expect(ids({ gpus: ["CPU"] })).toEqual([]);
    expect(() => ids({ gpus: ["none", "rtx-3090"] })).toThrow(LoadoutError);
  });

  it.each([
    ["rtx-3090", "nvidia-geforce-rtx-3090"],
    ["RTX 3090", "nvidia-geforce-rtx-3090"],
    ["rtx3090", "nvidia-geforce-rtx-3090"],
    ["3090", "nvidia-geforce-rtx-3090"],
    ["NVIDIA GeForce RTX 3090", "nvidia-geforce-rtx-3090"],
    ["rtx-3090:24GB", "nvidia-geforce-rtx-3090"],
    ["4090", "nvidia-geforce-rtx-4090"],
    ["4090 D", "nvidia-geforce-rtx-4090-d"],
    ["4090 laptop", "nvidia-geforce-rtx-4090-laptop-gpu"],
    ["rtx 4090 48gb", "nvidia-geforce-rtx-4090-48-gb-mod"],
    ["4060 Ti 16GB", "nvidia-geforce-rtx-4060-ti-16-gb"],
    ["rtx4060ti16gb", "nvidia-geforce-rtx-4060-ti-16-gb"],
    ["rtx 3060 12gb", "nvidia-geforce-rtx-3060-12-gb"],
    ["rtx-3080:10GB", "nvidia-geforce-rtx-3080"],
    ["2080 ti", "nvidia-geforce-rtx-2080-ti"],
    ["2080ti 22gb", "nvidia-geforce-rtx-2080-ti-22-gb-mod"],
    ["a6000", "nvidia-rtx-a6000"],
    ["rtx 6000 ada", "nvidia-rtx-6000-ada-generation"],
    ["rtx pro 6000", "nvidia-rtx-pro-6000-blackwell"],
    ["P40", "nvidia-tesla-p40"],
    ["h100 sxm", "nvidia-h100-sxm5-80gb"],
    ["h200 nvl", "nvidia-h200-nvl"],
    ["7900xtx", "amd-rx-7900-xtx"],
    ["RX 7900 XT", "amd-rx-7900-xt"],
    ["r9700", "amd-ai-pro-r9700"],
    ["mi50 32gb", "amd-instinct-mi50-32gb"],
    ["b580", "intel-arc-b580"],
    ["arc a770 16gb", "intel-arc-a770-16gb"],
    ["m3-max-64gb", "apple-m3-max-40"],
    ["m3 max 36gb", "apple-m3-max-30"],
    ["M4 Max 128GB", "apple-m4-max-40"],
    ["m3 ultra 512gb", "apple-m3-ultra-80"],
    ["m2 ultra 192gb", "apple-m2-ultra"],
    ["strix halo 128gb", "amd-ryzen-ai-max-plus-395"],
    ["strix-halo-64gb", "amd-ryzen-ai-max-plus-395"],
    ["dgx spark", "nvidia-gb10-dgx-spark"],
    ["agx orin 64gb", "nvidia-jetson-agx-orin-64gb"],
    ["jetson orin nano", "nvidia-jetson-orin-nano-8gb"],
    ["thor", "nvidia-jetson-agx-thor-t5000-128gb"],
  ])("%s is %s", (typed, id) => {
    expect(ids({ gpus: [typed] })).toEqual([id]);
  });

  it("reaches every row by its own id and by its own name", () => {
    for (const row of CATALOG) {
      for (const typed of [row.id, row.name, row.id.toUpperCase(), ` ${row.name} `]) {
        expect(findDevice(typed), typed).toMatchObject({ kind: "found", row: { id: row.id } });
      }
    }
  });

  it("makes a device of every row that is one, in every size sold", () => {
    for (const row of CATALOG) {
      if (row.class === "cpu" || row.id === "amd-instinct-mi250x-2-gcd") continue;
      for (const size of row.memoryBytes) {
        const { rig } = rigByHand({ gpus: [`${row.id}:${size / GIB}GB`] });
        const [device] = rig.devices;
        expect(device!.catalogId, row.id).toBe(row.id);
        expect(device!.totalBytes! <= size && device!.totalBytes! > size * 0.45, row.id).toBe(true);
        expect(device!.freeBytes! > 0 && device!.freeBytes! <= device!.totalBytes!, row.id).toBe(true);
        for (const { lowBytes, bytes, highBytes, source } of device!.held!) {
          expect(lowBytes <= bytes && bytes <= highBytes).toBe(true);
          expect(source.length).toBeGreaterThan(10);
        }
      }
    }
  });

  it.each([
    ["rtx 3060", "device-ambiguous", "nvidia-geforce-rtx-3060-12-gb"],
    ["h100", "device-ambiguous", "nvidia-h100-nvl-94gb"],
    ["a100 80gb", "device-ambiguous", "nvidia-a100-pcie-80gb"],
    ["rtx-309", "device-not-found", "nvidia-geforce-rtx-3090"],
    ["qwertz", "device-not-found", "none is called alike"],
    ["ddr5-6000-2ch", "device-not-a-device", "--ram 64GB:ddr5-6000-2ch"],
    ["m4", "device-size-needed", "apple-m4:32GB"],
    ["strix halo", "device-size-needed", "amd-ryzen-ai-max-plus-395:128GB"],
    ["0x rtx-3090", "bad-quantity", "2xrtx-3090"],
    ["16x rtx-3090", "bad-quantity", "2xrtx-3090"],
    ["", "bad-quantity", "rtx-3090"],
  ])("%s is refused as %s, and the hint says %s", (typed, code, hint) => {
    const refused = caught({ gpus: [typed] });
    expect(refused.code).toBe(code);
    expect(refused.hint).toContain(hint);
  });
});

describe("a rig", () => {
  it("has its devices in the order written, each as often as it is counted", () => {
    const [a, b] = ["nvidia-geforce-rtx-3090", "nvidia-geforce-rtx-4060"];
    expect(ids({ gpus: ["rtx-3090", "rtx-4060"], ram: "64GB" })).toEqual([a, b]);
    for (const twice of ["2x rtx-3090", "2xrtx-3090", "2×rtx-3090", "rtx-3090 x2", "2 x RTX 3090"])
      expect(ids({ gpus: [twice] }), twice).toEqual([a, a]);
    expect(ids({ gpus: ["rtx-4060 + 2x rtx-3090"] })).toEqual([b, a, a]);
    expect(rigByHand({ gpus: ["2x rtx-3090"] }).rig.devices.map(({ id }) => id)).toEqual(["GPU-0", "GPU-1"]);
  });

  it("counts what the driver counts, and takes off what is taken by name", () => {
    const [card] = rigByHand({ gpus: ["rtx-4090"] }).rig.devices;
    expect(card!.totalBytes).toBe(24564 * MIB);
    expect(card!.held!.map(({ key }) => key)).toEqual(["driver-reserve", "desktop"]);
    // published: 24,080 MiB for CUDA under Linux
    const reserve = card!.held![0]!;
    expect(24564 * MIB - reserve.lowBytes >= 24080 * MIB && 24564 * MIB - reserve.highBytes <= 24080 * MIB).toBe(true);
    const [windows] = rigByHand({ gpus: ["rtx-4090"], os: "win32" }).rig.devices;
    // published: 23,036 MiB free under Windows
    expect(windows!.totalBytes! - windows!.held!.reduce((sum, held) => sum + held.lowBytes, 0)).toBeGreaterThan(
      23036 * MIB,
    );
    expect(windows!.freeBytes).toBeLessThan(23036 * MIB);
    const [server] = rigByHand({ gpus: ["a100-pcie-40gb"] }).rig.devices;
    expect(server!.held!.map(({ label }) => label)).toEqual(["kept by the driver", "idle without a screen"]);
    const [p40] = rigByHand({ gpus: ["p40"] }).rig.devices;
    expect(p40!.totalBytes! - p40!.held!.find(({ key }) => key === "error-correction")!.highBytes).toBe(23040 * MIB);
  });

  it("takes a card by its memory alone, and claims no bandwidth for it", () => {
    const { rig, assumptions } = rigByHand({ vram: ["24GB", "2x 8GB"] });
    expect(rig.devices.map(({ totalBytes }) => totalBytes! / GIB)).toEqual([24, 8, 8]);
    expect(rig.devices.every(({ bandwidthBytesPerSec }) => bandwidthBytesPerSec === undefined)).toBe(true);
    expect(assumptions.join("\n")).toMatch(/^cuda for any card of 24 GiB: .*\n.*\n32 GiB of RAM, since none was named/);
  });

  it("without a card is its processor and RAM, with the bandwidth of the memory named", () => {
    expect(rigByHand({ ram: "64GB" }).rig).toMatchObject({ devices: [], host: { ramBytes: 64 * GIB, os: "linux" } });
    const named = rigByHand({ ram: "64GB:ddr5-6000" }).rig.host;
    expect(named.bandwidthBytesPerSec).toBe(96e9);
    expect(rigByHand({ ram: "512 GB epyc-9004-12ch" }).rig.host.bandwidthBytesPerSec).toBe(460.8e9);
    expect(caught({ ram: "64GB:ddr9" }).code).toBe("unknown-value");
    expect(caught({ ram: "lots" }).code).toBe("bad-quantity");
  });

  it("of one chip shares the RAM, and its limit can be raised by the command that is named", () => {
    const mac = rigByHand({ gpus: ["m3-max-64gb"] }).rig;
    expect(mac.host).toMatchObject({ ramBytes: 64 * GIB, os: "darwin", arch: "arm64" });
    expect(mac.devices[0]).toMatchObject({
      backend: "metal",
      memoryKind: "unified",
      freeBytes: Math.floor(64 * GIB * 0.81),
    });
    expect(raisedLimit(mac.devices[0]!, mac.host)).toMatchObject({
      bytes: 56 * GIB,
      command: "sudo sysctl iogpu.wired_limit_mb=57344",
    });
    const strix = rigByHand({ gpus: ["strix halo"], ram: "128GB" }).rig;
    expect(strix.devices[0]!.totalBytes).toBe(64 * GIB);
    expect(raisedLimit(strix.devices[0]!, strix.host)).toMatchObject({
      bytes: 124 * GIB,
      command: "kernel parameter ttm.pages_limit=32505856",
    });
    const spark = rigByHand({ gpus: ["dgx spark"] }).rig;
    expect(spark.devices[0]!.totalBytes! / GIB).toBeCloseTo(120.3, 1);
    expect(raisedLimit(spark.devices[0]!, spark.host)).toBeUndefined();
    const card = rigByHand({ gpus: ["3090"] }).rig;
    expect(raisedLimit(card.devices[0]!, card.host)).toBeUndefined();
  });

  it("claims no bandwidth of a name that stands for two memories, and takes no board for one device that is two", () => {
    const { rig, assumptions } = rigByHand({ gpus: ["gtx 1650"] });
    expect(rig.devices[0]!.bandwidthBytesPerSec).toBeUndefined();
    expect(assumptions.join()).toContain("unlike memories");
    expect(caught({ gpus: ["mi250x"] }).hint).toContain("2x amd-instinct-mi210");
  });

  it("over the network has the nodes' devices first, and the links", () => {
    const { rig } = rigByHand({ gpus: ["4090"], nodes: ["big:2xrtx-3090", "box:64GB"], links: ["10Gb/s"] });
    expect(rig.devices.map(({ id, node }) => [id, node])).toEqual([
      ["big/GPU-0", "big"],
      ["big/GPU-1", "big"],
      ["box/GPU-0", "box"],
      ["GPU-0", undefined],
    ]);
    expect(rig.links).toEqual([
      { between: ["host", "big"], kind: "network", bandwidthBytesPerSec: 1.25e9 },
      { between: ["host", "box"], kind: "network", bandwidthBytesPerSec: 1.25e9 },
    ]);
    expect(rigByHand({ nodes: ["mac:m3-max-64gb"] }).rig.links).toEqual([
      { between: ["host", "mac"], kind: "network" },
    ]);
  });

  it.each<[RigWords, string]>([
    [{ gpus: ["m3-max-64gb", "rtx-3090"] }, "rig-contradiction"],
    [{ gpus: ["m3-max-64gb"], ram: "32GB" }, "rig-contradiction"],
    [{ gpus: ["m3-max-64gb"], os: "linux" }, "rig-contradiction"],
    [{ gpus: ["rtx-3090"], os: "darwin" }, "rig-contradiction"],
    [{ gpus: ["rx-7900-xtx"], backend: "cuda" }, "rig-contradiction"],
    [{ gpus: ["8x 3090", "8x 4090"] }, "rig-contradiction"],
    [{ gpus: ["3090"], links: ["10Gb/s"] }, "rig-contradiction"],
    [{ nodes: ["a:3090"], links: ["10Gb/s", "1Gb/s"] }, "rig-contradiction"],
    [{ nodes: ["a:3090"], links: ["fast"] }, "bad-quantity"],
    [{ nodes: ["3090"] }, "bad-quantity"],
    [{ nodes: ["host:3090"] }, "bad-quantity"],
    [{ vram: ["rtx-3090"] }, "bad-quantity"],
    [{ vram: ["1KB"] }, "bad-quantity"],
  ])("%j is refused as %s", (words, code) => {
    expect(caught(words).code).toBe(code);
  });

  it("says every assumption once", () => {
    const { assumptions } = rigByHand({ gpus: ["2x 3090"], nodes: ["a:3090"] });
    expect(new Set(assumptions).size).toBe(assumptions.length);
  });

  it("of any words is a rig whose figures make sense, or a refusal from the table", () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom(...CATALOG.map(({ id }) => id)),
      fc.stringMatching(/^[0-9]{1,3}x? ?[a-z0-9 :+-]{0,16}$/),
      fc.stringMatching(/^[0-9.]{1,6} ?[kmgtp]?i?b?$/),
    );
    const some = fc.array(text, { maxLength: 3 });
    const words = fc.record({ gpus: some, vram: some, ram: text, nodes: some, links: some }, { requiredKeys: [] });
    fc.assert(
      fc.property(words, (typed) => {
        try {
          const { rig } = rigByHand(typed);
          expect(rig.devices.length).toBeLessThanOrEqual(15);
          for (const { totalBytes, freeBytes } of rig.devices) {
            expect(Number.isSafeInteger(totalBytes) && freeBytes! >= 0 && freeBytes! <= totalBytes!).toBe(true);
          }
          expect(rig.host.availableBytes >= 0 && rig.host.availableBytes <= rig.host.ramBytes).toBe(true);
        } catch (error) {
          if (!(error instanceof LoadoutError)) throw error;
        }
      }),
    );
  });
});

function caught(words: RigWords): LoadoutError {
  try {
    rigByHand(words);
  } catch (error) {
    if (error instanceof LoadoutError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(words)} was taken`);
}
