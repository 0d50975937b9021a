import { formatDuration, formatPercent } from "../../src/facts/units/index.ts";
import { QUIET } from "./measure.ts";
import { type Figures, METRICS, type Metric } from "./run.ts";
import { type EngineScore, metricScores } from "./score.ts";

/** The table of an engine: each point measured, simulated as calibrated, and by the speed model alone. */
export function engineLines({ name, about, learned, points }: EngineScore): string[] {
  const lines = [`${name} (${about}), ${points.length} points, calibrated by two probes:`];
  for (const { costs, requestMs, requests, spread } of learned) {
    const { fewFactors = [], ...rest } = costs;
    const words = Object.entries(rest).map(([cost, ms]) => `${cost} ${ms.toPrecision(3)}`);
    const factors = fewFactors.map((factor) => factor.toFixed(2)).join(" ");
    lines.push(
      `  ${requests} requests, left ${formatPercent(spread)}: request ${requestMs.toFixed(1)} ms, ${words.join(", ")}, few ${factors}`,
    );
  }
  lines.push(
    "",
    `  ${"users, prompt".padEnd(15)}${METRICS.map((metric) => `${metric}: is, said, error`.padEnd(28)).join("")}idle`,
  );
  for (const { asked, measured, calibrated, idleShare } of points) {
    const prompt = asked.prompt.kind === "fixed" ? asked.prompt.tokens : 0;
    const cells = METRICS.map((metric) => cell(metric, measured, calibrated).padEnd(28));
    const idle = idleShare === undefined ? "" : formatPercent(idleShare);
    lines.push(`  ${`${asked.users}, ${prompt}`.padEnd(15)}${cells.join("")}${idle}`);
  }
  for (const kind of ["calibrated", "uncalibrated"] as const)
    for (const each of metricScores(points, kind)) {
      const { metric, medianError, worstError, bias, allowed, within, points: count, holds } = each;
      const verdict = kind === "calibrated" ? `, at most ${formatPercent(allowed)}: ${holds ? "holds" : "MISSED"}` : "";
      lines.push(
        `  ${kind} ${metric}: median error ${percent(medianError)}, bias ${percent(bias)}, worst ${percent(worstError)}, ` +
          `${within} of ${count} points within${verdict}`,
      );
    }
  const quiet = points.filter(({ idleShare = 1 }) => idleShare >= QUIET);
  if (quiet.length > 0 && quiet.length < points.length) {
    const medians = metricScores(quiet, "calibrated").map(
      ({ metric, medianError }) => `${metric} ${percent(medianError)}`,
    );
    lines.push(
      `  ${quiet.length} points while at least ${formatPercent(QUIET)} of the machine was idle: ${medians.join(", ")}`,
    );
  }
  return lines;
}

function cell(metric: Metric, measured: Figures, simulated: Figures): string {
  const show = (value: number) => (metric === "throughput" ? `${value.toFixed(1)}/s` : formatDuration(value));
  return `${show(measured[metric])}  ${show(simulated[metric])}  ${percent(simulated[metric] / measured[metric] - 1)}`;
}

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
