import { formatDuration, formatNumber, formatPace, formatPercent } from "../../../facts/units/index.ts";
import type { SimulateAnswer } from "../../../plan/answer/index.ts";
import type { Comparison, Distribution, EngineSettings, Summary, Target } from "../../../predict/serving/index.ts";
import { columns, nextLines, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** The answer of `simulate` for a terminal of 80 columns. */
export function simulateText(answer: SimulateAnswer, style: Style): string {
  const { enough, summary, replays } = answer;
  return [
    ...headLines(answer, style),
    "",
    ...(enough ? wrap(enough.met ? style.good(answer.says) : style.warn(answer.says)) : wrap(answer.says)),
    ...(summary ? ["", ...summaryLines(summary, answer, style)] : []),
    ...(replays ? replayLines(replays, style) : []),
    "",
    ...answer.assumptions.flatMap((text) => wrap(`assumed: ${text}`)).map(style.faint),
    ...nextLines(answer.next, style),
  ].join("\n");
}

function headLines({ model, rig, engine, times, asked }: SimulateAnswer, style: Style): string[] {
  const names = rig.devices.map(({ name }) => name).join(" + ");
  const { load, prompt, output, replicas, router, seed } = asked;
  const comes =
    "users" in load
      ? `${load.users} user${load.users === 1 ? "" : "s"} who wait for answers`
      : "trace" in load
        ? `what ${load.trace} says`
        : `${formatNumber(load.requestsPerSec)} requests a second, Poisson`;
  const jobs = asked.batch === undefined ? "" : `, beside ${asked.batch} jobs in the batch lane`;
  const behind = replicas > 1 ? `; ${replicas} machines, ${router}` : "";
  const lengths = "trace" in load ? "" : `, prompts of ${prompt} and answers of ${output} tokens`;
  return [
    `${style.strong(model.name)}  ${model.quantization}`,
    ...wrap(`simulated on ${names === "" ? rig.host.cpu.model : names} with ${engineWords(engine)}`),
    ...wrap(`${comes}${jobs}${lengths}${behind}; seed ${seed}`).map(style.faint),
    ...wrap(`times of steps: ${times.source} (${times.provenance})`).map(style.faint),
  ];
}

function engineWords(engine: EngineSettings): string {
  if (engine.kind === "llama-server") {
    const { slots, contextTokens, batchTokens, unified, contextShift } = engine;
    const full = contextShift === true ? ", shifted where full" : "";
    return `llama-server: ${slots} slot${slots === 1 ? "" : "s"}, ${contextTokens} cells${unified ? " shared" : ""}${full}, steps of ${batchTokens}`;
  }
  if (engine.kind === "embedded")
    return `the embedded engine: ${engine.sequences} sequences of ${engine.sequenceTokens}, steps of ${engine.stepTokens}`;
  return `vLLM: steps of ${engine.batchTokens}, at most ${engine.sequences} sequences, ${engine.cacheTokens} tokens of cache`;
}

function summaryLines(summary: Summary, answer: SimulateAnswer, style: Style): string[] {
  const rows = [
    ["", "p50", "p95", "p99"].map(style.faint),
    row("time to first token", summary.ttftMs.fromSchedule),
    row("gap between tokens, pooled", summary.gapMs),
    row("time per token, of a request", summary.tpotMs),
    row("whole answer", summary.e2eMs.fromSchedule),
  ].filter((cells) => cells.length > 0);
  const { requests, saturation } = summary;
  const { preempted = 0, mostHeldShare = 0, steps = 0, asked } = answer;
  const counts = [
    `${formatPace(summary.outputTokensPerSec)} of answers, ${formatNumber(summary.requestsPerSec)} requests a second`,
    `${formatNumber(summary.concurrency.mean)} at a time on average, ${summary.concurrency.most} at most`,
    `cache filled to ${formatPercent(mostHeldShare)}`,
    ...(summary.cachedShare === undefined || summary.cachedShare === 0
      ? []
      : [`${formatPercent(summary.cachedShare)} of prompts cached`]),
    ...(answer.enough?.batchTokensPerSec === undefined
      ? []
      : [`${formatPace(answer.enough.batchTokensPerSec)} of jobs beside`]),
    ...(preempted > 0 ? [`${preempted} computed again`] : []),
    ...(saturation ? [saturation.label] : []),
  ];
  const figures = `${requests.ok} requests after ${requests.warmUp} of warm-up, ${requests.failed} failed, ${formatNumber(steps)} steps`;
  return [
    ...columns(rows, [1, 2, 3]),
    ...wrap(counts.join("; ")),
    ...wrap(figures).map(style.faint),
    ...targetLines(summary, asked.targets, style),
  ];
}

function row(name: string, values: Distribution | undefined): string[] {
  if (values === undefined) return [];
  return [name, formatDuration(values.p50), formatDuration(values.p95), formatDuration(values.p99)];
}

function targetLines({ goodput }: Summary, targets: readonly Target[], style: Style): string[] {
  if (goodput === undefined || targets.length === 0) return [];
  const each = goodput.targets.map(({ metric, percent, limitMs, valueMs, met }) => {
    const text = `${metric} p${percent} ${valueMs === undefined ? "-" : formatDuration(valueMs)} of ${formatDuration(limitMs)}`;
    return met ? style.good(text) : style.warn(text);
  });
  return wrap(`targets: ${each.join(", ")}; ${formatPercent(goodput.share)} of requests keep them all`);
}

function replayLines(replays: NonNullable<SimulateAnswer["replays"]>, style: Style): string[] {
  const { runs, calibration, learnedFrom } = replays;
  const lines = ["", style.strong("replayed")];
  for (const { name, requests, predicted, calibrated } of runs) {
    const head = [
      `  ${name}, ${requests} requests`,
      "measured",
      "predicted",
      "error",
      ...(calibrated ? ["calibrated", "error"] : []),
    ];
    lines.push(...columns([head.map(style.faint), ...errorRows(predicted, calibrated)], [1, 2, 3, 4, 5]), "");
    const bias = (calibrated ?? predicted).requests.map(
      ({ metric, meanError, bias: shift, correlation }) =>
        `${metric} ${formatPercent(meanError)} off each, bias ${formatPercent(shift, true)}` +
        (correlation === undefined ? "" : `, r ${formatNumber(correlation, 2)}`),
    );
    lines.push(...wrap(`  request by request: ${bias.join("; ")}`).map(style.faint));
  }
  if (calibration)
    lines.push(
      ...wrap(
        `calibrated by ${learnedFrom}: a step ${formatNumber(calibration.costs.fixedMs)} ms + ` +
          `weights ${formatNumber(calibration.costs.weightsMs)} ms, ${formatNumber(calibration.costs.streamMs)} ms a stream, ` +
          `${formatNumber(calibration.costs.promptMs)} ms a token of a prompt; a request ${formatNumber(calibration.requestMs)} ms`,
      ).map(style.faint),
    );
  return lines;
}

function errorRows(predicted: Comparison, calibrated: Comparison | undefined): string[][] {
  const shown = /^(output tokens|(ttft|gap|e2e) p(50|95))$/;
  const figure = (value: number, unit: string) =>
    unit === "ms" ? formatDuration(value) : unit === "tokens/s" ? formatPace(value) : formatNumber(value);
  return predicted.metrics
    .filter(({ metric }) => shown.test(metric))
    .map(({ metric, unit, measured, simulated, error }) => {
      const after = calibrated?.metrics.find((one) => one.metric === metric);
      return [
        `  ${metric}`,
        figure(measured, unit),
        figure(simulated, unit),
        formatPercent(error, true),
        ...(after ? [figure(after.simulated, unit), formatPercent(after.error, true)] : []),
      ];
    });
}
