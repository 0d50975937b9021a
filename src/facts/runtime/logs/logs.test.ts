import { assert, constantFrom, nat, property, string, array, integer } from "fast-check";
import { describe, expect, it } from "vitest";
import { compareMemory } from "./compare.ts";
import { LogReader, readLog, type EngineLog } from "./log.ts";
import { printMiB } from "./print.ts";

const sizes = ({ terms }: EngineLog) =>
  terms.map(({ device, term, sizes: lines }) => `${device} ${term} ${lines.map(({ printed }) => printed).join("+")}`);

/** llama-server of 2026, one device-less machine, a model with a window cache; preceded by the fit step's dry run. */
const SERVER = `
0.00.012.345 I cmn  common_param: common_params_print_info: verbosity = 4 (adjust with the \`-lv N\` CLI arg)
0.01.000.000 I common_memory_breakdown_print: | memory breakdown [MiB] | total   free    self   model   context   compute    unaccounted |
0.01.000.001 I common_memory_breakdown_print: |   - Host               |                  310 =   250 +      40 +      20                |
0.01.000.002 I common_memory_breakdown_print: |   - CPU_REPACK         |                   15 =    15 +       0 +       0                |
0.01.100.000 I llama_model_loader: loaded meta data with 40 key-value pairs and 300 tensors from models/window.gguf (version GGUF V3 (latest))
0.02.000.000 I load_tensors: loading model tensors, this can take a while... (load_mode = mmap)
0.02.100.000 I load_tensors:   CPU_Mapped model buffer size =   250.44 MiB
0.02.100.001 I load_tensors:   CPU_REPACK model buffer size =    15.02 MiB
0.02.200.000 I llama_context: constructing llama_context
0.02.200.001 I llama_context: n_ctx_seq             = 3072
0.02.200.002 I llama_context: n_ctx_seq (3072) < n_ctx_train (32768) -- the full capacity of the model will not be utilized
0.02.200.003 I llama_context:        CPU  output buffer size =     1.00 MiB
0.02.200.004 I llama_kv_cache_iswa: creating non-SWA KV cache, size = 3072 cells
0.02.200.005 I llama_kv_cache:        CPU KV buffer size =     9.00 MiB
0.02.200.006 I llama_kv_cache: size =    9.00 MiB (  3072 cells,   3 layers,  1/1 seqs), K (f16):    4.50 MiB, V (f16):    4.50 MiB
0.02.200.007 I llama_kv_cache_iswa: creating     SWA KV cache, size = 768 cells
0.02.200.008 I llama_kv_cache:        CPU KV buffer size =    31.88 MiB
0.02.200.009 I llama_kv_cache: size =   31.88 MiB (   768 cells,  15 layers,  2/2 seqs), K (q8_0):   15.94 MiB, V (q8_0):   15.94 MiB
0.02.200.010 I resolve_fused_ops: Flash Attention enabled
0.02.200.011 I sched_reserve:        CPU compute buffer size =    20.55 MiB
0.02.200.012 I sched_reserve: graph: nodes = 812, splits = 1, input objects = 4, input tensors = 13
0.02.300.000 I srv    load_model: initializing, n_slots = 1, n_ctx_slot = 3072, kv_unified = 'false'
`.split("\n");

/** Two devices and the host, closed at the end, as node-llama-cpp hands lines over. */
const DEVICES = `
llama_prepare_model_devices: using device Vulkan0 (Some Graphics (DRIVER 1.2, 8 bits)) (unknown id) - 4096 MiB free
llama_prepare_model_devices: using device Vulkan1 (Some Graphics (DRIVER 1.2, 8 bits)) (0000:c1:00.0) - 2048 MiB free
llama_model_loader: loaded meta data with 33 key-value pairs and 272 tensors from models/a.gguf (version GGUF V3 (latest))
load_tensors: offloaded 21/33 layers to GPU
load_tensors:   CPU_Mapped model buffer size =   104.20 MiB
load_tensors:      Vulkan0 model buffer size =    31.17 MiB
load_tensors:      Vulkan1 model buffer size =    57.81 MiB
llama_context: constructing llama_context
llama_context: n_outputs_max         = 512
llama_context: Vulkan_Host  output buffer size =     0.25 MiB
llama_kv_cache:        CPU KV buffer size =    36.00 MiB
llama_kv_cache:    Vulkan0 KV buffer size =    33.00 MiB
llama_kv_cache:    Vulkan1 KV buffer size =    30.00 MiB
llama_kv_cache: size =   99.00 MiB (  4096 cells,  33 layers,  1/1 seqs), K (f16):   49.50 MiB, V (f16):   49.50 MiB
sched_reserve:    Vulkan0 compute buffer size =    18.80 MiB
sched_reserve:    Vulkan1 compute buffer size =    97.12 MiB
sched_reserve: Vulkan_Host compute buffer size =     7.26 MiB
sched_reserve: graph nodes  = 941
sched_reserve: graph splits = 131 (with bs=512), 3 (with bs=1)
~llama_context:    Vulkan0 compute buffer size is  18.7997 MiB, matches expectation of  18.7997 MiB
~llama_context:    Vulkan1 compute buffer size is  97.1250 MiB, matches expectation of  97.1250 MiB
~llama_context: Vulkan_Host compute buffer size is   7.2637 MiB, matches expectation of   7.2637 MiB
`.split("\n");

describe("log of llama-server", () => {
  const log = readLog(SERVER);

  it("reads sizes by place and term, window and whole cache together", () => {
    expect(sizes(log)).toEqual([
      "host weights 250.44",
      "host repacked 15.02",
      "host output 1.00",
      "host kv 9.00+31.88",
      "host compute 20.55",
    ]);
    expect(log.missing).toBeUndefined();
  });

  it("reads caches, context, graph, slots and the dry run's table", () => {
    expect(log.caches).toMatchObject([
      {
        window: false,
        cells: 3072,
        layers: 3,
        sequences: 1,
        streams: 1,
        typeK: "f16",
        typeV: "f16",
        bytes: 9 * 2 ** 20,
      },
      {
        window: true,
        cells: 768,
        layers: 15,
        sequences: 2,
        streams: 2,
        typeK: "q8_0",
        typeV: "q8_0",
        bytes: 33_428_603,
      },
    ]);
    expect(log.contextPerSequence).toBe(3072);
    expect(log.graph).toEqual({ nodes: 812, splits: 1 });
    expect(log.flashAttention).toBe(true);
    expect(log.slots).toEqual({ slots: 1, cells: 3072, unified: false });
    expect(log.breakdown.map(({ name, selfMiB, modelMiB }) => [name, selfMiB, modelMiB])).toEqual([
      ["Host", 310, 250],
      ["CPU_REPACK", 15, 15],
    ]);
  });

  it("reads the same from --log-jsonl", () => {
    const lines = SERVER.map((line, time) => {
      const msg = `${line.replace(/^\S+ [IWED] (?:srv|cmn|slot)?\s*/, "")}\n`;
      return JSON.stringify({ type: "log", time, level: "info", msg });
    });
    const data =
      '{"type":"fit_memory_breakdown","data":{"unit":"MiB","rows":[{"kind":"host","name":"Host","self":1}]}}';
    expect(readLog([data, ...lines])).toEqual(log);
  });

  it("counts the last group: a dry run and a context before it do not", () => {
    const again = SERVER.map((line) => line.replace("31.88 MiB", "63.75 MiB").replace("20.55", "22.00"));
    expect(sizes(readLog([...SERVER, ...again]))).toContain("host kv 9.00+63.75");
    const dry = ["llama_model_loader: loaded meta data", "load_tensors: CUDA0 model buffer size = 0.00 MiB"];
    expect(readLog([...dry, ...SERVER])).toEqual(log);
  });

  it("takes the later of two reservations in one context", () => {
    const later = [
      ...SERVER,
      "sched_reserve:        CPU compute buffer size =    24.10 MiB",
      "sched_reserve: graph: nodes = 900, splits = 2",
    ];
    expect(sizes(readLog(later))).toContain("host compute 24.10");
    expect(readLog(later).graph).toEqual({ nodes: 900, splits: 2 });
  });

  it("says why there is nothing to compare with", () => {
    const quiet = SERVER.filter((line) => !line.includes("MiB")).map((line) =>
      line.replace("verbosity = 4", "verbosity = 3"),
    );
    expect(readLog(quiet).missing).toBe("no memory lines: started without -lv 4");
    expect(readLog([]).missing).toBe("no memory lines: started without -lv 4");
    expect(readLog(SERVER.slice(0, 3)).missing).toBe("no memory lines: it ended before memory was placed");
  });
});

describe("log with devices", () => {
  it("reads sizes by device, exact ones from when the context closed", () => {
    expect(sizes(readLog(DEVICES))).toEqual([
      "host weights 104.20",
      "host output 0.25",
      "host kv 36.00",
      "host compute 7.2637",
      "Vulkan0 weights 31.17",
      "Vulkan0 kv 33.00",
      "Vulkan0 compute 18.7997",
      "Vulkan1 weights 57.81",
      "Vulkan1 kv 30.00",
      "Vulkan1 compute 97.1250",
    ]);
  });

  it("reads devices and how much lies on them", () => {
    const log = readLog(DEVICES);
    expect(log.devices).toEqual([
      { label: "Vulkan0", name: "Some Graphics (DRIVER 1.2, 8 bits)", freeBytes: 4 * 2 ** 30 },
      { label: "Vulkan1", name: "Some Graphics (DRIVER 1.2, 8 bits)", freeBytes: 2 * 2 ** 30 },
    ]);
    expect(log.offloaded).toEqual({ layers: 21, of: 33 });
    expect(log.settings["n_outputs_max"]).toBe("512");
    expect(log.graph).toEqual({ nodes: 941, splits: 131 });
  });

  it("does not take the exact size of another context that closed later", () => {
    const other = "~llama_context:    Vulkan1 compute buffer size is  50.0000 MiB, matches expectation of  50.0000 MiB";
    expect(sizes(readLog([...DEVICES, other]))).toContain("Vulkan1 compute 97.12");
  });

  it.each([
    ["load_tensors: CUDA1 model buffer size = 1.00 MiB", "CUDA1 weights 1.00"],
    ["llm_load_tensors:      CUDA0 buffer size = 2.00 MiB", "CUDA0 weights 2.00"],
    ["load_tensors:        CUDA_Host model buffer size = 3.00 MiB", "host weights 3.00"],
    ["load_tensors:  MTL0_Mapped model buffer size = 4.00 MiB", "MTL0 weights 4.00"],
    ["load_tensors: Metal_Mapped model buffer size = 4.00 MiB", "MTL0 weights 4.00"],
    ["load_tensors:   CPU_AARCH64 model buffer size = 5.00 MiB", "host repacked 5.00"],
    ["llama_kv_cache_unified:      ROCm0 KV buffer size = 6.00 MiB", "ROCm0 kv 6.00"],
    ["llama_memory_recurrent:      SYCL0 RS buffer size = 7.00 MiB", "SYCL0 recurrent 7.00"],
    ["llama_adapter_lora_init_impl: CPU_Mapped LoRA buffer size = 0.88 MiB", "host lora 0.88"],
    ["llama_context:  SYCL_Host compute buffer size = 8.00 MiB", "host compute 8.00"],
    ["llama_context: RPC0[10.0.0.2:50052] compute buffer size = 9.00 MiB", "RPC0[10.0.0.2:50052] compute 9.00"],
  ])("reads %s", (line, expected) => {
    expect(sizes(readLog([line]))).toEqual([expected]);
  });

  it("reads a device's row of the table", () => {
    const rows = readLog([
      "common_memory_breakdown_print: |   - CUDA0 (RTX 4090) | 24081 = 19030 + ( 4500 =  3900 +     400 +     200) +        551 |",
      "common_memory_breakdown_print: |   - MTL0 (M9)        | 12000 =  9000 + ( 4500 =  3900 +     400 +     200) +      -1500 |",
    ]).breakdown;
    expect(rows[0]).toEqual({
      name: "CUDA0 (RTX 4090)",
      totalMiB: 24081,
      freeMiB: 19030,
      selfMiB: 4500,
      modelMiB: 3900,
      contextMiB: 400,
      computeMiB: 200,
    });
    expect(rows[1]!.selfMiB).toBe(4500);
  });
});

describe("compare at print precision", () => {
  const MIB = 2 ** 20;
  const predicted = (kv: number, compute: number) => [{ label: "Vulkan1", terms: { kv, compute } }];
  const row = (term: string, rows: ReturnType<typeof compareMemory>) =>
    rows.find((one) => one.device === "Vulkan1" && one.term === term)!;

  it("calls equal what prints the same digits, and only that", () => {
    const { terms } = readLog(DEVICES);
    expect(row("kv", compareMemory(predicted(30 * MIB, 0), terms)).equal).toBe(true);
    expect(row("kv", compareMemory(predicted(30.005 * MIB + 1, 0), terms)).equal).toBe(false);
    expect(row("compute", compareMemory(predicted(0, 97.125 * MIB), terms))).toMatchObject({
      equal: true,
      residualBytes: 0,
    });
    expect(row("compute", compareMemory(predicted(0, 97.125 * MIB + 100), terms)).equal).toBe(false);
  });

  it("rounds ties as printf does", () => {
    const { terms } = readLog(DEVICES.filter((line) => !line.startsWith("~")));
    expect(row("compute", compareMemory(predicted(0, 97.125 * MIB), terms)).equal).toBe(true);
  });

  it("takes a sum of rounded lines as the interval it is", () => {
    const { terms } = readLog(SERVER);
    const kv = (bytes: number) =>
      compareMemory([{ label: "CPU", terms: { kv: bytes } }], terms).find(({ term }) => term === "kv")!;
    expect(kv(9 * MIB + 31.875 * MIB)).toMatchObject({ equal: true, printed: "9.00 + 31.88" });
    expect(kv(9 * MIB + 31.895 * MIB).equal).toBe(false);
  });

  it("adds up what is predicted for one place under several names", () => {
    const { terms } = readLog(DEVICES);
    const rows = compareMemory(
      [
        { label: "CPU", terms: { weights: 104.2 * MIB } },
        { label: "Vulkan_Host", terms: { compute: Math.round(7.2637 * MIB) } },
      ],
      terms,
    );
    expect(rows.filter(({ device, equal }) => device === "host" && equal).map(({ term }) => term)).toEqual([
      "weights",
      "compute",
    ]);
  });

  it("shows what was not predicted and what was not there", () => {
    const rows = compareMemory([{ label: "Vulkan1", terms: { recurrent: 5, lora: 0 } }], readLog(DEVICES).terms);
    expect(row("recurrent", rows)).toEqual({ device: "Vulkan1", term: "recurrent", predictedBytes: 5, equal: false });
    expect(row("lora", rows).equal).toBe(true);
    expect(row("kv", rows)).toMatchObject({ equal: false, printed: "30.00" });
    expect(row("kv", rows)).not.toHaveProperty("predictedBytes");
  });
});

describe("properties", () => {
  it("prints MiB to nearest, and reads back what it printed", () => {
    assert(
      property(nat({ max: 2 ** 46 }), integer({ min: 0, max: 4 }), (bytes, decimals) => {
        const printed = printMiB(bytes, decimals);
        expect(Math.abs(Number(printed) - bytes / 2 ** 20)).toBeLessThanOrEqual(0.5 * 10 ** -decimals + 1e-9);
        const log = readLog([`load_tensors: CUDA0 model buffer size = ${printMiB(bytes, 2).padStart(8)} MiB`]);
        expect(compareMemory([{ label: "CUDA0", terms: { weights: bytes } }], log.terms)[0]!.equal).toBe(true);
      }),
    );
  });

  it("takes any line, and damaged ones, without a complaint", () => {
    const piece = constantFrom(...SERVER, ...DEVICES, '{"type":"log","msg":', '{"type":1}', "{");
    const damaged = array(piece, { maxLength: 30 });
    assert(
      property(damaged, array(nat(200)), string(), (lines, cuts, junk) => {
        const reader = new LogReader();
        lines.forEach((line, index) =>
          reader.add(line.slice(0, cuts[index] ?? line.length) + (index % 3 === 0 ? junk : "")),
        );
        for (const { bytes } of reader.read().terms) expect(bytes).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
