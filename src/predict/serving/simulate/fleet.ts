import { type RequestRecord, summarize, type Summary, type Target } from "../measures/index.ts";
import type { Workload } from "../workload/index.ts";
import { simulate, type Outage, type SimulateQuestion } from "./simulate.ts";

/** How machines fail. */
export interface Failures {
  /** of one machine, on average */
  readonly meanHoursBetween: number;
  /** until it, or another in its place, takes requests: start and loading the model */
  readonly downMs: number;
}

/** What failures ask for beside the machines that the load needs. */
export interface Spares {
  /** so that as many as are needed are there in 99 of 100 moments of a fleet that fails like this; at least 1 */
  readonly spares: number;
  /** with the spares, when that many fail in the middle of the run: whether targets are still met */
  readonly meetsWhenTheyFail: boolean;
}

export interface FleetQuestion extends Omit<SimulateQuestion, "workload" | "replicas" | "outages"> {
  /** made anew for every try: a closed loop counts what it gave */
  readonly workload: () => Workload;
  readonly targets: readonly Target[];
  /** so many requests are warm-up */
  readonly warmUp?: number;
  /** no more machines are tried; absent: 64 */
  readonly most?: number;
  /** absent: `FAILURES` */
  readonly failures?: Failures;
}

export interface FleetSize extends Spares {
  /** fewest machines that meet every target; undefined: none of those tried do */
  readonly replicas?: number;
  readonly summary: Summary;
  /** what was tried: machines, and whether they do */
  readonly tried: readonly { readonly replicas: number; readonly met: boolean }[];
}

/** once in 1000 hours, away for 5 minutes */
export const FAILURES: Failures = { meanHoursBetween: 1000, downMs: 300_000 };
const MOST = 64;
const HOUR_MS = 3_600_000;
const SURE = 0.99;
/** ends that lag so far behind what comes are a queue that grows */
const MOST_DEFICIT = 0.1;

/** Fewest machines that meet the targets, by doubling and halving, and how many more so that failures do not show. */
export function sizeFleet(question: FleetQuestion): FleetSize {
  const { most = MOST } = question;
  const tried: { replicas: number; met: boolean }[] = [];
  const summaries = new Map<number, Summary>();
  const meets = (replicas: number): boolean => {
    const summary = summaryOf(question, replicas, []);
    const met = meetsTargets(summary);
    summaries.set(replicas, summary);
    tried.push({ replicas, met });
    return met;
  };
  let below = 0;
  let above = 1;
  while (!meets(above) && above < most) {
    below = above;
    above = Math.min(most, above * 2);
  }
  if (!tried.at(-1)!.met) return { spares: 0, meetsWhenTheyFail: false, summary: summaries.get(above)!, tried };
  while (above - below > 1) {
    const middle = (above + below) >> 1;
    if (meets(middle)) above = middle;
    else below = middle;
  }
  const summary = summaries.get(above)!;
  return { replicas: above, ...sparesFor(question, above, summary.spanMs), summary, tried };
}

/** Spares beside so many machines that meet the targets; `spanMs`: how long their run takes. */
export function sparesFor(question: FleetQuestion, replicas: number, spanMs: number): Spares {
  const { meanHoursBetween, downMs } = question.failures ?? FAILURES;
  const spares = Math.max(1, sureOf((replicas * downMs) / (meanHoursBetween * HOUR_MS)));
  const atMs = spanMs / 2;
  const outages = Array.from({ length: spares }, (_, replica) => ({ replica, atMs, downMs }));
  return { spares, meetsWhenTheyFail: meetsTargets(summaryOf(question, replicas + spares, outages)) };
}

/** Every target met, nothing failed, and it keeps up with what comes. */
export function meetsTargets(summary: Summary): boolean {
  const { saturation } = summary;
  if (summary.requests.failed > 0 || saturation?.label === "OVERLOADED") return false;
  if (saturation !== undefined && saturation.rateDeficit > MOST_DEFICIT) return false;
  return summary.goodput?.met ?? true;
}

function summaryOf(question: FleetQuestion, replicas: number, outages: readonly Outage[]): Summary {
  const { targets, warmUp = 0 } = question;
  const workload = question.workload();
  const { records } = simulate({ ...question, workload, replicas, outages });
  return summarizeAfter(records, warmUp, workload.kind === "closed" ? "closed" : "open", targets);
}

/** A run's figures without its first requests. */
export function summarizeAfter(
  records: readonly RequestRecord[],
  warmUp: number,
  loop: "open" | "closed",
  targets?: readonly Target[],
): Summary {
  const times = Float64Array.from(records, ({ scheduledMs }) => scheduledMs).sort();
  const measuredFromMs = times[Math.min(warmUp, times.length - 1)] ?? 0;
  return summarize(records, { loop, measuredFromMs, ...(targets === undefined ? {} : { targets }) });
}

/** Least k such that a Poisson count of this mean is at most k with 99%. */
function sureOf(mean: number): number {
  let term = Math.exp(-mean);
  let sum = term;
  let k = 0;
  while (sum < SURE && k < 1000) {
    k++;
    term *= mean / k;
    sum += term;
  }
  return k;
}
