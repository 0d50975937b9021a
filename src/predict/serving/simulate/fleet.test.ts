import { describe, expect, it } from "vitest";
import { type Target, ttftMs } from "../measures/index.ts";
import { seededRandom } from "../../../facts/units/index.ts";
import { openWorkload, type PlannedRequest, scheduledWorkload } from "../workload/index.ts";
import { sizeFleet } from "./fleet.ts";
import { ROUTE_POLICIES, type RoutePolicy } from "./route.ts";
import type { RouterSettings } from "./router.ts";
import { simulate, type Simulated } from "./simulate.ts";
import { linearTimes } from "./testing/times.ts";
import type { VllmSettings } from "./vllm.ts";

/** An 8B model on a card of 24 GB, about: 10 ms a step, 0.15 ms a token of a prompt. */
const TIMES = linearTimes(10, 0.1, 0.15, 0.02);
const ENGINE: VllmSettings = { kind: "vllm", batchTokens: 2048, sequences: 64, cacheTokens: 60_000 };

/** Requests of `shared` tokens of one of `groups` beginnings, Poisson, on average every `everyMs`; more skew: the first beginnings more often. */
function sharing(
  count: number,
  everyMs: number,
  groups: number,
  shared: number,
  own: number,
  share = 1,
  skew = 1,
): PlannedRequest[] {
  const random = seededRandom(groups + shared);
  let atMs = 0;
  return Array.from({ length: count }, (_, id) => {
    atMs -= everyMs * Math.log(1 - random());
    const group = Math.floor(groups * random() ** skew);
    const shares = random() < share;
    return {
      id,
      atMs,
      promptTokens: shared + own,
      outputTokens: 60,
      ...(shares ? { prefix: { id: `group-${group}`, tokens: shared } } : {}),
    };
  });
}

function run(requests: readonly PlannedRequest[], replicas: number, router: RouterSettings): Simulated {
  return simulate({ workload: scheduledWorkload(requests), engine: ENGINE, times: TIMES, replicas, router, seed: 5 });
}
/** Without the first of them, which find empty caches. */
function meanTtft({ records }: Simulated): number {
  const all = records.slice(Math.min(200, records.length >> 1)).map((record) => ttftMs(record, "schedule")!);
  return all.reduce((sum, value) => sum + value, 0) / all.length;
}
const imbalance = ({ answered }: Simulated) =>
  (Math.max(...answered) * answered.length) / answered.reduce((sum, count) => sum + count, 0);
const hits = ({ records }: Simulated) =>
  records.reduce((sum, { cachedTokens = 0 }) => sum + cachedTokens, 0) /
  records.reduce((sum, { promptTokens }) => sum + promptTokens, 0);

describe("directions that were published", () => {
  it("many shared beginnings on 8 machines: routing by them is faster by far (KubeAI, llm-d)", () => {
    const requests = sharing(3000, 30, 100, 2000, 50);
    const of = (policy: RoutePolicy) => run(requests, 8, { policy });
    const turns = of("round-robin");
    for (const policy of ["bounded-hash", "matched-minus-load"] as const) {
      const here = of(policy);
      expect(hits(here)).toBeGreaterThan(hits(turns) * 1.2);
      expect(meanTtft(here)).toBeLessThan(meanTtft(turns) / 3);
    }
  });

  it("one beginning that a quarter shares, 2 machines: going by the prefix alone is slower (sglang 21199)", () => {
    const requests = sharing(600, 105, 1, 2500, 200, 0.26);
    expect(meanTtft(run(requests, 2, { policy: "prefix-aware" }))).toBeGreaterThan(
      meanTtft(run(requests, 2, { policy: "least-loaded" })),
    );
  });

  it("nearly all of every prompt shared, 4 machines: by the prefix alone all goes to one; with load it is best (AIBrix 842)", () => {
    const one = sharing(1200, 60, 1, 8000, 500);
    const prefix = run(one, 4, { policy: "prefix-aware" });
    expect(imbalance(prefix)).toBe(4);
    expect(meanTtft(prefix)).toBeGreaterThan(100 * meanTtft(run(one, 4, { policy: "round-robin" })));
    const several = sharing(1200, 60, 12, 8000, 500, 1, 5);
    const of = (policy: RoutePolicy) => meanTtft(run(several, 4, { policy }));
    const both = of("matched-minus-load");
    expect(both).toBeLessThan(of("prefix-aware"));
    expect(both).toBeLessThan(of("round-robin"));
  });

  it("two choices are better than one, and old views make the least loaded a herd", () => {
    const requests = sharing(4000, 6, 1, 100, 300, 0);
    const ttft = (router: RouterSettings) => meanTtft(run(requests, 10, router));
    const random = ttft({ policy: "random" });
    expect(ttft({ policy: "power-of-two" })).toBeLessThan(random);
    expect(ttft({ policy: "least-loaded" })).toBeLessThan(random);
    const split = { routers: 8, staleMs: 2000 };
    expect(ttft({ policy: "least-loaded", ...split })).toBeGreaterThan(ttft({ policy: "least-loaded" }));
  });
});

describe("a fleet", () => {
  const requests = sharing(400, 20, 40, 400, 100);

  it.each(ROUTE_POLICIES)("%s: every request is answered once, same seed same bytes", (policy) => {
    const one = run(requests, 5, { policy, staleMs: 100 });
    expect(one.records.every(({ outcome }) => outcome === "ok")).toBe(true);
    expect(one.answered.reduce((sum, count) => sum + count, 0)).toBe(400);
    expect(run(requests, 5, { policy, staleMs: 100 }).records).toEqual(one.records);
  });

  it("sends again what a machine that fails had, and none there while it is away", () => {
    const outages = [
      { replica: 0, atMs: 1000, downMs: 4000 },
      { replica: 1, atMs: 2000, downMs: 60_000 },
    ];
    const all = { workload: scheduledWorkload(requests), engine: ENGINE, times: TIMES, replicas: 3, outages, seed: 1 };
    const failed = simulate(all);
    expect(failed.sentAgain).toBeGreaterThan(0);
    expect(failed.records.every(({ outcome }) => outcome === "ok")).toBe(true);
    expect(failed.answered[1]!).toBeLessThan(failed.answered[2]! / 2);
    expect(meanTtft(failed)).toBeGreaterThan(meanTtft(simulate({ ...all, outages: [] })));
  });

  it("waits where every machine is away, cold at the start", () => {
    const outages = [{ replica: 0, atMs: 0, downMs: 60_000 }];
    const cold = simulate({
      workload: scheduledWorkload(requests.slice(0, 20)),
      engine: ENGINE,
      times: TIMES,
      outages,
      seed: 1,
    });
    expect(cold.records.every(({ outcome, firstMs }) => outcome === "ok" && firstMs! > 60_000)).toBe(true);
  });

  it("says how many are needed, and spares", () => {
    const shape = { prompt: { kind: "fixed", tokens: 1000 }, output: { kind: "fixed", tokens: 100 } } as const;
    const targets: Target[] = [{ metric: "ttft", percent: 95, limitMs: 600 }];
    const workload = () => openWorkload({ kind: "poisson", ratePerSec: 20 }, { requests: 600 }, shape, 3);
    const size = sizeFleet({ workload, engine: ENGINE, times: TIMES, targets, seed: 2 });
    expect(size.replicas).toBeGreaterThan(3);
    expect(size.replicas).toBeLessThan(16);
    expect(size.tried.filter(({ replicas }) => replicas === size.replicas! - 1)).toEqual([
      { replicas: size.replicas! - 1, met: false },
    ]);
    expect(size.spares).toBeGreaterThanOrEqual(1);
    expect(size.meetsWhenTheyFail).toBe(true);
  });
});
