import { expect, test } from "vitest";
import { closedWorkload, simulate, timesOf } from "../../src/predict/serving/index.ts";
import { settingsOf } from "./engines.ts";
import { figuresOf, METRICS } from "./run.ts";
import { measuredRun, savedRun } from "./saved.ts";

test("a kept run says the same as the run", () => {
  const costs = { fixedMs: 1, weightsMs: 5, streamMs: 3, promptMs: 3, depthMs: 2, promptDepthMs: 1 };
  const asked = {
    users: 3,
    prompt: { kind: "fixed", tokens: 100 },
    output: { kind: "fixed", tokens: 20 },
    thinkMs: 0,
    requests: 9,
    spreadMs: 200,
    seed: 1,
  } as const;
  const engine = settingsOf("llama-server");
  const { users, spreadMs, requests, prompt, output } = asked;
  const workload = closedWorkload({ users, spreadMs, warmUp: true }, { requests }, { prompt, output }, 1);
  const { records } = simulate({ workload, engine, times: timesOf(costs, "a test", "calibrated"), seed: 1 });
  const facts = { engine: "llama-server", about: "", settings: engine, templateTokens: 24, repeat: 0 } as const;
  const kept = savedRun({ asked, records, idleShare: 0.5 }, { ...facts, what: "point" });
  const again = measuredRun(JSON.parse(JSON.stringify(kept)));
  for (const metric of METRICS)
    expect(figuresOf(asked, again.records)[metric] / figuresOf(asked, records)[metric]).toBeCloseTo(1, 3);
});
