import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rigsByHand, type Rig } from "../../facts/hardware/index.ts";
import { modelCatalog, tensorList } from "../../facts/model/index.ts";
import { llamaCppBuild, LLAMACPP_CALLERS } from "../../facts/runtime/index.ts";
import { decodePace, prefillPace } from "../../predict/speed/index.ts";
import { READING, type FitRequest, type Wishes } from "../fit/index.ts";
import { outlined } from "../search/index.ts";
import { expertsInRam, layersInRam } from "./offload-ladder.ts";
import { chatUse, weighedInput } from "./offload-use.ts";
import { chatSettings, type OffloadQuestion } from "./offload-question.ts";
import type { Rung } from "./offload-rung.ts";
import { offload } from "./offload.ts";

const { findModel, geometryFromRow } = await modelCatalog();
const { rigByHand } = await rigsByHand();

function question(
  name: string,
  fileType: string,
  rig: Rig,
  more: Partial<Omit<OffloadQuestion, "request">> & { readonly wishes?: Wishes } = {},
): OffloadQuestion {
  const found = findModel(name);
  if (found.kind !== "found") throw new Error(`${name} is not one row`);
  const geometry = geometryFromRow(found.row)!;
  const { wishes = {}, ...rest } = more;
  const request: FitRequest = outlined(
    { geometry, shapes: tensorList(geometry)! },
    {
      goal: "interactive",
      wishes,
      rig,
      closable: { host: 0, devices: rig.devices.map(() => 0) },
      build: llamaCppBuild("b11434")!.build,
      caller: LLAMACPP_CALLERS["llama-server"],
    },
  ).exact(fileType);
  return { request, promptTokens: 1024, answerTokens: 256, jobs: 1000, targets: READING, ...rest };
}

const rig = (gpu: string, ram: string): Rig => rigByHand({ gpus: [gpu], ram }).rig;

const dense = question("qwen3-32b", "Q4_K_M", rig("rtx-4060-ti-16-gb", "64GB:ddr5-6000"));
const sparse = question("qwen3 30b a3b", "Q4_K_M", rig("rtx-4070", "64GB:ddr5-6000"));

const layersOf = ({ placement }: Rung) => 65 - Number(placement.gpuLayers);

const ladder = offload(dense);
const found = offload(sparse);

describe("the ladder", () => {
  test("goes from all on the GPU to nothing on it, with what fits first among the layers", () => {
    const kinds = [...new Set(ladder.rungs.map(({ kind }) => kind))];
    expect(kinds).toEqual(["whole", "cache", "layers", "prompts", "host"]);
    expect(ladder.rungs[0]!.chat.now.verdict).toBe("does not fit");
    const layers = ladder.rungs.filter(({ kind }) => kind === "layers");
    const least = layers.find(({ chat }) => chat.now.verdict !== "does not fit")!;
    const more = layersInRam(layersOf(least) - 1, 64);
    expect(chatUse(dense, more).now.verdict).toBe("does not fit");
  });

  test("places of every rung sum to its memory, and weights are all somewhere", () => {
    const stored = dense.request.tensors.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { name, chat, batch } of ladder.rungs) {
      for (const use of [chat, batch]) {
        const need = use.now.places.reduce((sum, place) => sum + place.need, 0);
        expect(need, name).toBe(use.memory!.value);
        expect(
          use.traffic.places.reduce((sum, place) => sum + place.storedBytes, 0),
          name,
        ).toBe(stored);
      }
    }
  });

  test("the best for a chat is the fastest that runs in memory", () => {
    const best = ladder.rungs[ladder.bestChat!]!;
    expect(best.kind).toBe("layers");
    const running = ladder.rungs.filter(({ chat }) => chat.now.verdict === "fits" || chat.now.verdict === "tight");
    for (const { chat } of running)
      expect(chat.decode!.tokensPerSec).toBeLessThanOrEqual(best.chat.decode!.tokensPerSec);
  });

  test("a job takes as long as its prompts and its answers, and its band holds it", () => {
    const { batch } = ladder.rungs[ladder.bestBatch!]!;
    const { value, low, high } = batch.seconds!;
    expect(value).toBeCloseTo(1000 * (1024 / batch.prefill!.tokensPerSec + 256 / batch.decode!.tokensPerSec), 6);
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
  });

  test("energy is counted where it is known: the card at its limit while it works, the host when somebody says", () => {
    const { energy, seconds } = ladder.rungs[ladder.bestBatch!]!.batch;
    expect(energy!.hostJoules).toBeUndefined();
    expect(energy!.deviceJoules).toBeCloseTo(energy!.deviceBusySeconds * 165, 0);
    expect(energy!.deviceBusySeconds).toBeLessThan(seconds!.value);
    const said = offload({ ...dense, hostWatts: 100 });
    const batch = said.rungs[said.bestBatch!]!.batch;
    expect(batch.energy!.hostJoules).toBeCloseTo(batch.seconds!.value * 100, 3);
  });

  test("a card of unknown bandwidth has no pace, so that nothing is called best", () => {
    const unknown = offload(question("qwen3-8b", "Q4_K_M", rigByHand({ vram: ["4GB"], ram: "64GB" }).rig));
    expect(unknown.bestChat).toBeUndefined();
    expect(unknown.bestBatch).toBeUndefined();
    expect(unknown.ends).toEqual([]);
  });
});

describe("more in RAM", () => {
  const paceOf = (asked: OffloadQuestion, placement: Parameters<typeof chatSettings>[1]) => {
    const { input } = weighedInput(asked.request, chatSettings(asked, placement));
    return decodePace({ ...input, fromDiskBytes: 0 }, 1024)!.tokensPerSec;
  };
  const cases: readonly (readonly [
    string,
    OffloadQuestion,
    (inRam: number) => Parameters<typeof chatSettings>[1],
    number,
  ])[] = [
    ["layers of a dense model", dense, (inRam) => layersInRam(inRam, 64), 65],
    ["layers of a sparse one", sparse, (inRam) => layersInRam(inRam, 48), 49],
    ["experts", sparse, expertsInRam, 48],
  ];

  test.each(cases)("is never faster: %s", (_, asked, placed, most) => {
    const paces = new Map<number, number>();
    const at = (inRam: number) => {
      const known = paces.get(inRam) ?? paceOf(asked, placed(inRam));
      paces.set(inRam, known);
      return known;
    };
    fc.assert(
      fc.property(fc.nat(most), fc.nat(most), (a, b) => {
        expect(at(Math.max(a, b))).toBeLessThanOrEqual(at(Math.min(a, b)) * (1 + 1e-9));
      }),
      { numRuns: 60 },
    );
  });

  test.each(cases)("never reads a prompt faster: %s", (_, asked, placed, most) => {
    const rates = new Map<number, number>();
    const at = (inRam: number) => {
      const { input } = weighedInput(asked.request, chatSettings(asked, placed(inRam)));
      const rate = rates.get(inRam) ?? prefillPace({ ...input, fromDiskBytes: 0 }, 1024)!.tokensPerSec;
      rates.set(inRam, rate);
      return rate;
    };
    fc.assert(
      fc.property(fc.nat(most), fc.nat(most), (a, b) => {
        expect(at(Math.max(a, b))).toBeLessThanOrEqual(at(Math.min(a, b)) * (1 + 1e-9));
      }),
      { numRuns: 15 },
    );
    // the knee: the first layer takes far more than any other, since from then on weights cross the slot
    expect(at(0) - at(2)).toBeGreaterThan(2 * (at(16) - at(18)));
  });

  test("costs the same per layer on the whole ladder, so that the first layer costs a chat most", () => {
    const ms = (inRam: number) => 1000 / paceOf(dense, layersInRam(inRam, 64));
    const perLayer = [4, 16, 32, 60].map((inRam) => (ms(inRam) - ms(2)) / (inRam - 2));
    // the mix gives some layers larger matrices
    for (const each of perLayer) expect(Math.abs(each / perLayer[0]! - 1)).toBeLessThan(0.15);
    const [none, eighth, quarter, half] = [0, 8, 16, 32].map((inRam) => paceOf(dense, layersInRam(inRam, 64)));
    // the knee: the first eighth takes more tokens per second than the next, and that more than each of the next two
    expect(none! - eighth!).toBeGreaterThan(1.3 * (eighth! - quarter!));
    expect(eighth! - quarter!).toBeGreaterThan((1.3 * (quarter! - half!)) / 2);
  });

  test("takes a step at the first layer in prompts: its weights cross the slot in every micro-batch", () => {
    const first = (inRam: number) => chatUse(dense, layersInRam(inRam, 64)).firstTokenMs!.value;
    const slot = (inRam: number) => chatUse(dense, layersInRam(inRam, 64)).traffic.slotBytesPerPrompt;
    expect(first(16)).toBeGreaterThan(first(0) * 1.2);
    // two micro-batches of the layers in RAM
    expect(slot(16) / slot(32)).toBeCloseTo(0.5, 1);
  });

  test("no rung that moves experts is slower than the one that moves as many whole layers", () => {
    for (const inRam of [12, 24, 48])
      expect(paceOf(sparse, expertsInRam(inRam))).toBeGreaterThan(paceOf(sparse, layersInRam(inRam, 48)));
  });
});

describe("where a chat ends", () => {
  test("one more layer misses a target, and the one before does not", () => {
    const [end] = ladder.ends;
    expect(end).toMatchObject({ moved: "layers", of: 65, missed: "decode" });
    const decode = (inRam: number) => chatUse(dense, layersInRam(inRam, 64)).decode!.tokensPerSec;
    expect(decode(end!.most)).toBeGreaterThanOrEqual(READING.decodePerSec);
    expect(decode(end!.most + 1)).toBeLessThan(READING.decodePerSec);
  });

  test("never where few experts are active", () => {
    expect(found.ends.find(({ moved }) => moved === "experts")).toMatchObject({ most: 48, of: 48 });
    const [exception] = found.exceptions;
    expect(exception!.case).toBe("few active experts");
    expect(exception!.decodePerSec!).toBeGreaterThan(5 * exception!.otherwisePerSec!);
    expect(exception!.readBytes! / exception!.storedBytes!).toBeCloseTo(8 / 128, 3);
  });

  test("a wanted pace beyond the card's own is missed from the start", () => {
    const targets = { ...READING, decodePerSec: 1000 };
    expect(offload({ ...dense, targets }).ends).toEqual([]);
  });
});

test("memory that is shared is named: nothing is freed by leaving it", () => {
  const chip = question("qwen3-8b", "Q4_K_M", rigByHand({ gpus: ["strix halo 64gb"], backend: "vulkan" }).rig);
  expect(offload(chip).exceptions.map((each) => each.case)).toContain("shared memory");
});

test("a shared memory's limit is raised, not got round: all on the chip with more jobs at a time beats every rung", () => {
  const chip = question("gpt-oss 120b", "MXFP4_MOE", rigByHand({ gpus: ["strix halo 128gb"] }).rig);
  const { rungs, instead } = offload(chip);
  const [limit] = instead;
  expect(limit).toMatchObject({ kind: "limit", flags: "kernel parameter ttm.pages_limit=32505856" });
  for (const { batch } of rungs) expect(limit!.batch.seconds!.value).toBeLessThan(batch.seconds!.value);
  // a card of its own memory has none
  expect(found.instead.map(({ kind }) => kind)).not.toContain("limit");
});

test("weights beyond the RAM are a pace, not a refusal", () => {
  const small = question("qwen3-32b", "Q4_K_M", rig("rtx-4060-ti-16-gb", "8GB:ddr5-6000"));
  const rung = offload(small).rungs.find(({ kind }) => kind === "prompts")!;
  expect(rung.chat.now.verdict).toBe("runs from disk");
  expect(rung.chat.fromDiskBytes).toBeGreaterThan(0);
  expect(rung.chat.decode!.bound).toBe("disk");
  expect(rung.chat.traffic.diskBytesPerToken).toBeLessThanOrEqual(rung.chat.fromDiskBytes);
});

test("a card that holds it, or a second one, avoids it; one that fits already has nothing to avoid", () => {
  const candidate = (argument: string, memoryBytes: number, another?: true) => ({
    argument,
    name: argument,
    memoryBytes,
    bandwidthBytesPerSec: 1e12,
    ...(another && { another }),
    request: () => question("qwen3-32b", "Q4_K_M", rig(argument, "64GB:ddr5-6000")).request,
  });
  const GIB = 2 ** 30;
  const cards = [
    candidate("rtx-3080-10-gb", 10 * GIB),
    candidate("rtx-3090", 24 * GIB),
    candidate("rtx-5090", 32 * GIB),
    candidate("2xrtx-4060-ti-16-gb", 32 * GIB, true),
  ];
  const { instead } = offload(dense, cards);
  expect(instead.map(({ name }) => name)).toEqual(["2xrtx-4060-ti-16-gb", "rtx-3090", "rtx-5090"]);
  for (const { chat } of instead) expect(chat.now.verdict).not.toBe("does not fit");
  expect(offload(question("qwen3-8b", "Q4_K_M", rig("rtx-3090", "64GB")), cards).instead).toEqual([]);
});
