import { describe, expect, test } from "vitest";
import { deviceCatalog } from "../../hardware/index.ts";
import { SERVER_SCHEMES } from "../../recipe/index.ts";
import { TENSOR_TYPES } from "../../weights/index.ts";
import { capabilityOf, kernelFor, KERNELS, RUNTIME_ROWS, runsOn, type Chip } from "./index.ts";

const { CATALOG } = await deviceCatalog();
const chip = (said: Partial<Chip>): Chip => ({
  vendor: "nvidia",
  backend: "cuda",
  features: [],
  os: "linux",
  arch: "x64",
  ...said,
});

test("every row has a source, a date, a program and stored types that exist", () => {
  const known = new Set([...TENSOR_TYPES.keys(), ...SERVER_SCHEMES.map(({ id }) => id)]);
  for (const row of KERNELS) {
    expect(row.source.length, row.name).toBeGreaterThan(8);
    expect(row.date).toMatch(/^20\d\d-\d\d(-\d\d)?$/);
    expect(row.versions).not.toBe("");
    expect(RUNTIME_ROWS.map(({ id }) => id)).toContain(row.runtime);
    expect(row.stores.length).toBeGreaterThan(0);
    for (const stored of row.stores) expect(known, `${row.runtime} ${row.name}`).toContain(stored);
  }
  for (const { strengths, costs, title } of RUNTIME_ROWS) {
    for (const { says, source, date } of [...strengths, ...costs]) {
      expect(says.length, title).toBeGreaterThan(10);
      expect(source.length, title).toBeGreaterThan(2);
      expect(date).toMatch(/^20\d\d-\d\d-\d\d$/);
    }
    expect(strengths.length * costs.length).toBeGreaterThan(0);
  }
});

describe("which chips a rule lets in", () => {
  test("a chip whose capability is not known passes no rule that asks for one", () => {
    for (const row of KERNELS.filter(({ on }) => on.from !== undefined || on.targets !== undefined))
      expect(runsOn(row.on, chip({ vendor: row.on.vendor ?? "nvidia" })), row.name).toBe(false);
  });

  test.each([
    ["8.9", "fp8", "vllm", "native"],
    ["8.6", "fp8", "vllm", "unpacked"],
    ["7.5", "fp8", "vllm", "unpacked"],
    ["7.0", "fp8", "vllm", undefined],
    ["12.0", "nvfp4", "vllm", "native"],
    ["8.9", "nvfp4", "vllm", "unpacked"],
    ["8.9", "nvfp4", "sglang", undefined],
    ["12.0", "NVFP4", "llama.cpp", "native"],
    ["10.0", "NVFP4", "llama.cpp", "unpacked"],
    ["6.1", "awq", "vllm", undefined],
    ["6.1", "Q4_K", "llama.cpp", "unpacked"],
    ["8.6", "exl3-4bpw", "exllama", "unpacked"],
    ["6.1", "exl3-4bpw", "exllama", undefined],
  ] as const)("capability %s, %s with %s: %s", (target, stored, runtime, grade) => {
    expect(kernelFor(runtime, stored, chip({ target }))?.grade).toBe(grade);
  });

  test("ternary types have kernels through Vulkan and on processors, NVFP4 has none on Metal", () => {
    expect(kernelFor("llama.cpp", "TQ1_0", chip({ target: "8.9" }))).toBeUndefined();
    expect(kernelFor("llama.cpp", "TQ1_0", chip({ backend: "vulkan" }))).toBeDefined();
    const apple = chip({ vendor: "apple", backend: "metal", os: "darwin", arch: "arm64" });
    expect(kernelFor("llama.cpp", "NVFP4", apple)).toBeUndefined();
    expect(kernelFor("llama.cpp", "MXFP4", apple)).toBeDefined();
    const host = chip({ vendor: "generic", backend: "cpu" });
    expect(kernelFor("llama.cpp", "TQ1_0", host)?.grade).toBe("slow");
    expect(kernelFor("llama.cpp", "Q4_K", { ...host, features: ["avx2"] })?.name).toContain("AVX2");
  });
});

test("llama.cpp has a kernel for every usual type on every card of the catalog", () => {
  const types = [
    "F32",
    "F16",
    "BF16",
    "Q8_0",
    "Q6_K",
    "Q5_K",
    "Q4_K",
    "Q3_K",
    "Q2_K",
    "IQ4_XS",
    "IQ3_XXS",
    "IQ1_M",
    "MXFP4",
  ];
  const backends = { nvidia: "cuda", amd: "rocm", apple: "metal", intel: "sycl" } as const;
  for (const { id, vendor, target, class: line } of CATALOG) {
    if (line === "cpu" || !(vendor in backends)) continue;
    const backend = backends[vendor as keyof typeof backends];
    const of = chip({ vendor, backend, ...(target === undefined ? {} : { target }) });
    for (const type of types) expect(kernelFor("llama.cpp", type, of), `${id} ${type}`).toBeDefined();
    for (const type of types) expect(kernelFor("llama.cpp", type, { ...of, backend: "vulkan" }), id).toBeDefined();
    if (vendor === "nvidia") expect(capabilityOf(of), id).toBeGreaterThanOrEqual(6);
  }
});
