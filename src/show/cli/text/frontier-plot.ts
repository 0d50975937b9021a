import { formatNumber } from "../../../facts/units/index.ts";
import type { FrontierPoint } from "../../../plan/advise/index.ts";
import type { FrontierAnswer } from "../../../plan/answer/index.ts";

const COLUMNS = 62;
const LINES = 11;
const MARGIN = 10;

/** Tokens per second of all over those of each, both in doublings: up is throughput, right is pace. */
export function frontierPlot({ points, operating }: FrontierAnswer): string[] {
  const shown = points.filter(({ tokensPerSec }) => tokensPerSec.value > 0);
  if (shown.length === 0) return [];
  const [xs, ys] = [axis(shown.map(each), COLUMNS), axis(shown.map(all), LINES)];
  const cells = Array.from({ length: LINES }, () => Array.from({ length: COLUMNS }, () => " "));
  const put = (point: FrontierPoint, sign: string) => {
    cells[LINES - 1 - ys.at(all(point))]![xs.at(each(point))] = sign;
  };
  for (const point of shown) if (point.origin === "predicted") put(point, ".");
  for (const point of shown) if (point.origin.startsWith("simulated")) put(point, point.onFrontier ? "o" : "-");
  for (const point of shown) if (point.origin === "measured") put(point, "x");
  for (const { name, point } of operating.toReversed()) put(points[point]!, name[0]!.toUpperCase());
  const [left, right] = [formatNumber(xs.low), `${formatNumber(xs.high)} each`];
  return [
    "tokens/s of all, in doublings",
    ...cells.map((line, at) => {
      const label = at === 0 ? formatNumber(ys.high) : at === LINES - 1 ? formatNumber(ys.low) : "";
      return `${label.padStart(MARGIN)} |${line.join("")}`.trimEnd();
    }),
    `${" ".repeat(MARGIN)} +${"-".repeat(COLUMNS)}`,
    `${" ".repeat(MARGIN + 2)}${left}${right.padStart(COLUMNS - left.length)}`,
    `${" ".repeat(MARGIN + 2)}o simulated  - one that others beat  . predicted  x measured`,
  ];
}

function all({ tokensPerSec }: FrontierPoint): number {
  return tokensPerSec.value;
}

function each({ eachTokensPerSec }: FrontierPoint): number {
  return eachTokensPerSec.value;
}

/** Places on an axis of so many cells, by the logarithm. */
function axis(values: readonly number[], cells: number) {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), 0);
  const span = Math.log(high / low) || 1;
  return {
    low,
    high,
    at: (value: number) => Math.max(0, Math.min(cells - 1, Math.round((Math.log(value / low) / span) * (cells - 1)))),
  };
}
