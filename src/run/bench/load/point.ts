import { randomInt } from "node:crypto";
import {
  type Arrivals,
  arrivalStatistics,
  closedWorkload,
  distributionOf,
  type Lengths,
  openWorkload,
  scheduledWorkload,
  sessionWorkload,
  summarize,
  type Target,
  type Trace,
  type Workload,
} from "../../../predict/index.ts";
import type { BenchPoint, BenchRequest } from "../../../plan/answer/index.ts";
import { cacheOf } from "./cache-said.ts";
import { clientDoubts } from "./doubts.ts";
import { type DataSet, withData } from "./data-set.ts";
import { drive, type Driven, type DriveProgress, type DriveResult } from "./drive.ts";
import { besideLanes, CHATS, idsBeside, type LaneLoad } from "./lanes.ts";
import type { Manners } from "./manners.ts";
import { requestBytes } from "./prompts.ts";
import { startSideProbe } from "./side-probe.ts";
import { Connections } from "./stream.ts";
import { type LoadTarget, postBytes } from "./target.ts";

/** What is sent, apart from where to. */
export interface PointPlan {
  readonly load: PointLoad;
  readonly prompt: Lengths;
  readonly output: Lengths;
  readonly sharedTokens?: number;
  /** users of other lanes beside it; the load itself is then of the lane for chats */
  readonly lanes?: readonly LaneLoad[];
  /** measured requests (conversations), or how long they leave; the warm-up comes on top */
  readonly requests?: number;
  readonly durationMs?: number;
  readonly seed: number;
  readonly dataSet?: DataSet;
  readonly targets?: readonly Target[];
}

export type PointLoad =
  | { readonly kind: "users"; readonly users: number; readonly thinkMs: number }
  | { readonly kind: "arrivals"; readonly arrivals: Arrivals }
  | { readonly kind: "trace"; readonly trace: Trace }
  | { readonly kind: "sessions"; readonly arrivals: Arrivals; readonly turns: Lengths; readonly thinkMs: number };

export interface PointOptions {
  readonly target: LoadTarget;
  readonly manners: Manners;
  /** a new connection for each request, or kept ones */
  readonly keep: boolean;
  /** fields over all others */
  readonly body?: Readonly<Record<string, unknown>>;
  /** how long one answer took alone: starts are spread over it, and the end waits for a few of it */
  readonly aloneMs: number;
  readonly sideProbe: boolean;
  /** the client's own limit, where it was measured */
  readonly ceilingTokensPerSec?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DriveProgress) => void;
}

/** Starts of users are spread over no longer than this. */
const MOST_SPREAD_MS = 10_000;
/** Share of an open plan that is put before it as warm-up. */
const WARM_UP = 0.1;
const LEAST_DRAIN_MS = 30_000;
/** How long the side probe asks alone, before the load. */
const ALONE_MS = 1500;

/** One load, warmed up, measured and judged. `stopped`: by the signal, with what there was. */
export async function measurePoint(
  plan: PointPlan,
  options: PointOptions,
): Promise<{ readonly point: BenchPoint; readonly stopped: boolean; readonly records: readonly Driven[] }> {
  const { workload, warmUpMs, firstWave } = workloadOf(plan, options.aloneMs);
  const mixed = plan.lanes === undefined ? workload : besideLanes(workload, plan.lanes, plan.seed);
  const made = plan.dataSet === undefined ? mixed : withData(mixed, plan.dataSet);
  const { target, manners, keep, body, signal, onProgress } = options;
  // new words each time, at the lengths of the seed: a cache that a run before filled must not answer this one
  const words = randomInt(2 ** 31);
  const run = `${plan.seed}-${words.toString(36)}`;
  const prompts = {
    target,
    manners,
    seed: words,
    keep,
    run,
    ...(plan.dataSet && { dataSet: plan.dataSet }),
    ...(body && { body }),
  };
  const probe = options.sideProbe ? await probeBeside(options) : undefined;
  const result = await drive({
    connections: new Connections(target, keep),
    workload: made,
    bytes: requestBytes(prompts),
    drainMs: Math.max(LEAST_DRAIN_MS, 10 * options.aloneMs),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  const beside = probe?.stop();
  const measuredFromMs = measuredFrom(result, warmUpMs, firstWave * idsBeside(plan.lanes));
  const point = pointOf(plan, options, result, measuredFromMs);
  const sides =
    probe && beside
      ? { sideProbe: { ...probe.alone, ...distribution("beside", beside.tookMs), failed: beside.failed } }
      : {};
  return { point: { ...point, ...sides }, stopped: result.stopped, records: result.records };
}

interface Made {
  readonly workload: Workload;
  /** on the plan's clock */
  readonly warmUpMs: number;
  /** so many requests are each user's first */
  readonly firstWave: number;
}

function workloadOf(plan: PointPlan, aloneMs: number): Made {
  const { load, seed, requests, durationMs, prompt, output, sharedTokens } = plan;
  const shape = { prompt, output, ...(sharedTokens === undefined ? {} : { sharedTokens }) };
  if (load.kind === "users") {
    const spreadMs = load.users === 1 ? 0 : Math.min(MOST_SPREAD_MS, aloneMs);
    const extent = {
      ...(requests === undefined ? {} : { requests }),
      ...(durationMs === undefined ? {} : { durationMs: durationMs + spreadMs }),
    };
    const loop = { users: load.users, thinkMs: load.thinkMs, spreadMs, warmUp: true };
    // counting begins with the last user's first request, in the workload as here: neither may say it later than the other
    return { workload: closedWorkload(loop, extent, shape, seed), warmUpMs: 0, firstWave: load.users };
  }
  if (load.kind === "trace") {
    const upTo = load.trace.requests.filter((one) => one.atMs < (durationMs ?? Infinity)).slice(0, requests);
    return { workload: scheduledWorkload(upTo), warmUpMs: 0, firstWave: 0 };
  }
  const before = Math.max(1, Math.ceil((requests ?? 0) * WARM_UP));
  const warmUpMs = durationMs === undefined ? 0 : durationMs * WARM_UP;
  const extent = {
    ...(requests === undefined ? {} : { requests: requests + before }),
    ...(durationMs === undefined ? {} : { durationMs: durationMs + warmUpMs }),
  };
  if (load.kind === "arrivals") {
    const workload = openWorkload(load.arrivals, extent, shape, seed);
    const from = requests === undefined ? warmUpMs : (workload.scheduled[before]?.atMs ?? 0);
    return { workload, warmUpMs: from, firstWave: 0 };
  }
  const sessions = {
    turns: load.turns,
    said: prompt,
    output,
    thinkMs: load.thinkMs,
    ...(sharedTokens === undefined ? {} : { sharedTokens }),
  };
  const workload = sessionWorkload(load.arrivals, extent, sessions, seed);
  return {
    workload,
    warmUpMs: requests === undefined ? warmUpMs : (workload.scheduled[before]?.atMs ?? 0),
    firstWave: 0,
  };
}

/** From when records count: after the warm-up, and after each user has asked once: first requests meet a server that is not yet full. */
function measuredFrom({ records, startMs }: DriveResult, warmUpMs: number, firstWave: number): number {
  const waveMs = records
    .filter((record) => record.id < firstWave)
    .reduce((most, record) => Math.max(most, record.scheduledMs), -Infinity);
  return Math.max(startMs + warmUpMs, Number.isFinite(waveMs) ? waveMs + 1e-6 : -Infinity);
}

function pointOf(plan: PointPlan, options: PointOptions, result: DriveResult, measuredFromMs: number): BenchPoint {
  const { records, health, startMs } = result;
  const counted = records.filter((record) => record.scheduledMs >= measuredFromMs);
  const loop = plan.load.kind === "users" ? "closed" : "open";
  const summary = summarize(records, { loop, measuredFromMs, ...(plan.targets && { targets: plan.targets }) });
  const failures = Map.groupBy(
    counted.filter((record) => record.outcome === "failed"),
    (record) => record.error ?? "",
  );
  const ok = counted.filter((record) => record.outcome === "ok");
  const lanes = Map.groupBy(records, ({ lane = "" }) => lane);
  const targets = plan.targets && { targets: plan.targets };
  const laneOf = (lane: string, own: readonly Driven[]) => {
    if (lane === CHATS) return { lane, summary: summarize(own, { loop, measuredFromMs, ...targets }) };
    // jobs wait for their answers, whatever comes: one that was sent before and ran on is what the lane is like
    const beside = own.filter(({ endMs }) => endMs >= measuredFromMs);
    return { lane, summary: summarize(beside, { loop: "closed", ...targets }) };
  };
  return {
    load: loadOf(plan, records),
    ...(plan.lanes === undefined ? {} : { lanes: [...lanes].map(([lane, own]) => laneOf(lane, own)) }),
    cache: cacheOf(ok),
    summary: {
      ...summary,
      doubts: [...summary.doubts, ...clientDoubts(summary, health, result.stopped, options.ceilingTokensPerSec)],
    },
    client: health,
    ...distribution(
      "promptTokens",
      ok.map((record) => record.promptTokens),
    ),
    ...distribution(
      "outputTokens",
      ok.map((record) => record.outputTokens),
    ),
    ...distribution(
      "connectMs",
      ok.flatMap((record) => record.connectMs ?? []),
    ),
    retried: records.filter((record) => record.retried).length,
    ...(loop === "open" ? { arrivals: arrivalsAsSent(counted) } : {}),
    failures: [...failures].map(([error, list]) => ({ error, count: list.length })),
    requests: records.map((record) => fromStart(record, startMs)),
  };
}

/** Counted in windows of ten arrivals on average: a Fano factor does not depend on the window, its error does. */
function arrivalsAsSent(records: readonly Driven[]) {
  const sent = records.map((record) => record.sentMs);
  const { ratePerSec } = arrivalStatistics(sent);
  return arrivalStatistics(sent, ratePerSec > 0 ? 10_000 / ratePerSec : undefined);
}

function loadOf({ load }: PointPlan, records: readonly Driven[]): BenchPoint["load"] {
  if (load.kind === "users") return { users: load.users };
  if (load.kind !== "trace") return { requestsPerSec: load.arrivals.ratePerSec };
  return { requestsPerSec: arrivalStatistics(records.map((record) => record.scheduledMs)).ratePerSec };
}

function distribution<Name extends string>(name: Name, values: readonly number[]) {
  const found = distributionOf(values);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one key is the name given
  return (found === undefined ? {} : { [name]: found }) as { [key in Name]?: NonNullable<typeof found> };
}

function fromStart(record: Driven, startMs: number): BenchRequest {
  const { connectMs: _, retried: __, ...kept } = record;
  const since = (ms: number) => Math.round((ms - startMs) * 1000) / 1000;
  return {
    ...kept,
    scheduledMs: since(record.scheduledMs),
    sentMs: since(record.sentMs),
    ...(record.firstEventMs === undefined ? {} : { firstEventMs: since(record.firstEventMs) }),
    ...(record.firstMs === undefined ? {} : { firstMs: since(record.firstMs) }),
    endMs: since(record.endMs),
    tokenMs: Array.from(record.tokenMs, since),
  };
}

/** Asks small things, first alone and then beside the load. */
async function probeBeside({ target, manners, body }: PointOptions) {
  const small = {
    model: manners.model,
    messages: [{ role: "user", content: "Hi" }],
    max_tokens: 1,
    stream: true,
    ...body,
  };
  const bytes = postBytes(target, `${target.path}/chat/completions`, JSON.stringify(small), "loadout-probe", false);
  const before = startSideProbe(target, bytes);
  await new Promise((resolve) => setTimeout(resolve, ALONE_MS));
  const alone = distribution("alone", before.stop().tookMs);
  const probe = startSideProbe(target, bytes);
  return { alone, stop: () => probe.stop() };
}
