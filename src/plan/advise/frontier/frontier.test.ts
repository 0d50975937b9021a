import { expect, test } from "vitest";
import { rigsByHand, type Rig } from "../../../facts/hardware/index.ts";
import { modelCatalog, tensorList } from "../../../facts/model/index.ts";
import { llamaCppBuild, LLAMACPP_CALLERS } from "../../../facts/runtime/index.ts";
import { closedWorkload, type Lengths, simulate, type StepWork, type Target } from "../../../predict/serving/index.ts";
import { choose, type FitRequest } from "../../fit/index.ts";
import { outlined } from "../../search/index.ts";
import { machineFor, type SimulatedEngine } from "../simulate/index.ts";
import { frontier, type Frontier, type FrontierPoint, type FrontierQuestion, settingFor } from "./index.ts";

const { findModel, geometryFromRow } = await modelCatalog();
const { rigByHand } = await rigsByHand();
const fixed = (tokens: number): Lengths => ({ kind: "fixed", tokens });

function requestOn(rig: Rig): FitRequest {
  const found = findModel("qwen3 8b");
  if (found.kind !== "found") throw new Error("the model is not one row");
  const geometry = geometryFromRow(found.row)!;
  return outlined(
    { geometry, shapes: tensorList(geometry)! },
    {
      goal: "interactive",
      wishes: { context: 1024 },
      rig,
      closable: { host: 0, devices: rig.devices.map(() => 0) },
      build: llamaCppBuild("b11434")!.build,
      caller: LLAMACPP_CALLERS["llama-server"],
    },
  ).exact("Q4_K_M");
}

const request = requestOn(rigByHand({ gpus: ["rtx 3090"], ram: "64GB" }).rig);
const question = (engine: SimulatedEngine = "llama-server", targets: readonly Target[] = []): FrontierQuestion => ({
  request,
  engine,
  load: {
    prompt: fixed(300),
    output: fixed(100),
    mean: { promptTokens: 300, outputTokens: 100 },
    targets,
    seed: 1,
  },
  usersUpTo: 8,
  targetsAsked: targets.length > 0,
});
const engines = ["llama-server", "embedded", "vllm"] as const;
const made = new Map<string, Frontier>(engines.map((engine) => [engine, frontier(question(engine))!]));

test.each(engines)("%s: bands hold values, nothing beyond the limit, more users never get more each", (engine) => {
  const { points, operating } = made.get(engine)!;
  expect(new Set(points.map(({ origin }) => origin))).toEqual(new Set(["predicted", "simulated (datasheet)"]));
  const followed = new Map<string, FrontierPoint>();
  for (const point of points) {
    const { users, slots, stepTokens } = point.knobs;
    for (const { low, value, high } of [point.tokensPerSec, point.ttftMs.p95, point.gapMs.p95, point.tpotMs]) {
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
    }
    expect(point.shareOfLimit).toBeGreaterThan(0);
    expect(point.shareOfLimit).toBeLessThanOrEqual(1);
    if (users !== slots) continue;
    const key = `${point.origin} ${stepTokens}`;
    const before = followed.get(key);
    if (before) expect(point.eachTokensPerSec.value).toBeLessThan(before.eachTokensPerSec.value * 1.005);
    followed.set(key, point);
  }
  expect(operating.map(({ name }) => name)).toEqual(["interactive", "mixed", "batch"]);
  const [chats, , batch] = operating.map(({ point }) => points[point]!);
  expect(batch!.tokensPerSec.value).toBeGreaterThanOrEqual(chats!.tokensPerSec.value);
});

test("the closed form lies near what is simulated, for the same settings", () => {
  const { points } = made.get("llama-server")!;
  for (const point of points.filter(({ origin }) => origin === "predicted")) {
    const same = points.find(
      (other) => other !== point && JSON.stringify(other.knobs) === JSON.stringify(point.knobs),
    )!;
    expect(Math.abs(same.tokensPerSec.value / point.tokensPerSec.value - 1)).toBeLessThan(0.1);
  }
});

test("nothing on the frontier is beaten, and each end of it is there", () => {
  const simulated = made.get("llama-server")!.points.filter(({ origin }) => origin !== "predicted");
  const best = simulated.filter(({ onFrontier }) => onFrontier);
  expect(best.length).toBeGreaterThan(2);
  expect(best.length).toBeLessThan(simulated.length);
  const most = Math.max(...simulated.map(({ tokensPerSec }) => tokensPerSec.value));
  expect(Math.max(...best.map(({ tokensPerSec }) => tokensPerSec.value))).toBeGreaterThan(most / 1.02);
});

test("a measured run stands beside: its own band, its doubts, valid only without them", () => {
  const choice = choose({ ...request, wishes: { ...request.wishes, users: 4 } });
  const { engine, times } = machineFor(request, choice, "llama-server")!;
  const workload = closedWorkload({ users: 4 }, { requests: 60 }, { prompt: fixed(300), output: fixed(100) }, 3);
  const { records } = simulate({ workload, engine, times, seed: 3 });
  const run = { name: "4 users", loop: "closed", records, users: 4, warmUp: 4, doubts: [] } as const;
  const late = { why: "schedule-lag", value: 30, limit: 10 } as const;
  const { points } = frontier({ ...question(), measured: [run, { ...run, doubts: [late] }] })!;
  const [good, bad] = points.filter(({ origin }) => origin === "measured");
  expect(good).toMatchObject({ knobs: { users: 4 }, doubts: [], onFrontier: true });
  expect(bad).toMatchObject({ doubts: [late], onFrontier: false });
  expect(good!.tokensPerSec.low).toBeLessThan(good!.tokensPerSec.high);
  expect(good!.ttftMs.p95.low).toBeLessThanOrEqual(good!.ttftMs.p95.value);
});

test("a machine that is slower than its data sheet: learned from a valid run, other settings are nearer to it", () => {
  const slower = 1.6;
  const measuredAt = (users: number, slots: number) => {
    const choice = choose({ ...request, wishes: { ...request.wishes, users: slots } });
    const { engine, times } = machineFor(request, choice, "llama-server")!;
    const slow = { ...times, stepMs: (work: StepWork) => slower * times.stepMs(work) };
    const workload = closedWorkload({ users }, { requests: 80 }, { prompt: fixed(300), output: fixed(100) }, 3);
    const { records } = simulate({ workload, engine, times: slow, seed: 3 });
    const knobs = { users, slots, stepTokens: choice.settings.batch };
    return { name: `${users} users`, loop: "closed", records, ...knobs, warmUp: users, doubts: [] } as const;
  };
  const { points, operating } = frontier({ ...question(), measured: [measuredAt(1, 1), measuredAt(4, 4)] })!;
  const at = (origin: FrontierPoint["origin"]) =>
    points.find((point) => point.origin === origin && point.knobs.slots === 8 && point.knobs.stepTokens === 512)!;
  const [sheet, learned] = [at("simulated (datasheet)"), at("simulated (calibrated)")];
  const ratio = sheet.tokensPerSec.value / learned.tokensPerSec.value;
  expect(Math.abs(Math.log(ratio / slower))).toBeLessThan(0.15);
  for (const { point } of operating) expect(points[point]!.origin).toBe("simulated (calibrated)");
});

test("settings for a target: kept where they can be, dearer the tighter it is, else the nearest", () => {
  const at = (limitMs: number) => settingFor(question("llama-server", [{ metric: "gap", percent: 99, limitMs }]), 8)!;
  const [loose, tight, never] = [at(1000), at(30), at(0.5)];
  expect(loose).toMatchObject({ met: true, users: 8 });
  expect(loose.costs).toBeUndefined();
  expect(tight.met).toBe(true);
  expect(tight.stepTokens * tight.slots).toBeLessThan(loose.stepTokens * loose.slots);
  expect(tight.point.tokensPerSec.value).toBeLessThanOrEqual(loose.point.tokensPerSec.value);
  expect(tight.costs).toMatch(/of the tokens that/);
  for (const { met, valueMs, limitMs } of tight.targets) expect(met).toBe(valueMs! <= limitMs);
  expect(never).toMatchObject({ met: false });
  expect(never.because).toMatch(/none of \d+ settings keeps the target; nearest: gap p99 is/);
});

test("nothing to choose from where no setting fits", () => {
  const small = requestOn(rigByHand({ gpus: [], ram: "2GB" }).rig);
  expect(frontier({ ...question(), request: small })).toBeUndefined();
});
