import { formatDuration, formatNumber, formatPace, formatPercent } from "../../facts/units/index.ts";
import type { BenchAnswer, BenchRate } from "../../plan/answer/index.ts";
import { DEFINITIONS } from "./bench-definitions.ts";
import { html } from "./escape.ts";
import { factsHtml, PAGE_STYLE, tableHtml } from "./bench-html.ts";
import { benchChart, findingOf } from "./bench-chart.ts";
import { benchTable, loadName, modelName, rateOf } from "./bench-table.ts";

/** Everything a run said, as one page that needs nothing else: chart, tables, how it was measured, what the words mean. */
export function benchPage(answer: BenchAnswer, facts: { readonly date: string; readonly server?: string }): string {
  const { endpoint, compared, rates, rig, as = [] } = answer;
  const title = `${modelName(answer)}: ${findingOf(answer)}`;
  const sections = [
    `<h1>${html(findingOf(answer))}</h1>`,
    `<p class="lead">${html(`${modelName(answer)} at ${endpoint.base}`)}${
      compared ? html(`, in turns with ${otherOf(answer)}`) : ""
    }</p>`,
    factsHtml(askedFacts(answer, facts)),
    `<figure>${benchChart(answer, facts.date)}</figure>`,
    section("Points", tableHtml(benchTable(answer), "Each load that was measured, warm-up left out")),
    ...(compared ? [section("Second less first", comparisonHtml(compared))] : []),
    ...lanesHtml(answer),
    ...targetsHtml(answer),
    ...(rates && rates.length > 0
      ? [
          section(
            rig === undefined ? "This machine, beside the prediction" : `The rig (${rig}), beside the prediction`,
            tableHtml(ratesTable(rates), RATES),
          ),
        ]
      : []),
    ...as.map((report, at) =>
      section(
        `As ${report.tool} ${report.version} counts`,
        tableHtml(
          {
            columns: ["", "unit", ...valueNames(report)],
            rows: report.rows.map((row) => [
              row.name,
              row.unit,
              ...valueNames(report).map((name) =>
                row.values[name] === undefined ? "" : formatNumber(row.values[name]),
              ),
            ]),
          },
          answer.points[at] ? `${loadName(answer.points[at])}, warm-up too` : "",
        ),
      ),
    ),
    ...doubtsHtml(answer),
    section("The client", factsHtml(clientFacts(answer))),
    section("What the words mean", definitionsHtml()),
  ];
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${html(title)}</title>`,
    `<style>${PAGE_STYLE}</style>`,
    "</head>",
    `<body><main>${sections.join("\n")}</main></body>`,
    "</html>",
    "",
  ].join("\n");
}

const RATES =
  "Tokens a second of all streams together, from gaps beside which no prompt was read and from prompts that were alone; the band is 80%";

function section(title: string, body: string): string {
  return `<section><h2>${html(title)}</h2>${body}</section>`;
}

function otherOf({ endpoint, compared }: BenchAnswer): string {
  if (compared === undefined) return "";
  const other = compared.endpoint.base === endpoint.base ? "itself" : compared.endpoint.base;
  return `${other}${compared.differs === undefined ? "" : `, with ${compared.differs.join(", ")}`}`;
}

function askedFacts(
  answer: BenchAnswer,
  { date, server }: { readonly date: string; readonly server?: string },
): [string, string][] {
  const { asked, points } = answer;
  const loop = {
    closed: "users who wait for answers",
    open: `${asked.arrivals ?? ""} arrivals on a schedule made beforehand`,
    sessions: `conversations that begin by ${asked.arrivals ?? ""} arrivals`,
  }[asked.loop];
  const cache = points[0]?.cache;
  return [
    ["measured", date],
    ...(server === undefined ? [] : [["server", server] satisfies [string, string]]),
    ["load", loop],
    [
      "prompts",
      `${asked.prompt} tokens; ${{ unique: "they share nothing", off: "prompt cache off, as asked", shared: "they share their beginning" }[asked.cache]}`,
    ],
    ["answers", `${asked.output} tokens`],
    ...(asked.lanes === undefined ? [] : [["lanes beside", asked.lanes.join(", ")] satisfies [string, string]]),
    [
      "prompt cache",
      cache?.share === undefined
        ? "the server does not say what it held"
        : `${formatPercent(cache.share)} of prompt tokens, said ${cache.said}`,
    ],
    ["connections", asked.connections === "fresh" ? "a new one for each request" : "kept"],
    ["seed", String(asked.seed)],
  ];
}

function comparisonHtml({ differences, throughput, points }: NonNullable<BenchAnswer["compared"]>): string {
  const signed = (ms: number) => (ms < 0 ? `-${formatDuration(-ms)}` : `+${formatDuration(ms)}`);
  const rows = differences.map(({ metric, statistic, first, second, difference, pairs }) => [
    `${metric} ${statistic}`,
    formatDuration(first),
    formatDuration(second),
    signed(difference.value),
    `${signed(difference.low)} to ${signed(difference.high)}`,
    String(pairs),
  ]);
  const table = tableHtml(
    { columns: ["", "first", "second", "difference", "95%", "pairs"], rows },
    "Paired by request; intervals from pairs drawn again",
  );
  const ratio =
    throughput === undefined
      ? `<p>Throughput: too few turns (${points.length}) for an interval.</p>`
      : `<p>Throughput of the second: x${formatNumber(throughput.value)} (95%: ${formatNumber(throughput.low)} to ${formatNumber(throughput.high)}), over ${points.length} turns.</p>`;
  return table + ratio;
}

function lanesHtml({ points }: BenchAnswer): string[] {
  const rows = points.flatMap((point) =>
    (point.lanes ?? []).map(({ lane, summary }) => [
      `${loadName(point)}, ${lane}`,
      String(summary.requests.ok),
      formatNumber(rateOf({ ...point, summary })),
      ...[summary.ttftMs.fromSend?.p50, summary.ttftMs.fromSend?.p95, summary.gapMs?.p50, summary.gapMs?.p99].map(
        (ms) => (ms === undefined ? "-" : formatDuration(ms)),
      ),
    ]),
  );
  if (rows.length === 0) return [];
  const columns = ["lane", "answered", "tokens/s", "first token p50", "first token p95", "gap p50", "gap p99"];
  return [section("Lanes", tableHtml({ columns, rows }, "Each lane of a mixed load by itself"))];
}

function targetsHtml({ points }: BenchAnswer): string[] {
  const rows = points.flatMap((point) =>
    (point.summary.goodput?.targets ?? []).map(({ metric, percent, valueMs, limitMs, met }) => [
      loadName(point),
      `${metric} p${percent}`,
      valueMs === undefined ? "-" : formatDuration(valueMs),
      formatDuration(limitMs),
      met ? "met" : "missed",
    ]),
  );
  if (rows.length === 0) return [];
  return [
    section(
      "Targets",
      tableHtml({ columns: ["load", "of", "measured", "limit", ""], rows }, "What waits were to keep"),
    ),
  ];
}

function ratesTable(rates: readonly BenchRate[]) {
  return {
    columns: ["", "at tokens", "streams", "measured", "predicted", "80%", "measured / predicted"],
    rows: rates.map(({ what, at, streams, measuredPerSec, predicted, ratio }) => [
      what === "decode" ? "decoding" : "reading",
      formatNumber(at),
      String(streams),
      formatPace(measuredPerSec),
      predicted ? formatPace(predicted.value) : "none",
      predicted ? `${formatNumber(predicted.low)} to ${formatNumber(predicted.high)}` : "",
      ratio === undefined ? "" : formatNumber(ratio),
    ]),
  };
}

function valueNames({ rows }: NonNullable<BenchAnswer["as"]>[number]): string[] {
  return [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
}

function doubtsHtml({ points, compared }: BenchAnswer): string[] {
  const doubted = [...points, ...(compared?.points ?? [])].flatMap((point) =>
    point.summary.doubts.map(({ why, value, limit }) => [
      loadName(point),
      why.replaceAll("-", " "),
      formatNumber(value),
      formatNumber(limit),
    ]),
  );
  if (doubted.length === 0) return [];
  const table = { columns: ["load", "why", "value", "limit"], rows: doubted };
  return [
    section("Points that are not valid", tableHtml(table, "The client could not keep up, or nothing was answered")),
  ];
}

function clientFacts({ ceiling, points, notes, stopped }: BenchAnswer): [string, string][] {
  const lag = points.reduce((most, { client }) => Math.max(most, client.loopLagMs.p99), 0);
  return [
    [
      "measured itself first",
      ceiling === undefined
        ? "no"
        : ceiling.tokensPerSec === undefined
          ? "right at no rate that was tried"
          : `right up to ${formatPace(ceiling.tokensPerSec)} at least`,
    ],
    ["late to its events (p99)", formatDuration(lag)],
    ...notes.map((note): [string, string] => ["note", note]),
    ...(stopped ? [["stopped", "what was measured until then"] satisfies [string, string]] : []),
  ];
}

function definitionsHtml(): string {
  const rows = DEFINITIONS.map(([word, meaning]) => `<dt>${html(word)}</dt><dd>${html(meaning)}</dd>`);
  return `<dl class="words">${rows.join("")}</dl>`;
}
