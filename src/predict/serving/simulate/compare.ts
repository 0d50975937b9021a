import { distributionOf, e2eMs, type RequestRecord, summarize, tpotMs, ttftMs } from "../measures/index.ts";

/** One metric, measured and simulated. */
export interface MetricError {
  readonly metric: string;
  readonly unit: "ms" | "tokens/s" | "requests/s";
  readonly measured: number;
  readonly simulated: number;
  /** simulated / measured - 1: its sign is the bias */
  readonly error: number;
}

/** The same requests one by one. */
export interface RequestError {
  readonly metric: string;
  readonly requests: number;
  /** mean of |simulated / measured - 1| */
  readonly meanError: number;
  /** median of simulated / measured, less 1 */
  readonly bias: number;
  /** Pearson's; absent where all are alike */
  readonly correlation?: number;
}

export interface Comparison {
  readonly metrics: readonly MetricError[];
  readonly requests: readonly RequestError[];
}

/** How far a simulated run lies from the measured one that it replays. Requests are paired by id; only those that ended well in both. */
export function compareRuns(
  measured: readonly RequestRecord[],
  simulated: readonly RequestRecord[],
  loop: "open" | "closed",
): Comparison {
  const other = new Map(simulated.map((record) => [record.id, record]));
  const pairs = measured.flatMap((record) => {
    const same = other.get(record.id);
    return record.outcome === "ok" && same?.outcome === "ok" ? [[record, same] as const] : [];
  });
  const one = summarize(
    pairs.map(([record]) => record),
    { loop },
  );
  const two = summarize(
    pairs.map(([, record]) => record),
    { loop },
  );
  const metrics: MetricError[] = [];
  const add = (metric: string, unit: MetricError["unit"], a: number | undefined, b: number | undefined) => {
    if (a !== undefined && b !== undefined && a > 0)
      metrics.push({ metric, unit, measured: a, simulated: b, error: b / a - 1 });
  };
  add("output tokens", "tokens/s", one.outputTokensPerSec, two.outputTokensPerSec);
  for (const percent of ["p50", "p95", "p99"] as const) {
    add(`ttft ${percent}`, "ms", one.ttftMs.fromSend?.[percent], two.ttftMs.fromSend?.[percent]);
    add(`gap ${percent}`, "ms", one.gapMs?.[percent], two.gapMs?.[percent]);
    add(`tpot ${percent}`, "ms", one.tpotMs?.[percent], two.tpotMs?.[percent]);
    add(`e2e ${percent}`, "ms", one.e2eMs.fromSend?.[percent], two.e2eMs.fromSend?.[percent]);
  }
  const each = (metric: string, of: (record: RequestRecord) => number | undefined) =>
    requestError(
      metric,
      pairs.flatMap(([record, same]) => {
        const [a, b] = [of(record), of(same)];
        return a !== undefined && b !== undefined && a > 0 && b > 0 ? [[a, b] as const] : [];
      }),
    );
  return {
    metrics,
    requests: [
      each("ttft", (record) => ttftMs(record, "send")),
      each("tpot", tpotMs),
      each("e2e", (record) => e2eMs(record, "send")),
    ].filter((error) => error !== undefined),
  };
}

function requestError(metric: string, pairs: readonly (readonly [number, number])[]): RequestError | undefined {
  if (pairs.length === 0) return undefined;
  const ratios = pairs.map(([a, b]) => b / a);
  const correlation = pearson(pairs);
  return {
    metric,
    requests: pairs.length,
    meanError: ratios.reduce((sum, ratio) => sum + Math.abs(ratio - 1), 0) / ratios.length,
    bias: (distributionOf(ratios)?.p50 ?? 1) - 1,
    ...(correlation === undefined ? {} : { correlation }),
  };
}

function pearson(pairs: readonly (readonly [number, number])[]): number | undefined {
  const n = pairs.length;
  const meanA = pairs.reduce((sum, [a]) => sum + a, 0) / n;
  const meanB = pairs.reduce((sum, [, b]) => sum + b, 0) / n;
  let [both, squareA, squareB] = [0, 0, 0];
  for (const [a, b] of pairs) {
    both += (a - meanA) * (b - meanB);
    squareA += (a - meanA) ** 2;
    squareB += (b - meanB) ** 2;
  }
  return squareA > 0 && squareB > 0 ? both / Math.sqrt(squareA * squareB) : undefined;
}
