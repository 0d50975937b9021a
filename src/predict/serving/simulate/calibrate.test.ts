import { describe, expect, it } from "vitest";
import { closedWorkload } from "../workload/index.ts";
import { calibrate } from "./calibrate.ts";
import { compareRuns } from "./compare.ts";
import { timesOf } from "./linear-times.ts";
import type { LlamaServerSettings } from "./llama-server.ts";
import { replayWorkload } from "./replay.ts";
import { simulate } from "./simulate.ts";

const ENGINE: LlamaServerSettings = {
  kind: "llama-server",
  slots: 8,
  contextTokens: 32_768,
  batchTokens: 512,
  microBatchTokens: 512,
  unified: true,
};
/** A small model on two cores, about. */
const TRUE_COSTS = { fixedMs: 0.8, weightsMs: 9, streamMs: 4, promptMs: 2.4, depthMs: 1.1, promptDepthMs: 0.4 };
const truth = timesOf(TRUE_COSTS, "a test", "calibrated");

function measured(users: number, prompt: number, seed: number) {
  const lengths = {
    prompt: { kind: "uniform", low: prompt / 2, high: prompt },
    output: { kind: "uniform", low: 16, high: 64 },
  } as const;
  const workload = closedWorkload({ users, spreadMs: 100, thinkMs: 5 }, { requests: 6 * users }, lengths, seed);
  return simulate({ workload, engine: ENGINE, times: truth, requestMs: 3, seed: 1 }).records;
}

describe("observe, replay, calibrate", () => {
  it("learns from two short runs what others take", () => {
    const probes = [measured(1, 400, 1), measured(4, 200, 2)].map((records) => ({ records, engine: ENGINE }));
    const learned = calibrate(probes)!;
    expect(learned.spread).toBeLessThan(0.1);
    for (const [users, prompt] of [
      [1, 900],
      [2, 100],
      [8, 300],
      [8, 900],
    ] as const) {
      const real = measured(users, prompt, 7);
      const workload = replayWorkload(real, "closed");
      const { times, requestMs } = learned;
      const again = simulate({ workload, engine: ENGINE, times, requestMs, seed: 1 });
      const { metrics } = compareRuns(real, again.records, "closed");
      const error = (metric: string) => Math.abs(metrics.find((one) => one.metric === metric)!.error);
      expect(error("output tokens")).toBeLessThan(0.08);
      expect(error("ttft p50")).toBeLessThan(0.15);
      expect(error("gap p50")).toBeLessThan(0.15);
    }
  });

  it("replays a closed loop to the same records where the times are the true ones", () => {
    const real = measured(4, 300, 3);
    const again = simulate({
      workload: replayWorkload(real, "closed"),
      engine: ENGINE,
      times: truth,
      requestMs: 3,
      seed: 1,
    });
    const { requests } = compareRuns(real, again.records, "closed");
    for (const { meanError } of requests) expect(meanError).toBeLessThan(0.01);
  });

  it("says nothing from nothing", () => {
    expect(calibrate([{ records: [], engine: ENGINE }])).toBeUndefined();
  });
});
