import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Vendor } from "../rig.ts";
import { matchDevice, type Sighting } from "./match.ts";

const MIB = 2 ** 20;
const GIB = 2 ** 30;

const card = (name: string, vendor: Vendor, mebibytes?: number, more: Partial<Sighting> = {}): Sighting => ({
  name,
  vendor,
  memoryKind: "discrete",
  ...(mebibytes === undefined ? {} : { totalBytes: mebibytes * MIB }),
  ...more,
});
const shared = (name: string, vendor: Vendor, more: Partial<Sighting> = {}): Sighting => ({
  name,
  vendor,
  memoryKind: "unified",
  ...more,
});

describe("cards, by what tools and engines call them", () => {
  it.each([
    // nvidia-smi and the CUDA back end
    [card("NVIDIA GeForce RTX 4090", "nvidia", 24564), "nvidia-geforce-rtx-4090"],
    [card("NVIDIA GeForce RTX 4090", "nvidia", 24080, { architecture: "8.9" }), "nvidia-geforce-rtx-4090"],
    [card("NVIDIA GeForce RTX 4090", "nvidia"), "nvidia-geforce-rtx-4090"],
    [card("NVIDIA GeForce RTX 4090", "nvidia", 49140), "nvidia-geforce-rtx-4090-48-gb-mod"],
    [card("NVIDIA GeForce RTX 4090 D", "nvidia", 24564), "nvidia-geforce-rtx-4090-d"],
    [card("RTX 4090 D", "unknown", 49140), "nvidia-geforce-rtx-4090-d"],
    [card("NVIDIA GeForce RTX 3060", "nvidia", 12288), "nvidia-geforce-rtx-3060-12-gb"],
    [card("NVIDIA GeForce RTX 3060", "nvidia", 8192), "nvidia-geforce-rtx-3060-8-gb"],
    [card("NVIDIA GeForce RTX 3080", "nvidia", 12288), "nvidia-geforce-rtx-3080-12-gb"],
    [card("NVIDIA GeForce RTX 3080", "nvidia", 10053), "nvidia-geforce-rtx-3080"],
    [card("NVIDIA GeForce RTX 2080 Ti", "nvidia", 22528), "nvidia-geforce-rtx-2080-ti-22-gb-mod"],
    [card("NVIDIA GeForce GTX 1060 6GB", "nvidia", 6144), "nvidia-geforce-gtx-1060-6-gb"],
    [card("NVIDIA GeForce RTX 4090 Laptop GPU", "nvidia", 16376), "nvidia-geforce-rtx-4090-laptop-gpu"],
    [card("NVIDIA GeForce RTX 3050 Laptop GPU", "nvidia", 6144), "nvidia-geforce-rtx-3050-laptop-gpu-6-gb"],
    [card("Tesla P40", "nvidia", 22919), "nvidia-tesla-p40"],
    [card("Tesla P100-PCIE-16GB", "nvidia", 16280), "nvidia-tesla-p100-pcie-16gb"],
    [card("Tesla V100-SXM2-32GB", "nvidia", 32494), "nvidia-tesla-v100-sxm2-32gb"],
    [card("Tesla T4", "nvidia", 15360), "nvidia-tesla-t4"],
    [card("NVIDIA A100-SXM4-80GB", "nvidia", 81920), "nvidia-a100-sxm4-80gb"],
    [card("NVIDIA A100 80GB PCIe", "nvidia", 81920), "nvidia-a100-pcie-80gb"],
    [card("NVIDIA A100-PCIE-40GB", "nvidia", 40339), "nvidia-a100-pcie-40gb"],
    [card("NVIDIA H100 80GB HBM3", "nvidia", 81559), "nvidia-h100-sxm5-80gb"],
    [card("NVIDIA H100 PCIe", "nvidia", 81559), "nvidia-h100-pcie-80gb"],
    [card("NVIDIA H200", "nvidia", 143771), "nvidia-h200-sxm-141gb"],
    [card("NVIDIA L40S", "nvidia", 46068), "nvidia-l40s"],
    [card("NVIDIA A10G", "nvidia", 23028), "nvidia-a10g"],
    [card("NVIDIA RTX A6000", "nvidia", 49140), "nvidia-rtx-a6000"],
    [card("NVIDIA RTX A2000 12GB", "nvidia", 12282), "nvidia-rtx-a2000-12-gb"],
    [card("NVIDIA RTX 6000 Ada Generation", "nvidia", 49140), "nvidia-rtx-6000-ada-generation"],
    [card("NVIDIA RTX PRO 6000 Blackwell Workstation Edition", "nvidia", 97247), "nvidia-rtx-pro-6000-blackwell"],
    [card("NVIDIA TITAN X (Pascal)", "nvidia", 12288), "nvidia-titan-x-pascal"],
    [card("Quadro RTX 8000", "nvidia", 48601), "nvidia-quadro-rtx-8000"],
    // ROCm, Vulkan, SYCL
    [card("AMD Radeon RX 7900 XTX", "amd", 24560, { architecture: "gfx1100" }), "amd-rx-7900-xtx"],
    [card("AMD Radeon RX 7900 XTX (RADV NAVI31)", "amd", 24560), "amd-rx-7900-xtx"],
    [card("Radeon RX 9060 XT", "amd", 16304), "amd-rx-9060-xt-16-gb"],
    [card("AMD Radeon PRO W7900", "amd", 49136), "amd-pro-w7900"],
    [card("AMD Instinct MI50/MI60", "amd", 16368), "amd-instinct-mi50-16gb"],
    [card("AMD Instinct MI210", "amd", 65520, { architecture: "gfx90a:sramecc+:xnack-" }), "amd-instinct-mi210"],
    [card("AMD Instinct MI300X", "amd", 196592), "amd-instinct-mi300x"],
    [card("Intel(R) Arc(TM) A770 Graphics", "intel", 16225), "intel-arc-a770-16gb"],
    [card("Intel(R) Arc(tm) B580 Graphics (BMG G21)", "intel", 12216), "intel-arc-b580"],
  ])("$0.name", (device, id) => expect(matchDevice(device)?.id).toBe(id));
});

describe("chips that share the host's memory", () => {
  it.each([
    [shared("Apple M2 Ultra", "apple"), 192, "apple-m2-ultra"],
    [shared("Apple M1 Max", "apple", { gpuCores: 24 }), 32, "apple-m1-max"],
    [shared("Apple M3 Max", "apple", { gpuCores: 30 }), 36, "apple-m3-max-30"],
    [shared("Apple M3 Max", "apple"), 128, "apple-m3-max-40"],
    [shared("Apple M3 Ultra", "apple", { gpuCores: 80 }), 256, "apple-m3-ultra-80"],
    [shared("NVIDIA GB10", "nvidia", { architecture: "12.1" }), 119.6, "nvidia-gb10-dgx-spark"],
    [shared("Orin", "nvidia", { architecture: "8.7" }), 61.4, "nvidia-jetson-agx-orin-64gb"],
    // most of the RAM set aside for graphics
    [shared("AMD Radeon(TM) 8060S Graphics", "amd", { architecture: "gfx1151" }), 31, "amd-ryzen-ai-max-plus-395"],
    [shared("Radeon 8060S Graphics (RADV STRIX_HALO)", "amd"), 124, "amd-ryzen-ai-max-plus-395"],
    [shared("Intel(R) Arc(TM) 140V GPU (16GB)", "intel"), 31.5, "intel-arc-140v"],
  ])("$0.name with $1 GiB", (device, gibibytes, id) =>
    expect(matchDevice(device, { ramBytes: gibibytes * GIB })?.id).toBe(id),
  );
});

it.each([
  ["a part of a card", card("NVIDIA H100 80GB HBM3 MIG 1g.10gb", "nvidia", 9984)],
  ["a virtual card", card("NVIDIA A40-24Q", "nvidia", 24576)],
  ["a laptop's card that has no row", card("NVIDIA RTX A3000 Laptop GPU", "nvidia", 6144)],
  ["a slower sibling", card("NVIDIA GeForce RTX 2060 with Max-Q Design", "nvidia", 6144)],
  ["a name cut off by a table", card("NVIDIA GeForce RTX 2080 ...", "nvidia", 8192)],
  ["several cards in one PCI name", card("Navi 31 [Radeon RX 7900 XT/7900 XTX/7900 GRE/7900M]", "amd", 24560)],
  ["two memories under one name", card("NVIDIA GeForce GTX 1650", "nvidia", 4096)],
  ["half of a board of two", card("AMD Instinct MI250X", "amd", 65520)],
  ["two sizes, size not seen", card("NVIDIA GeForce RTX 3080", "nvidia")],
  ["a size that the card was never sold with", card("NVIDIA GeForce RTX 4090", "nvidia", 16376)],
  [
    "another instruction set than the name's",
    card("NVIDIA GeForce RTX 4090", "nvidia", 24564, { architecture: "8.6" }),
  ],
  ["another maker", card("GeForce RTX 4090", "amd", 24564)],
  ["no more than a family", shared("AMD Radeon Graphics", "amd", { architecture: "gfx1151" })],
  ["the GPU of a virtual Mac", shared("Apple Paravirtual device", "apple")],
  ["two chips, cores not seen", shared("Apple M3 Ultra", "apple")],
  ["a memory system, which is no device", card("AMD EPYC 9004 12x DDR5-4800", "amd")],
  ["a program that draws", card("llvmpipe (LLVM 15.0.6, 256 bits)", "unknown")],
])("finds nothing for %s", (_, device) => expect(matchDevice(device, { ramBytes: 96 * GIB })).toBeUndefined());

it("takes the name of AMD's graphics from the processor where the driver does not say it", () => {
  const device = shared("AMD Radeon(TM) Graphics", "amd", { architecture: "gfx1151" });
  const idWith = (cpuModel: string) => matchDevice(device, { cpuModel })?.id;
  expect(idWith("AMD RYZEN AI MAX+ 395 w/ Radeon 8060S")).toBe("amd-ryzen-ai-max-plus-395");
  expect(idWith("AMD Ryzen 7 7840U w/ Radeon  780M Graphics")).toBeUndefined(); // gfx1103
  expect(idWith("AMD Ryzen 9 7950X 16-Core Processor")).toBeUndefined();
});

it("cannot tell an Orin Nano from its faster edition", () => {
  expect(matchDevice(shared("Orin", "nvidia"), { ramBytes: 7.4 * GIB })).toBeUndefined();
});

it("never throws, whatever a device is called", () => {
  fc.assert(
    fc.property(fc.string(), fc.option(fc.double(), { nil: undefined }), (name, totalBytes) => {
      matchDevice({ ...card(name, "nvidia"), ...(totalBytes === undefined ? {} : { totalBytes }) });
    }),
  );
});
