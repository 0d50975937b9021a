import { formatDuration, formatNumber, formatPace, formatPercent } from "../../../facts/units/index.ts";
import type { BenchAnswer, BenchPoint } from "../../../plan/answer/index.ts";
import type { Distribution, Doubt, RecordDifference, ToolReport } from "../../../predict/serving/index.ts";
import { cacheText, laneLines, rateLines, serverText } from "./bench-server-text.ts";
import { columns, nextLines, WIDTH, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** A measured endpoint for a terminal of 80 columns: one load in full, several as a table, two endpoints side by side. */
export function benchText(answer: BenchAnswer, style: Style): string {
  const { points, compared, knee } = answer;
  const one = points.length === 1 && compared === undefined ? points[0] : undefined;
  return [
    ...headLines(answer, style),
    "",
    ...(one ? onePoint(one, style) : table(points, style, knee?.index)),
    ...points.flatMap((point) => laneLines(point, style)),
    ...(compared ? comparison(answer, style) : []),
    ...(knee ? kneeLines(answer, style) : []),
    ...(answer.as ?? []).flatMap((report, index) => ["", ...toolLines(report, points[index], style)]),
    ...rateLines(answer, style),
    ...doubtLines(answer, style),
    "",
    ...clientLines(answer, style),
    ...answer.notes.flatMap((note) => wrap(`note: ${note}`)),
    ...(answer.stopped ? [style.warn("stopped: what was measured until then")] : []),
    ...(answer.stored === undefined ? [] : [style.faint(`kept in ${answer.stored}`)]),
    ...nextLines(answer.next, style),
  ].join("\n");
}

function promptsText({ prompts }: BenchAnswer["endpoint"], asked: BenchAnswer["asked"]): string {
  if (prompts.how === "data set")
    return `prompts from the data set${asked.cache === "off" ? `, ${CACHE.off}` : ""}; answers as it says, else of ${asked.output}`;
  if (asked.prompt === "the trace") return `lengths of prompts (${HOW[prompts.how]}) and answers from the trace`;
  const answers = `(${HOW[prompts.how]}), answers of ${asked.output}`;
  if (asked.loop === "sessions")
    return `turns of ${asked.prompt} new tokens ${answers}; ${CACHE[asked.cache]} but what was said`;
  return `prompts of ${asked.prompt} tokens ${answers}; ${CACHE[asked.cache]}`;
}

const HOW = {
  tokenized: "by its own tokenizer",
  calibrated: "by what it counted of two requests",
  estimated: "estimated: it counts nothing",
} as const;

const CACHE = {
  unique: "prompts share nothing",
  off: "prompt cache off, as asked of the server",
  shared: "prompts share their beginning",
} as const;

function headLines({ endpoint, asked, compared }: BenchAnswer, style: Style): string[] {
  const loop = {
    closed: "users wait for answers",
    open: `${asked.arrivals} arrivals on a schedule made beforehand`,
    sessions: `conversations that begin by ${asked.arrivals} arrivals, turns wait for answers`,
  }[asked.loop];
  const server = serverText({ endpoint });
  return [
    `${style.strong(endpoint.base)}  ${endpoint.model}`,
    ...(server === undefined ? [] : wrap(server).map(style.faint)),
    ...(compared ? againstLines(compared, endpoint, style) : []),
    ...wrap(
      `${loop}; ${promptsText(endpoint, asked)}; ${asked.connections === "fresh" ? "a connection a request" : "connections kept"}; seed ${asked.seed}`,
    ).map(style.faint),
  ];
}

/** The other endpoint, or what the same one is asked otherwise. */
function againstLines(
  { endpoint, differs = [] }: NonNullable<BenchAnswer["compared"]>,
  first: BenchAnswer["endpoint"],
  style: Style,
): string[] {
  const other = endpoint.base === first.base ? "itself" : `${endpoint.base}  ${endpoint.model}`;
  const server = endpoint.base === first.base ? undefined : serverText({ endpoint });
  return [
    ...wrap(`against ${other}${differs.length === 0 ? "" : `, with ${differs.join(", ")}`}`).map(style.strong),
    ...(server === undefined ? [] : wrap(server).map(style.faint)),
  ];
}

function loadText({ load }: BenchPoint): string {
  return "users" in load
    ? `${load.users} ${load.users === 1 ? "user" : "users"}`
    : `${formatNumber(load.requestsPerSec)} req/s`;
}

function onePoint(point: BenchPoint, style: Style): string[] {
  const { summary } = point;
  const { requests } = summary;
  const open = summary.loop === "open";
  const rows = [
    distributionRow("time to first token, from send", summary.ttftMs.fromSend),
    ...(open ? [distributionRow("time to first token, from due", summary.ttftMs.fromSchedule)] : []),
    distributionRow("gap between events, pooled", summary.gapMs),
    distributionRow("time per token, mean of each", summary.tpotMs),
    distributionRow("whole answer, from send", summary.e2eMs.fromSend),
    ...(open ? [distributionRow("whole answer, from due", summary.e2eMs.fromSchedule)] : []),
    ...(point.sideProbe?.alone ? [distributionRow("small request alone", point.sideProbe.alone)] : []),
    ...(point.sideProbe?.beside ? [distributionRow("small request beside the load", point.sideProbe.beside)] : []),
  ].filter((row) => row !== undefined);
  const head = ["", "n", "p50", "p90", "p95", "p99"].map(style.faint);
  const few = Math.min(summary.ttftMs.fromSend?.n ?? Infinity, summary.tpotMs?.n ?? Infinity) < 100;
  return [
    `${style.strong(loadText(point))}  ${requests.ok} answered` +
      (requests.failed > 0 ? style.bad(`, ${requests.failed} failed`) : "") +
      (requests.unfinished > 0 ? style.warn(`, ${requests.unfinished} unfinished`) : "") +
      style.faint(`; ${requests.warmUp} before them left out as warm-up`),
    "",
    ...columns([head, ...rows], [1, 2, 3, 4, 5]),
    ...(few ? [style.faint("percentiles interpolate; p99 of fewer than 100 is all but their maximum")] : []),
    "",
    ...columns(rateRows(point)),
    ...goodputLines(point, style),
    ...failureLines(point, style),
  ];
}

function distributionRow(name: string, found: Distribution | undefined): string[] | undefined {
  if (found === undefined) return undefined;
  return [name, String(found.n), ...[found.p50, found.p90, found.p95, found.p99].map(formatDuration)];
}

function rateRows({
  summary,
  cache,
  promptTokens,
  outputTokens,
  connectMs,
  retried,
  arrivals,
}: BenchPoint): string[][] {
  const rows: string[][] = [];
  if (summary.steadyOutputTokensPerSec !== undefined)
    rows.push(["throughput", `${formatPace(summary.steadyOutputTokensPerSec)} while requests left`]);
  rows.push([
    summary.steadyOutputTokensPerSec === undefined ? "throughput" : "",
    `${formatPace(summary.outputTokensPerSec)} from first send to last end (${formatDuration(summary.spanMs)}), ` +
      `${formatNumber(summary.requestsPerSec)} req/s, ${formatPace(summary.promptTokensPerSec)} of prompts`,
  ]);
  rows.push(["at once", `${formatNumber(summary.concurrency.mean)} on average, ${summary.concurrency.most} at most`]);
  if (promptTokens && outputTokens)
    rows.push(["tokens", `prompts of ${spread(promptTokens)}, answers of ${spread(outputTokens)}, as counted`]);
  rows.push(["cached", cacheText(cache)]);
  if (connectMs) rows.push(["connecting", `${formatDuration(connectMs.p50)} of each time from send (median)`]);
  if (retried > 0) rows.push(["sent again", `${retried}, because a kept connection was closed`]);
  if (arrivals && summary.askedPerSec !== undefined && summary.achievedPerSec !== undefined)
    rows.push([
      "arrivals",
      `${formatNumber(summary.achievedPerSec)} req/s of ${formatNumber(summary.askedPerSec)} planned; ` +
        (arrivals.windows < LEAST_WINDOWS
          ? ""
          : `Fano factor ${formatNumber(arrivals.fano)}, lag-1 ${formatNumber(arrivals.lag1)}; `) +
        `late by ${formatDuration(summary.lagMs?.p99 ?? 0)} (p99)`,
    ]);
  if (summary.saturation)
    rows.push([
      "server",
      `${summary.saturation.label}: answers ${formatPercent(-summary.saturation.rateDeficit, true)} against arrivals, ` +
        `times x${formatNumber(summary.saturation.drift)} from first half to second`,
    ]);
  return rows;
}

/** A Fano factor of fewer windows says little. */
const LEAST_WINDOWS = 10;

function spread({ min, p50, max }: Distribution): string {
  return min === max ? formatNumber(min) : `${formatNumber(p50)} (${formatNumber(min)} to ${formatNumber(max)})`;
}

function goodputLines({ summary: { goodput } }: BenchPoint, style: Style): string[] {
  if (goodput === undefined) return [];
  return [
    "",
    ...goodput.targets.map(({ metric, percent, limitMs, valueMs, met }) => {
      const value = valueMs === undefined ? "nothing to judge by" : formatDuration(valueMs);
      return `${met ? style.good("met") : style.bad("missed")}  ${metric} p${percent} ${value}, limit ${formatDuration(limitMs)}`;
    }),
    `goodput: ${formatPercent(goodput.share)} of requests kept every limit, ${formatNumber(goodput.requestsPerSec)} req/s`,
  ];
}

function failureLines({ failures }: BenchPoint, style: Style): string[] {
  return failures
    .slice(0, 3)
    .flatMap(({ error, count }) => wrap(`${count} x ${error}`, WIDTH - 2).map((line) => style.bad(`  ${line}`)));
}

function table(points: readonly BenchPoint[], style: Style, knee?: number): string[] {
  const head = ["load", "tok/s", "ttft p50", "p95", "gap p99", "tpot p50", "e2e p50", "failed", ""].map(style.faint);
  const rows = points.map((point, index) => {
    const { summary } = point;
    const invalid = summary.doubts.length > 0;
    const open = summary.loop === "open";
    const ttft = open ? summary.ttftMs.fromSchedule : summary.ttftMs.fromSend;
    const e2e = open ? summary.e2eMs.fromSchedule : summary.e2eMs.fromSend;
    const time = (ms: number | undefined) => (ms === undefined ? "-" : formatDuration(ms));
    const targets = summary.goodput === undefined ? "" : summary.goodput.met ? style.good("met") : style.bad("missed");
    const label = invalid
      ? style.warn("invalid")
      : index === knee
        ? style.strong("knee")
        : (summary.saturation?.label ?? "");
    return [
      loadText(point),
      formatNumber(summary.steadyOutputTokensPerSec ?? summary.outputTokensPerSec),
      ...[ttft?.p50, ttft?.p95, summary.gapMs?.p99, summary.tpotMs?.p50, e2e?.p50].map(time),
      String(summary.requests.failed + summary.requests.unfinished),
      [label, targets].filter(Boolean).join(" "),
    ];
  });
  return columns([head, ...rows], [1, 2, 3, 4, 5, 6, 7]);
}

function comparison({ compared, points }: BenchAnswer, style: Style): string[] {
  if (compared === undefined) return [];
  const rows = compared.differences.map((row) => [
    `${row.metric} ${row.statistic}`,
    formatDuration(row.first),
    formatDuration(row.second),
    between(row),
    row.difference.low > 0
      ? style.warn("slower")
      : row.difference.high < 0
        ? style.good("faster")
        : style.faint("no difference seen"),
  ]);
  const { throughput } = compared;
  return [
    style.faint("second endpoint, the same lengths, in turns with the first:"),
    ...table(compared.points, style),
    "",
    ...columns([["", "first", "second", "second less first, 95%", ""].map(style.faint), ...rows], [1, 2, 3]),
    ...(throughput === undefined
      ? [style.faint(`throughput: too few turns (${points.length}) for an interval`)]
      : [
          `throughput x${formatNumber(throughput.value)} ` +
            `(${formatNumber(throughput.low)} to ${formatNumber(throughput.high)}), over ${points.length} turns`,
        ]),
    style.faint(`paired by request (${compared.differences[0]?.pairs ?? 0} pairs), intervals from pairs drawn again`),
  ];
}

function between({ difference: { value, low, high } }: RecordDifference): string {
  const signed = (ms: number) => (ms < 0 ? `-${formatDuration(-ms)}` : `+${formatDuration(ms)}`);
  return `${signed(value)} (${signed(low)} to ${signed(high)})`;
}

function kneeLines({ points, knee }: BenchAnswer, style: Style): string[] {
  const point = knee === undefined ? undefined : points[knee.index];
  if (point === undefined) return [];
  return [
    "",
    ...wrap(
      `knee: ${loadText(point)}, the most throughput for the time an answer takes` +
        (knee?.beyond ? "; it may lie beyond the last load" : ""),
    ).map((line) => (knee?.beyond ? style.warn(line) : style.strong(line))),
  ];
}

function toolLines(report: ToolReport, point: BenchPoint | undefined, style: Style): string[] {
  const names = [...new Set(report.rows.flatMap((row) => Object.keys(row.values)))].filter((name) => name !== "value");
  const head = ["", "", ...names].map(style.faint);
  const rows = report.rows.map((row) => {
    const { value } = row.values;
    if (value !== undefined) return [row.name, row.unit, formatNumber(value)];
    return [row.name, row.unit, ...names.map((name) => formatNumber(row.values[name] ?? NaN))];
  });
  return [
    `${style.strong(`as ${report.tool} ${report.version} counts`)}${point ? style.faint(`, ${loadText(point)}, warm-up too`) : ""}`,
    ...columns(
      [head, ...rows],
      names.map((_, index) => index + 2),
    ),
  ];
}

const WHY: Readonly<Record<Doubt["why"], (doubt: Doubt) => string>> = {
  "schedule-lag": ({ value, limit }) =>
    `requests left ${formatDuration(value)} late (p99), more than ${formatDuration(limit)}`,
  "rate-not-reached": ({ value, limit }) =>
    `only ${formatPercent(value)} of the rate was sent, less than ${formatPercent(limit)}`,
  "client-headroom": ({ value, limit }) =>
    `${formatPace(value)} is above what this client can be trusted with (${formatPace(limit)})`,
  "event-loop-lag": ({ value, limit }) =>
    `this process came ${formatDuration(value)} late to its events (p99), more than ${formatDuration(limit)}`,
  clumped: ({ value }) => `events came in clumps (median gap ${formatDuration(value)}) while this process was busy`,
  "no-answers": () => "nothing was answered",
  "stopped-early": () => "stopped before its end",
};

function doubtLines({ points, compared }: BenchAnswer, style: Style): string[] {
  const found = [...points, ...(compared?.points ?? [])].filter((point) => point.summary.doubts.length > 0);
  if (found.length === 0) return [];
  return [
    "",
    ...found.flatMap((point) =>
      point.summary.doubts.flatMap((doubt) =>
        wrap(`${loadText(point)} is no valid point: ${WHY[doubt.why](doubt)}`).map(style.warn),
      ),
    ),
  ];
}

function clientLines({ ceiling, points }: BenchAnswer, style: Style): string[] {
  const worst = points.reduce((most, point) => Math.max(most, point.client.loopLagMs.p99), 0);
  const cpu = points.findLast((point) => point.client.cpuPerEventUs !== undefined)?.client.cpuPerEventUs;
  const step = ceiling?.steps.findLast((one) => one.good) ?? ceiling?.steps.at(-1);
  const limit =
    ceiling === undefined
      ? "not checked"
      : ceiling.tokensPerSec === undefined
        ? "right at no rate that was tried: this machine is too busy to measure on"
        : `right up to ${formatPace(ceiling.tokensPerSec)} at least; there it adds ${formatDuration(Math.max(0, step?.ttftMs.added50 ?? 0))} ` +
          `(p99 ${formatDuration(Math.max(0, step?.ttftMs.added99 ?? 0))}) to the first token`;
  return wrap(
    `this client: ${limit}; event loop late by ${formatDuration(worst)} (p99)` +
      (cpu === undefined ? "" : `, ${formatNumber(cpu)} us of CPU an event`),
  ).map(style.faint);
}
