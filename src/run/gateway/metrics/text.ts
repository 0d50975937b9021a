import { LANES, type LaneMeter, type Meter, OUTCOMES } from "./meter.ts";

/** Prometheus's text format, version 0.0.4. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** A family of samples, a line each: what it is called, what it means, its value by lane. */
interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly value: (lane: LaneMeter) => number;
}

const FAMILIES: readonly Family[] = [
  { name: "loadout_queue_depth", type: "gauge", help: "Requests waiting in a lane", value: (lane) => lane.waiting },
  { name: "loadout_in_flight", type: "gauge", help: "Requests in an engine", value: (lane) => lane.working },
  {
    name: "loadout_cuts_total",
    type: "counter",
    help: "Requests interrupted to make room",
    value: (lane) => lane.cuts,
  },
  { name: "loadout_resumes_total", type: "counter", help: "Requests asked again", value: (lane) => lane.resumes },
  { name: "loadout_prompt_tokens_total", type: "counter", help: "Prompt tokens", value: (lane) => lane.promptTokens },
  {
    name: "loadout_cached_tokens_total",
    type: "counter",
    help: "Prompt tokens that were not evaluated again",
    value: (lane) => lane.cachedTokens,
  },
  {
    name: "loadout_completion_tokens_total",
    type: "counter",
    help: "Tokens of answers",
    value: (lane) => lane.completionTokens,
  },
  {
    name: "loadout_stream_events_total",
    type: "counter",
    help: "Events of streams, about a token each, while answers go on",
    value: (lane) => lane.streamEvents,
  },
];

/** Everything counted, as Prometheus reads it. */
export function metricsText(meter: Meter): string {
  const lines: string[] = [
    "# HELP loadout_requests_total Requests by how they ended",
    "# TYPE loadout_requests_total counter",
  ];
  for (const lane of LANES) {
    for (const outcome of OUTCOMES) {
      lines.push(`loadout_requests_total{lane="${lane}",outcome="${outcome}"} ${meter.lanes[lane].outcomes[outcome]}`);
    }
  }
  lines.push(
    "# HELP loadout_turned_away_total Requests refused before a lane",
    "# TYPE loadout_turned_away_total counter",
  );
  for (const [code, count] of meter.turnedAway) lines.push(`loadout_turned_away_total{code="${code}"} ${count}`);
  for (const { name, type, help, value } of FAMILIES) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const lane of LANES) lines.push(`${name}{lane="${lane}"} ${value(meter.lanes[lane])}`);
  }
  lines.push(...histograms(meter, "loadout_ttft_seconds", "Time to the first byte of an answer", "ttft"));
  lines.push(...histograms(meter, "loadout_queue_seconds", "Time in the queue of a lane", "queue"));
  return `${lines.join("\n")}\n`;
}

function histograms(meter: Meter, name: string, help: string, which: "ttft" | "queue"): string[] {
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
  for (const lane of LANES) lines.push(...meter.lanes[lane][which].lines(name, `lane="${lane}"`));
  return lines;
}
