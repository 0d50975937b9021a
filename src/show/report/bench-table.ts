import type { DataTable } from "../../draw/index.ts";
import { formatDuration, formatNumber } from "../../facts/units/index.ts";
import type { BenchAnswer, BenchPoint } from "../../plan/answer/index.ts";

export function rateOf({ summary }: BenchPoint): number {
  return summary.steadyOutputTokensPerSec ?? summary.outputTokensPerSec;
}

export function loadName({ load }: BenchPoint): string {
  if ("users" in load) return `${load.users} ${load.users === 1 ? "user" : "users"}`;
  return `${formatNumber(load.requestsPerSec)} req/s`;
}

/** A model as it is called; of a server that calls it by its file, the file. */
export function modelName({ endpoint }: Pick<BenchAnswer, "endpoint">): string {
  return endpoint.model.split(/[\\/](?=[^\\/]+\.gguf$)/i).at(-1)!;
}

const time = (ms: number | undefined): string => (ms === undefined ? "-" : formatDuration(ms));

/** A row a point, with both sides where two were compared. */
export function benchTable({ points, compared }: Pick<BenchAnswer, "points" | "compared">): DataTable {
  const sides = compared ? [points, compared.points] : [points];
  return {
    columns: [
      "load",
      "answered",
      "failed",
      "tokens/s",
      "first token p50",
      "first token p95",
      "gap p50",
      "gap p99",
      "time per token p50",
      "whole answer p50",
      "valid",
    ],
    rows: sides.flatMap((side, at) =>
      side.map((point) => {
        const { summary } = point;
        const open = summary.loop === "open";
        const first = open ? summary.ttftMs.fromSchedule : summary.ttftMs.fromSend;
        const whole = open ? summary.e2eMs.fromSchedule : summary.e2eMs.fromSend;
        return [
          compared ? `${loadName(point)}, ${at === 0 ? "first" : "second"}` : loadName(point),
          String(summary.requests.ok),
          String(summary.requests.failed + summary.requests.unfinished),
          formatNumber(rateOf(point)),
          time(first?.p50),
          time(first?.p95),
          time(summary.gapMs?.p50),
          time(summary.gapMs?.p99),
          time(summary.tpotMs?.p50),
          time(whole?.p50),
          summary.doubts.length === 0 ? "yes" : "no",
        ];
      }),
    ),
  };
}
