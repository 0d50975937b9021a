import type { Rig } from "../../facts/hardware/index.ts";
import { formatDuration, formatNumber } from "../../facts/units/index.ts";
import {
  type EngineSettings,
  type Failures,
  FAILURES,
  type FleetSize,
  type RoutePolicy,
  type Spares,
  type StepCosts,
  type Summary,
  type Target,
} from "../../predict/serving/index.ts";
import type { Enough, Replay, Replays } from "../advise/index.ts";
import { ANSWER_VERSION, type ModelFacts } from "./fit-numbers.ts";

const HOUR_MS = 3_600_000;

/** A server that is not here, in numbers: what it would answer under a load, whether it is enough, and what would be. */
export interface SimulateAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "simulation";
  readonly model: ModelFacts;
  readonly rig: Rig;
  readonly engine: EngineSettings;
  /** where the times of steps are from */
  readonly times: { readonly provenance: "datasheet" | "calibrated"; readonly source: string };
  readonly asked: {
    readonly load: { readonly users: number } | { readonly requestsPerSec: number } | { readonly trace: string };
    readonly prompt: string;
    readonly output: string;
    /** jobs in the batch lane all the time */
    readonly batch?: number;
    readonly replicas: number;
    readonly router?: RoutePolicy;
    /** where they were named */
    readonly failures?: Failures;
    readonly seed: number;
    readonly targets: readonly Target[];
  };
  /** absent where only measured runs are replayed */
  readonly summary?: Summary;
  readonly steps?: number;
  /** requests that lost their cache to others and were computed again */
  readonly preempted?: number;
  /** most of a machine's cache that was filled, 0 to 1 */
  readonly mostHeldShare?: number;
  /** requests that each machine answered */
  readonly answered?: readonly number[];
  readonly enough?: EnoughFacts;
  readonly replays?: ReplayFacts;
  readonly says: string;
  readonly assumptions: readonly string[];
  readonly next: readonly string[];
}

export interface EnoughFacts {
  /** every target is met with the machines that were asked about */
  readonly met: boolean;
  /** with nothing in the batch lane they would be */
  readonly metAlone?: boolean;
  /** output tokens a second of the batch lane beside it */
  readonly batchTokensPerSec?: number;
  /** most users or requests per second with which they are; absent: none, or a trace */
  readonly upTo?: number;
  readonly fleet?: Omit<FleetSize, "summary">;
  /** beside the machines that were asked about; where they are enough and failures were named */
  readonly spares?: Spares;
}

export interface ReplayFacts {
  readonly runs: readonly Replay[];
  readonly learnedFrom: Replays["learnedFrom"];
  readonly calibration?: {
    readonly costs: StepCosts;
    readonly requestMs: number;
    readonly spread: number;
    readonly requests: number;
  };
}

export type SimulateFacts = Pick<
  SimulateAnswer,
  "model" | "rig" | "engine" | "times" | "asked" | "assumptions" | "next"
>;

export function answerSimulation(facts: SimulateFacts, enough: Enough | undefined, replayed?: Replays): SimulateAnswer {
  const calibration = replayed?.calibration;
  return {
    schema: ANSWER_VERSION,
    kind: "simulation",
    ...facts,
    assumptions: [...facts.assumptions, ...(enough ? assumedFailures(facts.asked.failures, enough) : [])],
    ...(enough
      ? {
          summary: enough.summary,
          steps: enough.run.steps,
          preempted: enough.run.preempted,
          mostHeldShare: enough.run.mostHeldShare,
          answered: enough.run.answered,
          enough: enoughFacts(enough),
        }
      : {}),
    ...(replayed
      ? {
          replays: {
            runs: replayed.runs,
            learnedFrom: replayed.learnedFrom,
            ...(calibration
              ? {
                  calibration: {
                    costs: calibration.costs,
                    requestMs: calibration.requestMs,
                    spread: calibration.spread,
                    requests: calibration.requests,
                  },
                }
              : {}),
          },
        }
      : {}),
    says: enough ? saysEnough(facts, enough) : "measured runs, replayed: how far the simulator lies from each",
  };
}

function assumedFailures(failures: Failures = FAILURES, { fleet, spares }: Enough): string[] {
  if (fleet?.replicas === undefined && spares === undefined) return [];
  const between = formatDuration(failures.meanHoursBetween * HOUR_MS);
  return [`a machine fails every ${between} on average and is back after ${formatDuration(failures.downMs)}`];
}

function enoughFacts({ met, metAlone, batchTokensPerSec, upTo, fleet, spares }: Enough): EnoughFacts {
  const facts = {
    met,
    ...(metAlone === undefined ? {} : { metAlone }),
    ...(batchTokensPerSec === undefined ? {} : { batchTokensPerSec }),
    ...(upTo === undefined ? {} : { upTo }),
    ...(spares === undefined ? {} : { spares }),
  };
  if (fleet === undefined) return facts;
  const { summary: _, ...size } = fleet;
  return { ...facts, fleet: size };
}

function saysEnough(
  { asked, engine }: SimulateFacts,
  { met, metAlone, upTo, fleet, spares, summary, run }: Enough,
): string {
  const machines = asked.replicas === 1 ? "one machine" : `${asked.replicas} machines`;
  const most =
    upTo === undefined
      ? ""
      : "users" in asked.load
        ? `${formatNumber(upTo)} users`
        : `${formatNumber(upTo)} requests a second`;
  const beside = spares ? `; ${sparesWords(spares)}` : "";
  if (met)
    return `${machines} ${asked.replicas === 1 ? "is" : "are"} enough${most === "" ? "" : `, up to ${most}`}${beside}`;
  const why = whyNot(summary, run, engine);
  const until = most === "" ? "" : ` (up to ${most} would be met)`;
  const no = `${machines} ${asked.replicas === 1 ? "is" : "are"} not enough: ${why}${until}`;
  if (metAlone)
    return `${no}; with nothing in the batch lane ${asked.replicas === 1 ? "it would be" : "they would be"}`;
  if (fleet?.replicas === undefined) return `${no}; nor are ${fleet?.tried.at(-1)?.replicas ?? 0} machines`;
  return `${no}; ${fleet.replicas} would be, ${sparesWords(fleet)}`;
}

function sparesWords({ spares, meetsWhenTheyFail }: Spares): string {
  const failing = meetsWhenTheyFail ? "" : ", and still missed while they fail";
  return `with ${spares} spare${spares === 1 ? "" : "s"} for failures${failing}`;
}

function whyNot({ goodput, requests, saturation }: Summary, run: Enough["run"], engine: EngineSettings): string {
  const { preempted, records } = run;
  if (requests.failed > 0)
    return `${requests.failed} requests fail (${records.find(({ outcome }) => outcome === "failed")?.error})`;
  if (saturation?.label === "OVERLOADED") return "it falls behind what comes";
  const missed = goodput?.targets.find((target) => !target.met);
  const cache =
    preempted > 0 && engine.kind === "vllm" ? `, and the cache is too small: ${preempted} requests computed again` : "";
  if (missed === undefined) return `a target is missed${cache}`;
  const { metric, percent, limitMs, valueMs = 0 } = missed;
  return `${metric} p${percent} is ${formatNumber(valueMs)} ms, wanted ${formatNumber(limitMs)} ms${cache}`;
}
