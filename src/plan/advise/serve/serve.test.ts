import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rigsByHand, type Rig } from "../../../facts/hardware/index.ts";
import { modelCatalog, tensorList } from "../../../facts/model/index.ts";
import { llamaCppBuild, LLAMACPP_CALLERS } from "../../../facts/runtime/index.ts";
import { choose, type Goal, type Wishes } from "../../fit/index.ts";
import { outlined } from "../../search/index.ts";
import { lanesOf, planServe, type ServeQuestion } from "./index.ts";

const { findModel, geometryFromRow } = await modelCatalog();
const { rigByHand } = await rigsByHand();

function question(
  name: string,
  fileType: string,
  rig: Rig,
  {
    goal = "mixed",
    wishes = {},
    ...more
  }: Partial<ServeQuestion> & { readonly goal?: Goal; readonly wishes?: Wishes } = {},
): ServeQuestion {
  const found = findModel(name);
  if (found.kind !== "found") throw new Error(`${name} is not one row`);
  const geometry = geometryFromRow(found.row)!;
  const request = outlined(
    { geometry, shapes: tensorList(geometry)! },
    {
      goal,
      wishes,
      rig,
      closable: { host: 0, devices: rig.devices.map(() => 0) },
      build: llamaCppBuild("b11434")!.build,
      caller: LLAMACPP_CALLERS["llama-server"],
    },
  ).exact(fileType);
  const engine = { name: "llama-server", preemption: "cut", promptCache: true } as const;
  return { request, choice: choose(request), engine, ...more };
}

const gpus = (...names: string[]): Rig => rigByHand({ gpus: names, ram: "64GB" }).rig;
const bare = rigByHand({ gpus: [], ram: "16GB" }).rig;
const cpu: Rig = { ...bare, host: { ...bare.host, cpu: { ...bare.host.cpu, features: ["avx2"] } } };

/**
 * llama-server -np 4 with SmolLM2-135M Q4_1 on one thread: three prompts of 1110 tokens came together beside a stream, seconds
 * until all were computed, and steps in which that was done (one run each). A token of the stream took 14.5 ms alone.
 */
const PUBLISHED = [
  { stepTokens: 512, seconds: 27.0, steps: 7 },
  { stepTokens: 128, seconds: 27.5, steps: 27 },
  { stepTokens: 32, seconds: 37.0, steps: 105 },
].map(({ stepTokens, seconds, steps }) => ({
  // what is left of the step beside the stream
  stepTokens: stepTokens - 2,
  promptTokens: 1110,
  tokensPerSec: 3330 / (seconds - steps * 0.0145),
}));
const small = (more: Partial<ServeQuestion> = {}) =>
  question("smollm2 135m", "Q4_1", cpu, {
    wishes: { users: 4, context: 2048, threads: 1 },
    promptTokens: 1110,
    ...more,
  });

describe("the step", () => {
  test("timed on a processor: its price is what was measured, and a token waits about as long", () => {
    const step = planServe(small({ measured: PUBLISHED })).engines[0]!.step!;
    expect(step.provenance).toBe("measured");
    const at = (size: number) => step.rows.find(({ stepTokens }) => stepTokens === size)!;
    expect(Math.abs(at(128).price.value / (27.5 / 27.0) - 1)).toBeLessThan(0.03);
    expect(Math.abs(at(32).price.value / (37.0 / 27.0) - 1)).toBeLessThan(0.03);
    // longest stalls measured: 5.1, 1.5 and 0.47 s, on a busy machine; half of the gaps were shorter than 3.9, 1.0 and 0.32 s
    for (const [size, median, longest] of [
      [512, 3900, 5100],
      [128, 1000, 1500],
      [32, 320, 470],
    ] as const) {
      expect(at(size).stallMs.value).toBeGreaterThan(median);
      expect(at(size).stallMs.value).toBeLessThan(longest);
    }
  });

  test("stays above where prompts get much slower, and says that the cap is not kept", () => {
    for (const measured of [PUBLISHED, []]) {
      const step = planServe(small({ measured })).engines[0]!.step!;
      expect(step.stepTokens).toBeGreaterThan(32);
      expect(step.waste).toBeLessThanOrEqual(1.15);
      expect(step.keepsCap).toBe(false);
      expect(step.because).toMatch(/not the 30 ms wanted/);
    }
  });

  test("untimed on a processor the published price of small steps lies in the band", () => {
    const step = planServe(small()).engines[0]!.step!;
    const at = (size: number) => step.rows.find(({ stepTokens }) => stepTokens === size)!.price;
    expect(at(32).low).toBeLessThan(1.37);
    expect(at(32).high).toBeGreaterThan(1.37);
    // below 64 tokens left for the prompt attention loses its tiles
    expect(at(64).value / at(96).value).toBeGreaterThan(1.08);
    expect(at(128).high).toBeGreaterThan(1.02);
  });

  test("on a card keeps the goal's cap at a small price", () => {
    const { step } = planServe(question("qwen3-8b", "Q4_K_M", gpus("rtx-4090"))).engines[0]!;
    expect(step!.keepsCap).toBe(true);
    // but for the step in which one prompt follows another
    expect(step!.stallMs.value).toBeLessThanOrEqual(33);
    expect(step!.waste).toBeLessThanOrEqual(1.15);
    expect(step!.price.value).toBeGreaterThan(step!.waste);
  });

  test("a longer cap never makes it smaller; asked for, it stays", () => {
    const asked = question("qwen3-8b", "Q4_K_M", gpus("rtx-4090"));
    const sizes = [1, 10, 20, 40, 80, 1000].map((capMs) => planServe({ ...asked, capMs }).engines[0]!.step!.stepTokens);
    expect(sizes.slice(1)).toEqual(sizes.slice(1).toSorted((a, b) => a - b));
    expect(sizes.at(-1)).toBe(512);
    const told = planServe({ ...asked, stepTokens: 96 }).engines[0]!;
    expect(told.step!.stepTokens).toBe(96);
    expect(told.weighed.settings).toMatchObject({ batch: 96, microBatch: 96 });
  });

  test("where nobody waits beside a prompt there is no cap", () => {
    for (const goal of ["batch", "interactive"] as const) {
      const { step } = planServe(question("qwen3-8b", "Q4_K_M", gpus("rtx-4090"), { goal })).engines[0]!;
      expect(step!.capMs).toBeUndefined();
      expect(step!.stepTokens).toBeGreaterThanOrEqual(512);
    }
  });

  test("what is to be timed tells steps and depth apart", () => {
    const { calibrate } = planServe(small());
    const steps = new Set(calibrate.map(({ stepTokens }) => stepTokens));
    expect(steps.size).toBeGreaterThanOrEqual(2);
    const deep = calibrate.some((one) =>
      calibrate.some((two) => one.stepTokens === two.stepTokens && one.promptTokens >= 2 * two.promptTokens),
    );
    expect(deep).toBe(true);
    expect(planServe(small({ measured: PUBLISHED })).calibrate).toEqual([]);
  });
});

describe("one engine or two", () => {
  test("two where two cards each hold the model", () => {
    const plan = planServe(question("qwen3-8b", "Q4_K_M", gpus("rtx-4090", "rtx-4090")));
    expect(plan.engines.map(({ serves }) => serves)).toEqual(["interactive", "batch"]);
    const [chat, batch] = plan.engines.map(({ weighed }) => weighed.settings);
    expect(chat!.mainGpu).not.toBe(batch!.mainGpu);
    expect(plan.engines.every(({ weighed }) => weighed.now.verdict === "fits" || weighed.now.verdict === "tight")).toBe(
      true,
    );
  });

  test("one where a card has no room for it alone, where there is one card, and for one goal", () => {
    const tight = planServe(question("qwen3-32b", "Q4_K_M", gpus("rtx-3090", "rtx-4060-ti-16-gb")));
    expect(tight.engines).toHaveLength(1);
    expect(tight.because).toMatch(/no room/);
    expect(planServe(question("qwen3-8b", "Q4_K_M", gpus("rtx-4090"))).because).toMatch(/would share GeForce RTX 4090/);
    expect(planServe(small()).because).toMatch(/would share the processor/);
    const chats = question("qwen3-8b", "Q4_K_M", gpus("rtx-4090", "rtx-4090"), { goal: "interactive" });
    expect(planServe(chats).engines).toHaveLength(1);
  });
});

describe("lanes of a plan", () => {
  test("a chat has a place, batch stays beside it only where that is cheap", () => {
    const card = planServe(question("qwen3-8b", "Q4_K_M", gpus("rtx-4090"))).engines[0]!.lanes;
    expect(card).toMatchObject({ slots: 8, reserved: 1, preemption: "cut", holdMs: 0 });
    expect(card.beside).toBeGreaterThan(0);
    const { lanes, decisions } = planServe(small({ measured: PUBLISHED })).engines[0]!;
    expect(lanes).toMatchObject({ slots: 4, reserved: 1, beside: 0 });
    expect(lanes.quietMs).toBe(20);
    expect(decisions.every(({ because }) => because.length > 5)).toBe(true);
  });

  test("the prompt cache takes half of the RAM that is free, 8 GiB at most", () => {
    const mib = planServe(small()).engines[0]!.weighed.settings.promptCacheMib!;
    expect(mib).toBeGreaterThan(1024);
    expect(mib).toBeLessThan(8192);
    const own = planServe({ ...small(), engine: { name: "embedded", preemption: "rests", promptCache: false } });
    expect(own.engines[0]!.weighed.settings.promptCacheMib).toBeUndefined();
    expect(own.engines[0]!.lanes.beside).toBeUndefined();
  });

  test("an engine of which nothing is known gets careful figures", () => {
    const { lanes } = lanesOf({ goal: "mixed", slots: 4, preemption: "none" });
    expect(lanes).toMatchObject({ reserved: 1, beside: 0, holdMs: 0, quietMs: 20 });
  });

  test("the hold pays only where more come than sharing saves, and never exceeds the cap", () => {
    const basis = { goal: "mixed", slots: 4, preemption: "rests", sharedMs: 20, capMs: 15 } as const;
    expect(lanesOf({ ...basis, arrivalsPerSec: 40 }).lanes.holdMs).toBe(0);
    expect(lanesOf({ ...basis, arrivalsPerSec: 60 }).lanes.holdMs).toBe(15);
  });

  test("whatever is known, figures can be used and survive JSON", () => {
    const ms = fc.option(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.record({
          goal: fc.constantFrom<Goal>("interactive", "batch", "mixed", "finetune"),
          slots: fc.integer({ min: 1, max: 64 }),
          preemption: fc.constantFrom("rests" as const, "cut" as const, "none" as const),
          chats: fc.constantFrom(0, 1, 5, 100),
          stall: ms,
          shared: ms,
          service: ms,
          token: ms,
        }),
        ({ goal, slots, preemption, chats, stall, shared, service, token }) => {
          const { lanes } = lanesOf({
            goal,
            slots,
            preemption,
            chats,
            ...(stall === undefined ? {} : { stallMs: stall }),
            ...(shared === undefined ? {} : { sharedMs: shared }),
            ...(service === undefined ? {} : { serviceMs: service }),
            ...(token === undefined ? {} : { tokenMs: (streams: number) => token * Math.sqrt(streams) }),
          });
          expect(JSON.parse(JSON.stringify(lanes))).toEqual(lanes);
          // somebody may always come in, and batch has a place of its own where there are two
          expect(lanes.reserved).toBeLessThan(slots);
          if (lanes.beside !== undefined) expect(lanes.beside).toBeLessThan(slots);
          for (const lane of ["interactive", "batch"] as const) expect(lanes.queue[lane]).toBeGreaterThan(0);
          expect(lanes.agingMs).toBeGreaterThan(lanes.quietMs);
        },
      ),
    );
  });
});
