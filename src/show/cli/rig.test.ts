// Rigs written by hand and the device look-up, as commands in processes of their own, with a small random-weight model.
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomModel } from "../../facts/model/index.ts";
import { seededRandom } from "../../facts/units/index.ts";
import { answerForm, runLoadout, type Ended, widest } from "./testing/command-line.ts";
import { TINY_GEOMETRY } from "./testing/tiny-model.ts";

let folder: string;
let model: string;
let valid: (value: unknown) => unknown;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-rig-"));
  model = join(folder, "tiny.gguf");
  await writeFile(model, randomModel(TINY_GEOMETRY, seededRandom(7), "F32"));
  valid = await answerForm();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const loadout = (...args: string[]): Promise<Ended> => runLoadout(folder, args);

test("fit on a rig written by hand names what is taken, inside 80 columns, and asks nothing of this machine", async () => {
  const { code, stdout, stderr } = await loadout(
    "fit",
    model,
    "--gpu",
    "rtx-3090",
    "--gpu",
    "rtx-4060",
    "--ram",
    "64GB",
  );
  expect(code, stderr).toBe(0);
  // what is free on this machine's disk is of the moment
  const text = stdout.replaceAll(model, "tiny.gguf").replace(/\nthe file is here[^]*?\n\n/, "\n\n");
  expect(widest(text)).toBeLessThanOrEqual(80);
  expect(text.slice(0, text.indexOf("\nspeed"))).toMatchInlineSnapshot(`
    "Tiny random llama  F32, 469 kB, 115k parameters, llama
    on GeForce RTX 3090 24 GiB + GeForce RTX 4060 8 GiB + any x86 processor (8
    cores) + 64 GiB RAM
    with llama-server b11434 (cuda), goal interactive

    fits: 7.22 GiB to spare of 8 GiB on CUDA1

    memory in use               5.09 GiB  ████████████████  2.46 GiB to 12.9 GiB
      host                      3.25 GiB  ██████████▎·····  1.16 GiB to 9.34 GiB
        weights (CPU_Mapped)      80 KiB  ················  header
        output buffer           1.25 KiB  ················  formula
          (CUDA_Host)
        compute buffer          22.3 MiB  ▏···············  formula
          (CUDA_Host)
        the engine's process     170 MiB  ▌···············  110 MiB to 300 MiB
        kept by the firmware     1.6 GiB  █████···········  655 MiB to 5.12 GiB
        system and desktop      1.46 GiB  ████▋···········  400 MiB to 3.91 GiB
      CUDA0                     1.06 GiB  ███▍············  696 MiB to 2.54 GiB
        weights (CUDA0)          369 KiB  ················  header
        KV cache (CUDA0)           1 MiB  ················  formula
        compute buffer (CUDA0)  3.68 MiB  ················  formula
        driver context           300 MiB  ▉···············  250 MiB to 460 MiB
        run-time pools          8.07 MiB  ················  72 KiB to 32.5 MiB
        rounding of buffers     2.96 MiB  ················  0 B to 2.96 MiB
        kept by the driver       470 MiB  █▌··············  440 MiB to 500 MiB
        desktop                  300 MiB  ▉···············  1 MiB to 1.56 GiB
      CUDA1                      793 MiB  ██▍·············  631 MiB to 1002 MiB
        driver context           380 MiB  █▏··············  280 MiB to 460 MiB
        run-time pools          8.07 MiB  ················  72 KiB to 32.5 MiB
        kept by the driver       390 MiB  █▎··············  350 MiB to 480 MiB
        idle without a screen     15 MiB  ················  1 MiB to 30 MiB

    RAM while it serves
      prompt cache  up to 8 GiB  0 to -cram 8192 MiB; a full slot's state is 1.05
                                 MiB; -cram 0 keeps none

    settings
      users               1  one person waits for each token, so nothing shares the
                             machine
      context            4k  the model was trained for 4k
      micro-batch       512  a step of 512 tokens takes 70.4 us: a stop is heard by
                             then, and nobody else waits for it
      kv type           f16  full quality; a smaller type is worth it only when
                             context does not fit
      layers on device    3  the whole model fits: nothing crosses the bus per token
      threads             7  one core is left to everything else, until a short
                             measurement at the start says better
    "
  `);
  expect(existsSync(join(folder, "home", "cache"))).toBe(false);
});

test("a count and a name that the shell takes apart are one wish", async () => {
  const { code, stdout } = await loadout("fit", "--gpu", "2x", "rtx-3090", model, "--json");
  expect(code).toBe(0);
  const answer = JSON.parse(stdout);
  expect(valid(answer)).toBe("valid");
  expect(answer.rig.devices.map(({ catalogId }: { catalogId: string }) => catalogId)).toEqual([
    "nvidia-geforce-rtx-3090",
    "nvidia-geforce-rtx-3090",
  ]);
  expect(answer.verdict.now.places[0].whole).toBe(true);
  expect(answer.assumptions).toContain("32 GiB of RAM, since none was named (--ram 64GB)");
});

test("a card known by its memory, a processor alone and a chip that shares its RAM are rigs too", async () => {
  const card = await loadout("fit", model, "--vram", "24GB");
  expect(card.stdout).toContain("so no pace is claimed");
  const alone = await loadout("fit", model, "--ram", "64GB:ddr5-6000");
  expect(alone.stdout).toMatch(/on any x86 processor \(8 cores\) \+ 64 GiB RAM/);
  const chip = await loadout("explain", model, "--gpu", "strix halo 128gb", "--backend", "vulkan");
  expect(chip.stdout).toContain("may take 64 GiB of its 128 GiB");
  for (const { code, stdout } of [card, alone, chip]) {
    expect(code).toBe(0);
    expect(widest(stdout.replaceAll(model, "tiny.gguf"))).toBeLessThanOrEqual(80);
  }
});

test.each([
  [["fit", "m.gguf", "--gpu", "rtx-309"], "nvidia-geforce-rtx-3090"],
  [["fit", "m.gguf", "--gpu", "rtx-3060"], "nvidia-geforce-rtx-3060-12-gb"],
  [["fit", "m.gguf", "--gpu", "m4"], "apple-m4:32GB"],
  [["fit", "m.gguf", "--gpu", "rtx-3090", "--verify"], "Leave out --verify"],
  [["fit", "m.gguf", "--ram", "64GB", "--link", "10Gb/s"], "--node NAME:RIG"],
  [["gpus", "qwertz"], "none is called alike"],
  [["gpus", "--min-memory", "much"], "24GB"],
])("%j is a wrong question: exit 2, and it says %j", async (args, said) => {
  const { code, stderr } = await loadout(...args);
  expect(stderr.replaceAll(/\s+/g, " ")).toContain(said);
  expect(code).toBe(2);
});

test("gpus shows one device whole, with what of its memory a model can have and where each figure is from", async () => {
  const { code, stdout } = await loadout("gpus", "rtx", "3090");
  expect(code).toBe(0);
  expect(stdout).toMatchInlineSnapshot(`
    "GeForce RTX 3090  nvidia-geforce-rtx-3090
    nvidia, consumer, Ampere, 8.6

    on the label           24 GB  GDDR6X
    the driver counts     24 GiB  as a published log shows it
    kept by the driver   470 MiB  440 MiB to 500 MiB: CUDA counts 452 MiB less than
                                  nvidia-smi on an RTX 3090, 470 on an RTX 5060 Ti,
                                  484 on an RTX 4090
    desktop              300 MiB  1 MiB to 1.56 GiB: nothing to 30 MiB without a
                                  screen, 200 to 500 for a desktop, 1.6 GB for KDE
                                  with a browser
    left for a model    23.2 GiB  and its driver context, usually

    bandwidth                    936 GB/s  384 bits of GDDR6X
    half precision, matrix    142 TFLOP/s  from the architecture and the boost clock
      sums in single         71.2 TFLOP/s  from the architecture and the boost clock
    8 bit                       285 TOP/s  from the architecture and the boost clock
    half precision, shaders  35.6 TFLOP/s
    single precision         35.6 TFLOP/s
    units                              82
    power                           350 W
    PCIe                          4.0 x16

    source: RightNow GPU Database, commit dfb3c9a (Apache-2.0); matrix rates from
    the architecture and the boost clock
    next: loadout fit MODEL --gpu nvidia-geforce-rtx-3090
    "
  `);
});

test("gpus lists what a name may mean, what words find, and what filters leave", async () => {
  const names = async (...args: string[]) => {
    const { code, stdout } = await loadout("gpus", ...args, "--json");
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(valid(answer)).toBe("valid");
    return answer.devices.map(({ id }: { id: string }) => id);
  };
  expect(await names("rtx-3060")).toEqual(["nvidia-geforce-rtx-3060-8-gb", "nvidia-geforce-rtx-3060-12-gb"]);
  expect(await names("battlemage", "workstation")).toEqual([
    "intel-arc-pro-b50",
    "intel-arc-pro-b60",
    "intel-arc-pro-b70",
  ]);
  expect(await names("--vendor", "intel", "--min-memory", "24GB")).toContain("intel-arc-pro-b60");
  expect((await loadout("gpus", "--vendor", "apple", "--min-memory", "1TB")).code).toBe(1);
  const all = await loadout("gpus");
  expect(widest(all.stdout)).toBeLessThanOrEqual(80);
  expect(all.stdout).not.toContain("DDR5-6000");
  expect((await loadout("gpus", "mi250x")).stdout).toContain("3.28 TB/s");
  expect((await loadout("gpus", "ddr5-6000-2ch")).stdout).toContain("--ram 64GB:ddr5-6000-2ch");
});
