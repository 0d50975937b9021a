import {
  type EngineSettings,
  type Failures,
  type FleetQuestion,
  type FleetSize,
  type LaneSettings,
  meetsTargets,
  type RouterSettings,
  simulate,
  type Simulated,
  sizeFleet,
  type Spares,
  sparesFor,
  type StepTimes,
  type Summary,
  summarizeAfter,
  type Target,
  type Workload,
} from "../../../predict/serving/index.ts";

/** What comes: so many people who wait for answers, or so many requests a second. `null`: as a trace says. */
export interface SimulatedLoad {
  readonly by: "users" | "rate" | "trace";
  readonly amount: number;
  /** the workload at an amount; anew each time */
  readonly at: (amount: number) => Workload;
  /** the same with nothing in the batch lane, where jobs run beside it */
  readonly alone?: (amount: number) => Workload;
  /** so many of its requests are warm-up */
  readonly warmUp: (amount: number) => number;
}

export interface EnoughQuestion {
  readonly load: SimulatedLoad;
  readonly engine: EngineSettings;
  readonly times: StepTimes;
  readonly replicas: number;
  readonly router: RouterSettings;
  /** the gateway's lanes in front; absent: requests go straight to the engine */
  readonly lanes?: LaneSettings;
  readonly targets: readonly Target[];
  readonly seed: number;
  /** how machines fail; absent: as `sizeFleet` takes it, and only where more machines are looked for */
  readonly failures?: Failures;
}

export interface Enough {
  readonly run: Simulated;
  readonly summary: Summary;
  readonly met: boolean;
  /** output tokens a second of jobs beside it, while there were chats */
  readonly batchTokensPerSec?: number;
  /** with nothing in the batch lane; only where there is something, and targets are not met with it */
  readonly metAlone?: boolean;
  /** most of the load, at these machines, with which targets are met; absent: not asked (a trace), or met at none */
  readonly upTo?: number;
  /** where they are not met: how many machines would */
  readonly fleet?: FleetSize;
  /** where they are met and failures were named: what these machines want beside them */
  readonly spares?: Spares;
}

/** Beyond this an answer is "more than anybody asks for". */
const MOST_USERS = 512;
const MOST_RATE_FACTOR = 64;
const RATE_STEPS = 5;

/**
 * Whether the machines are enough, up to what load they are, and how many would be where they are not: the first target that fails
 * with nothing in the batch lane.
 */
export function enough(question: EnoughQuestion): Enough {
  const { load, replicas } = question;
  const { run, summary, batchTokensPerSec } = runAt(question, load.amount, replicas);
  const met = meetsTargets(summary);
  const upTo = load.by === "trace" ? undefined : mostLoad(question, met);
  const both = {
    run,
    summary,
    met,
    ...(upTo === undefined ? {} : { upTo }),
    ...(batchTokensPerSec === undefined ? {} : { batchTokensPerSec }),
  };
  if (met && question.failures === undefined) return both;
  if (met)
    return { ...both, spares: sparesFor(fleetQuestion(question, load.alone ?? load.at), replicas, summary.spanMs) };
  const { alone } = load;
  const metAlone =
    alone && meetsTargets(runAt({ ...question, load: { ...load, at: alone } }, load.amount, replicas).summary);
  if (metAlone) return { ...both, metAlone };
  const fleet = sizeFleet(fleetQuestion(question, alone ?? load.at));
  return { ...both, ...(metAlone === undefined ? {} : { metAlone }), fleet };
}

/** Machines are counted without the batch lane: jobs give way where one fails. */
function fleetQuestion(question: EnoughQuestion, at: SimulatedLoad["at"]): FleetQuestion {
  const { load, engine, times, router, targets, seed, failures } = question;
  return {
    workload: () => at(load.amount),
    engine,
    times,
    router,
    targets,
    seed,
    tokenTimes: true,
    warmUp: load.warmUp(load.amount),
    ...(failures === undefined ? {} : { failures }),
  };
}

interface RunAt {
  readonly run: Simulated;
  readonly summary: Summary;
  readonly batchTokensPerSec?: number;
}

function runAt(question: EnoughQuestion, amount: number, replicas: number): RunAt {
  const { load, engine, times, router, lanes, targets, seed } = question;
  const workload = load.at(amount);
  const run = simulate({ workload, engine, times, replicas, router, ...(lanes ? { lanes } : {}), seed });
  const loop = workload.kind === "closed" ? "closed" : "open";
  const chats = run.records.filter(({ lane }) => lane !== "batch");
  const summary = summarizeAfter(chats, load.warmUp(amount), loop, targets);
  if (chats.length === run.records.length) return { run, summary };
  const endMs = chats.reduce((latest, record) => Math.max(latest, record.endMs), 0);
  const drawn = run.records
    .filter(({ lane }) => lane === "batch")
    .reduce((sum, { tokenMs }) => sum + tokenMs.filter((atMs) => atMs <= endMs).length, 0);
  return { run, summary, batchTokensPerSec: (1000 * drawn) / Math.max(1, endMs) };
}

/** By doubling or halving, then between: whole users, rates to about 3%. */
function mostLoad(question: EnoughQuestion, met: boolean): number | undefined {
  const { load, replicas } = question;
  const meets = (amount: number) => meetsTargets(runAt(question, amount, replicas).summary);
  const whole = load.by === "users";
  const [least, most] = whole ? [1, MOST_USERS] : [load.amount / MOST_RATE_FACTOR, load.amount * MOST_RATE_FACTOR];
  let good = met ? load.amount : 0;
  let bad = met ? Infinity : load.amount;
  while (bad === Infinity && good < most) {
    const next = Math.min(most, good * 2);
    if (meets(next)) good = next;
    else bad = next;
  }
  while (good === 0 && bad > least) {
    const next = whole ? Math.max(least, Math.floor(bad / 2)) : bad / 2;
    if (meets(next)) good = next;
    else bad = next;
  }
  if (good === 0) return undefined;
  if (bad === Infinity) return good;
  for (let step = 0; whole ? bad - good > 1 : step < RATE_STEPS; step++) {
    const middle = whole ? Math.floor((good + bad) / 2) : (good + bad) / 2;
    if (meets(middle)) good = middle;
    else bad = middle;
  }
  return good;
}
