import { assert, array, constantFrom, integer, property, record as object } from "fast-check";
import { describe, expect, it } from "vitest";
import type { LaneSettings } from "../lanes/lane.ts";
import { gapsMs, ttftMs } from "../measures/index.ts";
import { closedWorkload, type PlannedRequest, scheduledWorkload, sessionWorkload } from "../workload/index.ts";
import type { EmbeddedSettings } from "./embedded.ts";
import type { EngineSettings } from "./engine-of.ts";
import type { LlamaServerSettings } from "./llama-server.ts";
import { simulate } from "./simulate.ts";
import { constantTimes, linearTimes } from "./testing/times.ts";
import type { VllmSettings } from "./vllm.ts";

const LLAMA: LlamaServerSettings = {
  kind: "llama-server",
  slots: 4,
  contextTokens: 4096,
  batchTokens: 256,
  microBatchTokens: 128,
  unified: false,
};
const EMBEDDED: EmbeddedSettings = {
  kind: "embedded",
  sequences: 4,
  reserved: 1,
  sequenceTokens: 1024,
  stepTokens: 128,
  agingMs: 200,
};
const VLLM: VllmSettings = { kind: "vllm", batchTokens: 256, sequences: 8, cacheTokens: 4096 };

const ask = (id: number, atMs: number, promptTokens: number, outputTokens: number, more = {}): PlannedRequest => ({
  id,
  atMs,
  promptTokens,
  outputTokens,
  ...more,
});
const go = (engine: EngineSettings, requests: readonly PlannedRequest[], times = constantTimes(10)) =>
  simulate({ workload: scheduledWorkload(requests), engine, times, seed: 1 });

describe("llama-server", () => {
  it("gives a lone request a step per batch of its prompt, then one per token", () => {
    const { records, steps } = go(LLAMA, [ask(0, 5, 600, 4)]);
    expect([...records[0]!.tokenMs]).toEqual([35, 45, 55, 65]);
    expect(steps).toBe(6);
  });

  it("lets a long prompt hold up every answer, by what its batch takes", () => {
    const times = linearTimes(5, 0, 0.1);
    const { records } = go(LLAMA, [ask(0, 0, 10, 30), ask(1, 50, 900, 2)], times);
    const gaps = gapsMs(records[0]!);
    // a batch of 256 holds the token that is drawn and 255 of the prompt, in three micro-batches and one more of equal parts
    expect(Math.max(...gaps)).toBeGreaterThan(5 + 25);
    expect(gaps.filter((gap) => gap > 20).length).toBe(4);
  });

  it("waits where all slots are taken, in order", () => {
    const { records } = go({ ...LLAMA, slots: 1 }, [ask(0, 0, 10, 5), ask(1, 1, 10, 5), ask(2, 2, 10, 5)]);
    const firsts = records.map(({ firstMs }) => firstMs);
    expect(firsts).toEqual([10, 60, 110]);
  });

  it("goes on from the slot that holds the beginning, and forgets what another took", () => {
    const turns = [
      ask(0, 0, 100, 20, { session: 1, turn: 0 }),
      ask(1, 1000, 200, 20, { session: 1, turn: 1, prefix: { id: "session-1", tokens: 120 } }),
    ];
    // the last token drawn was never computed
    expect(go(LLAMA, turns).records[1]!.cachedTokens).toBe(119);
    const between = ask(2, 500, 300, 5);
    expect(go({ ...LLAMA, slots: 1 }, [turns[0]!, between, turns[1]!]).records[2]!.cachedTokens).toBe(0);
    const cached = go({ ...LLAMA, slots: 1, hostCacheTokens: 10_000 }, [turns[0]!, between, turns[1]!]);
    expect(cached.records[2]!.cachedTokens).toBe(119);
  });

  it("ends an answer where the context ends, or shifts it", () => {
    const long = ask(0, 0, 1000, 500);
    expect(go(LLAMA, [long]).records[0]!).toMatchObject({ outcome: "ok", outputTokens: 24 });
    expect(go({ ...LLAMA, contextShift: true }, [long]).records[0]!).toMatchObject({ outputTokens: 500 });
    expect(go(LLAMA, [ask(0, 0, 1024, 5)]).records[0]!.outcome).toBe("failed");
  });

  it("shifts what follows the kept beginning: half of it, at the cost of turning every key, and a slot that is no use to the next turn", () => {
    const shifting = { ...LLAMA, contextShift: true };
    const turns = [
      ask(0, 0, 900, 400, { session: 1, turn: 0 }),
      ask(1, 30_000, 1000, 5, { session: 1, turn: 1, prefix: { id: "session-1", tokens: 950 } }),
    ];
    const times = linearTimes(10, 0, 0, 1);
    const [first, second] = go(shifting, turns, times).records;
    const gaps = gapsMs(first!);
    // full at 1024 cells, then at 512 more
    expect(gaps.filter((gap) => gap > 14).length).toBe(1);
    const turned = gaps.findIndex((gap) => gap > 14);
    expect(turned).toBe(1023 - 900);
    expect(gaps[turned]!).toBeCloseTo(10 + (512 + 4096) / 1000, 1);
    expect(second!.cachedTokens).toBeLessThan(2);
    const kept = go({ ...shifting, keepTokens: -1 }, turns, times).records;
    expect(gapsMs(kept[0]!).filter((gap) => gap > 14).length).toBeGreaterThan(1);
    expect(kept[1]!.cachedTokens).toBe(900);
  });

  it("goes back only to a copy where memory is a window or a state", () => {
    const cells = { ...LLAMA, slots: 1, checkpoints: true };
    const system = { prefix: { id: "system", tokens: 300 } };
    const two = [ask(0, 0, 900, 20, system), ask(1, 1000, 700, 20, system)];
    const cached = (settings: LlamaServerSettings, requests = two) =>
      go(settings, requests).records.map(({ cachedTokens }) => cachedTokens);
    expect(cached({ ...LLAMA, slots: 1 })).toEqual([0, 300]);
    // where the question begins
    expect(cached({ ...cells, windowTokens: 256 })).toEqual([0, 299]);
    expect(cached(cells)).toEqual([0, 300]);
    const said = [ask(0, 0, 600, 20, { session: 1, turn: 0 })];
    const goesOn = ask(1, 1000, 800, 20, { session: 1, turn: 1, prefix: { id: "session-1", tokens: 620 } });
    expect(cached({ ...cells, windowTokens: 256 }, [...said, goesOn])).toEqual([0, 619]);
    // the next turn leaves out what was said last: back to the copy 4 tokens before the answer, unless the window reaches further
    const long = ask(0, 0, 600, 200, { session: 1, turn: 0 });
    const shorter = (promptTokens: number) => ask(1, 4000, promptTokens, 20, { session: 1, turn: 1 });
    expect(cached(cells, [long, shorter(700)])).toEqual([0, 596]);
    expect(cached({ ...cells, windowTokens: 64 }, [long, shorter(605)])).toEqual([0, 595]);
    expect(cached({ ...cells, windowTokens: 64 }, [long, shorter(700)])).toEqual([0, 699]);
    // and where none was made before the place, nothing is of use
    expect(cached(cells, [long, shorter(400)])).toEqual([0, 0]);
  });

  it("loses all that run when a shared cache is full", () => {
    const unified = { ...LLAMA, unified: true };
    const both = [ask(0, 0, 2000, 400), ask(1, 0, 2000, 400)];
    expect(go(unified, both).records.map(({ outcome }) => outcome)).toEqual(["failed", "failed"]);
    expect(go(unified, both.slice(0, 1)).records[0]!.outcome).toBe("ok");
  });
});

describe("vLLM", () => {
  it("shares a step between those who draw and a prompt in pieces", () => {
    const { records } = go(VLLM, [ask(0, 0, 10, 10), ask(1, 15, 600, 2)]);
    expect(gapsMs(records[0]!).every((gap) => gap === 10)).toBe(true);
    expect(records[1]!.firstMs).toBe(50);
  });

  it("takes the pages of the last that came, and computes it again", () => {
    const small = { ...VLLM, cacheTokens: 1024 };
    const { records, preempted } = go(small, [ask(0, 0, 400, 300), ask(1, 1, 400, 300)]);
    expect(preempted).toBeGreaterThan(0);
    expect(records.map(({ outcome, outputTokens }) => [outcome, outputTokens])).toEqual([
      ["ok", 300],
      ["ok", 300],
    ]);
    expect(Math.max(...gapsMs(records[1]!))).toBeGreaterThan(1000);
    expect(records[0]!.tokenMs).toHaveLength(300);
  });

  it("finds whole pages of a beginning that was computed before", () => {
    const prefix = { prefix: { id: "system", tokens: 200 } };
    const { records } = go(VLLM, [ask(0, 0, 250, 5, prefix), ask(1, 500, 250, 5, prefix)]);
    expect(records.map(({ cachedTokens }) => cachedTokens)).toEqual([0, 192]);
    const off = go({ ...VLLM, prefixCache: false }, [ask(0, 0, 250, 5, prefix), ask(1, 500, 250, 5, prefix)]);
    expect(off.records[1]!.cachedTokens).toBe(0);
  });

  it("finds equal blocks of a trace", () => {
    const blocks = (ids: readonly number[]) => ({ blocks: { ids, tokens: 512 } });
    const { records } = go(VLLM, [ask(0, 0, 1400, 2, blocks([1, 2, 3])), ask(1, 500, 1500, 2, blocks([1, 2, 9]))]);
    expect(records[1]!.cachedTokens).toBe(1024);
  });
});

describe("the embedded engine", () => {
  it("lets batch rest while a chat is there, but for a step now and then", () => {
    const { records } = go(EMBEDDED, [ask(0, 0, 10, 60, { lane: "batch" }), ask(1, 105, 10, 50)]);
    const during = records[0]!.tokenMs.filter((atMs) => atMs > 125 && atMs < records[1]!.endMs);
    expect(during.length).toBe(2);
    expect(gapsMs(records[1]!).every((gap) => gap === 10)).toBe(true);
    expect(records[0]!.outputTokens).toBe(60);
  });

  it("holds the first after a rest for company, unless all sequences are taken", () => {
    const holding = { ...EMBEDDED, holdMs: 25 };
    const firsts = (settings: EmbeddedSettings, at: readonly number[]) =>
      go(
        settings,
        at.map((atMs, id) => ask(id, atMs, 10, 3)),
      ).records.map(({ firstMs }) => firstMs);
    expect(firsts(holding, [0, 20])).toEqual([35, 35]);
    expect(firsts(EMBEDDED, [0, 20])).toEqual([10, 30]);
    expect(firsts({ ...holding, sequences: 2 }, [0, 20])).toEqual([30, 30]);
    // rested once more
    expect(firsts(holding, [0, 200])).toEqual([35, 235]);
  });

  it("cuts prompts of batch to what a step may take, once it has seen one", () => {
    const times = linearTimes(0, 0, 1);
    const requests = [ask(0, 0, 500, 2, { lane: "batch" })];
    const { steps, records } = go({ ...EMBEDDED, batchStepMs: 20 }, requests, times);
    // 128 tokens, then 20 at a time
    expect(steps).toBe(1 + Math.ceil((500 - 128) / 20) + 1);
    expect(records[0]!.outcome).toBe("ok");
  });

  it("gives a chat the sequence of batch, which goes on later", () => {
    const one = { ...EMBEDDED, sequences: 1, reserved: 0 };
    const { records, preempted } = go(one, [ask(0, 0, 10, 30, { lane: "batch" }), ask(1, 105, 10, 10)]);
    expect(preempted).toBe(1);
    expect(records[1]!.firstMs).toBe(120);
    expect(records[0]!).toMatchObject({ outcome: "ok", outputTokens: 30 });
  });
});

const LANES: LaneSettings = {
  slots: 2,
  reserved: 1,
  holdMs: 0,
  preemption: "cut",
  quietMs: 50,
  agingMs: 5000,
  queue: { interactive: 100, batch: 100 },
  patienceMs: { interactive: Infinity, batch: Infinity },
};

describe("all engines", () => {
  const engines: readonly EngineSettings[] = [
    LLAMA,
    { ...LLAMA, unified: true, slots: 2, checkpoints: true },
    EMBEDDED,
    VLLM,
    { ...VLLM, cacheTokens: 1100 },
  ];

  it("answer every request with as many tokens as it asked, in order of time", () => {
    const request = object({
      gap: integer({ min: 0, max: 200 }),
      prompt: integer({ min: 1, max: 500 }),
      output: integer({ min: 1, max: 120 }),
      lane: constantFrom("interactive", "batch"),
      session: integer({ min: 0, max: 5 }),
    });
    assert(
      property(
        constantFrom(...engines),
        constantFrom(undefined, LANES),
        array(request, { minLength: 1, maxLength: 30 }),
        (engine, lanes, shapes) => {
          let atMs = 0;
          const requests = shapes.map(({ gap, prompt, output, lane, session }, id) =>
            ask(id, (atMs += gap), prompt, output, session === 0 ? { lane } : { lane, session, turn: 0 }),
          );
          const question = {
            engine,
            workload: scheduledWorkload(requests),
            times: linearTimes(3, 1, 0.1, 0.5),
            seed: 1,
          };
          const { records } = simulate({ ...question, ...(lanes ? { lanes } : {}) });
          expect(records).toHaveLength(requests.length);
          for (const record of records) {
            expect(record).toMatchObject({ outcome: "ok", outputTokens: requests[record.id]!.outputTokens });
            expect(record.tokenMs).toHaveLength(record.outputTokens);
            expect(record.firstMs).toBe(record.tokenMs[0]);
            expect(record.endMs).toBe(record.tokenMs.at(-1));
            expect(ttftMs(record, "send")!).toBeGreaterThan(0);
            expect(gapsMs(record).every((gap) => gap > 0)).toBe(true);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it.each(["llama-server", "embedded", "vllm"] as const)(
    "%s: same seed, same bytes; users and conversations",
    (kind) => {
      const engine = engines.find((one) => one.kind === kind)!;
      const lengths = {
        prompt: { kind: "uniform", low: 50, high: 300 },
        output: { kind: "uniform", low: 5, high: 60 },
      } as const;
      const make = () => [
        closedWorkload({ users: 6, thinkMs: 100 }, { requests: 60 }, lengths, 4),
        sessionWorkload(
          { kind: "poisson", ratePerSec: 2 },
          { requests: 10 },
          {
            turns: { kind: "fixed", tokens: 4 },
            said: { kind: "fixed", tokens: 60 },
            output: lengths.output,
            sharedTokens: 40,
            thinkMs: 300,
          },
          9,
        ),
      ];
      const all = () =>
        make().map((workload) => simulate({ workload, engine, times: linearTimes(3, 1, 0.1), seed: 2 }).records);
      const [users, talks] = all();
      expect(users).toHaveLength(60);
      expect(talks).toHaveLength(40);
      expect([...users!, ...talks!].every(({ outcome }) => outcome === "ok")).toBe(true);
      expect(talks!.some(({ turn, cachedTokens }) => turn === 3 && cachedTokens! > 100)).toBe(true);
      expect(all()).toEqual([users, talks]);
    },
  );

  it("refuse what the gateway's queue has no room for, cut batch for a chat, and let clients leave", () => {
    for (const engine of engines) {
      const batch = Array.from({ length: 4 }, (_, id) => ask(id, 0, 100, 100, { lane: "batch" }));
      const chats = [ask(10, 300, 50, 20), ask(11, 300, 50, 20)];
      const run = (patienceMs?: number) =>
        simulate({
          workload: scheduledWorkload([...batch, ...chats]),
          engine,
          times: constantTimes(10),
          lanes: { ...LANES, queue: { interactive: 100, batch: 2 } },
          ...(patienceMs === undefined ? {} : { patienceMs }),
          seed: 1,
        });
      const { records } = run();
      expect(records.filter(({ outcome }) => outcome === "failed").map(({ error }) => error)).toEqual([
        "refused: queue-full",
      ]);
      expect(records.find(({ id }) => id === 10)!.firstMs).toBeLessThan(400);
      expect(records.every((one) => one.tokenMs.length === one.outputTokens)).toBe(true);
      const left = run(200).records.filter(({ error }) => error === "the client left");
      expect(left.length).toBeGreaterThan(0);
    }
  });
});
