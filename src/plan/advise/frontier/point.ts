import type { Banded, Doubt, Summary, Target } from "../../../predict/serving/index.ts";

/** Where a point is from; the datasheet or this machine's own measurements stand behind what is simulated. */
export type PointOrigin = "predicted" | "simulated (datasheet)" | "simulated (calibrated)" | "measured";

/** What a server can be set to, and what is asked of it. */
export interface Knobs {
  /** people who ask, wait for the answer and ask again; of a measured rate: requests on their way, on average */
  readonly users: number;
  /** sequences at once; absent where a measured server did not say */
  readonly slots?: number;
  /** tokens of one step; absent where a measured server did not say */
  readonly stepTokens?: number;
}

/** One way to run a model under one load. Bands are 80%. */
export interface FrontierPoint {
  readonly origin: PointOrigin;
  readonly knobs: Knobs;
  /** of all users together */
  readonly tokensPerSec: Banded;
  /** the same by users */
  readonly eachTokensPerSec: Banded;
  /** from asking to the first token */
  readonly ttftMs: { readonly p50: Banded; readonly p95: Banded };
  /** between two tokens, of all gaps */
  readonly gapMs: { readonly p50: Banded; readonly p95: Banded };
  /** a request's mean time of a token without the first, p95 */
  readonly tpotMs: Banded;
  /** of the tokens per second that memory and arithmetic allow for these prompts and answers, 0 to 1; absent: not known */
  readonly shareOfLimit?: number;
  /** no other point of its origin is better in tokens per second, first token and gaps at once */
  readonly onFrontier: boolean;
  /** empty: valid */
  readonly doubts: readonly Doubt[];
  /** requests failed, or it fell behind what came */
  readonly overloaded: boolean;
  /** all figures, of what was simulated or measured */
  readonly summary?: Summary;
  /** where several runs were measured: which */
  readonly name?: string;
}

/** A point as it is made: what depends on the others comes later. */
export type BarePoint = Omit<FrontierPoint, "onFrontier">;

export function exactly(value: number): Banded {
  return { value, low: value, high: value };
}

/** What a target compares with its limit: of predicted points what they have, the middle where no percentile is known. */
export function valueOf(point: Omit<FrontierPoint, "onFrontier">, target: Target): number | undefined {
  const { metric, percent } = target;
  const known = point.summary?.goodput?.targets.find((one) => one.metric === metric && one.percent === percent);
  if (known) return known.valueMs;
  if (metric === "e2e") return point.summary?.e2eMs.fromSchedule?.p95;
  if (metric === "tpot") return point.tpotMs.value;
  const of = metric === "ttft" ? point.ttftMs : point.gapMs;
  return (percent > 50 ? of.p95 : of.p50).value;
}
