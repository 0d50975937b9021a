import { formatDuration, formatNumber, formatPace, formatPercent, formatTokens } from "../../../facts/units/index.ts";
import type { BenchAnswer, BenchCache, BenchPoint, BenchServer } from "../../../plan/answer/index.ts";
import { columns, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

const SAID_BY: Readonly<Record<BenchServer["saidBy"], string>> = {
  loadout: "as Loadout serves it",
  "llama-server": "as it says",
  "its command": "by its command",
  flags: "as was said",
};

/** What a server runs, as far as it is known: "llama-server b11434, 4 slots of 1,024 tokens, steps of 512". */
export function serverText({ endpoint }: Pick<BenchAnswer, "endpoint">): string | undefined {
  const { server } = endpoint;
  if (server?.engine === undefined) return undefined;
  const { engine, build, slots, contextPerSlot, stepTokens, microBatchTokens, cacheTypeK, threads, saidBy } = server;
  const parts = [
    engine === "embedded"
      ? `the embedded engine${build === undefined ? "" : ` ${build}`}`
      : `llama-server ${build ?? ""}`.trim(),
    ...(slots === undefined
      ? []
      : [
          `${slots} ${slots === 1 ? "slot" : "slots"}${contextPerSlot === undefined ? "" : ` of ${formatTokens(contextPerSlot)} tokens`}`,
        ]),
    ...(stepTokens === undefined ? [] : [`steps of ${stepTokens}`]),
    ...(microBatchTokens === undefined || microBatchTokens === stepTokens
      ? []
      : [`micro-batches of ${microBatchTokens}`]),
    ...(cacheTypeK === undefined || cacheTypeK === "f16" ? [] : [`cache ${cacheTypeK}`]),
    ...(threads === undefined ? [] : [`${threads} ${threads === 1 ? "thread" : "threads"}`]),
  ];
  return `${parts.join(", ")} (${SAID_BY[saidBy]})`;
}

/** What the prompt cache held, or that nobody said. */
export function cacheText({ said, share, hits }: BenchCache): string {
  if (share === undefined || hits === undefined) return "the server does not say what its prompt cache held";
  const some = said === "of some answers" ? " (of the answers it said it of)" : "";
  return `${formatPercent(share)} of prompt tokens, something of ${formatPercent(hits)} of prompts${some}`;
}

/** Each lane of a mixed load by itself. */
export function laneLines({ lanes }: BenchPoint, style: Style): string[] {
  if (lanes === undefined) return [];
  const time = (ms: number | undefined) => (ms === undefined ? "-" : formatDuration(ms));
  const head = ["lane", "answered", "failed", "tok/s", "ttft p50", "p95", "gap p99", "e2e p50"].map(style.faint);
  const rows = lanes.map(({ lane, summary }) => [
    lane,
    String(summary.requests.ok),
    String(summary.requests.failed + summary.requests.unfinished),
    formatNumber(summary.steadyOutputTokensPerSec ?? summary.outputTokensPerSec),
    time(summary.ttftMs.fromSend?.p50),
    time(summary.ttftMs.fromSend?.p95),
    time(summary.gapMs?.p99),
    time(summary.e2eMs.fromSend?.p50),
  ]);
  return ["", ...columns([head, ...rows], [1, 2, 3, 4, 5, 6, 7])];
}

/** What a server measured of its machine beside the prediction, and where it is kept. */
export function rateLines({ rates, receipt, rig }: BenchAnswer, style: Style): string[] {
  if (rates === undefined) return [];
  if (rates.length === 0)
    return ["", style.faint("no valid point shows a rate of its machine: nothing is learned of it")];
  const head = [
    rig === undefined ? "this machine" : "that machine",
    "at",
    "streams",
    "measured",
    "predicted",
    "80%",
    "off by",
  ].map(style.faint);
  const rows = rates.map(({ what, at, streams, measuredPerSec, predicted, ratio, insideBand }) => [
    what === "decode" ? "decoding" : "reading",
    formatTokens(at),
    String(streams),
    formatPace(measuredPerSec),
    predicted === undefined ? "none" : formatPace(predicted.value),
    predicted === undefined ? "" : `${formatNumber(predicted.low)}-${formatNumber(predicted.high)}`,
    ratio === undefined ? "" : (insideBand ? style.good : style.warn)(formatPercent(ratio - 1, true)),
  ]);
  return [
    "",
    ...columns([head, ...rows], [1, 2, 3, 4, 5, 6]),
    ...(receipt === undefined
      ? []
      : wrap(
          rig === undefined
            ? `kept as receipt ${receipt.id}: the next predictions for this engine here stand on it ` +
                `(loadout receipts ${receipt.id}; --remove forgets it)`
            : `kept as receipt ${receipt.id}, of the rig that was named: ${rig} (loadout receipts ${receipt.id})`,
        ).map(style.faint)),
  ];
}
