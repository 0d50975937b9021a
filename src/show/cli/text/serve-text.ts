import { formatBytes, formatDuration, formatNumber, formatTokens } from "../../../facts/units/index.ts";
import type { RunsAnswer, ServeAnswer, ServedFacts, ServePlanAnswer, TargetFacts } from "../../../plan/answer/index.ts";
import { columns, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** What is served, where, and how far the prediction was off. */
export function serveText(answer: ServeAnswer, style: Style): string {
  const { url, models, others, next } = answer;
  return [
    `serving on ${style.strong(url)}`,
    ...columns([
      ["", "chat page", `${url}/`],
      ["", "OpenAI", `${url}/v1`],
      ["", "Anthropic, Ollama", url],
      ["", "batch lane", `${url}/batch/v1, or the header x-loadout-lane: batch`],
    ]),
    ...models.flatMap((model) => ["", ...modelLines(model, style)]),
    ...(others.length === 0
      ? []
      : [
          "",
          ...others.map(
            ({ pid, url: at, models: names }) =>
              `also here: ${names.join(", ")} ${at === "" ? "being loaded" : `on ${at}`} (process ${pid})`,
          ),
        ]),
    "",
    "next",
    ...next.map((command) => `  ${command}`),
    style.faint("Ctrl-C stops it"),
  ].join("\n");
}

/** The plan alone: what would be served, each figure with its reason. */
export function servePlanText(plans: readonly ServePlanAnswer[], style: Style): string {
  if (plans.length === 0) return "nothing is planned for an address: its settings are its own";
  return plans
    .flatMap((plan, index) => [
      ...(index === 0 ? [] : [""]),
      style.strong(`${plan.model.name} ${plan.model.quantization}`),
      ...planLines(plan, style),
      ...plan.engines.flatMap(({ launch }) => (launch ? ["", "command", `  ${launch.line}`] : [])),
      ...(plan.assumptions.length === 0 ? [] : ["", "assumed"]),
      ...plan.assumptions.flatMap((text) => indented(text)),
      "",
      "next",
      ...plan.next.map((command) => `  ${command}`),
    ])
    .join("\n");
}

export function runsText({ runs, next }: RunsAnswer): string {
  const rows = runs.map(({ pid, url, models, takes }) => [
    `${pid}`,
    url || "not open yet",
    formatBytes(Object.values(takes).reduce((total, bytes) => total + bytes, 0)),
    models.join(", "),
  ]);
  const table = columns([["process", "address", "memory", "models"], ...rows], [0, 2]);
  return [
    ...(runs.length === 0 ? ["nothing of Loadout serves on this machine"] : table),
    "",
    "next",
    ...next.map((command) => `  ${command}`),
  ].join("\n");
}

function modelLines({ name, engine, because, state, plan, memory }: ServedFacts, style: Style): string[] {
  const lines = columns([
    ["model", `${style.strong(name)}${state === "on-demand" ? ": loaded when it is asked for" : ""}`],
    ["engine", `${engine}: ${because}`],
    ...(plan === undefined ? [] : [["memory", memoryLine(plan, memory)]]),
  ]);
  return plan === undefined ? lines : [...lines, ...summary(plan)];
}

function memoryLine(plan: ServePlanAnswer, memory: ServedFacts["memory"]): string {
  const predicted = plan.engines.reduce((total, { memoryBytes = 0 }) => total + memoryBytes, 0);
  if (memory === undefined) return `${formatBytes(predicted)} predicted`;
  const compared = memory.filter(({ actualBytes }) => actualBytes !== undefined);
  const off = compared.filter(({ exact }) => exact === false);
  const words =
    compared.length === 0
      ? "the engine printed nothing to compare with"
      : off.length === 0
        ? `all ${compared.length} sizes that the engine printed are as predicted`
        : `${off.length} of ${compared.length} sizes differ: ${off.map(({ place, term }) => `${term} on ${place}`).join(", ")}`;
  return `${formatBytes(predicted)} predicted; ${words}`;
}

function summary({ says, because, target }: ServePlanAnswer): string[] {
  return columns([["plan  ", says], ["", because], ...(target ? targetRows(target) : [])]);
}

function targetRows({ met, users, targets, slots, stepTokens, because, costs, origin }: TargetFacts): string[][] {
  const each = targets.map(({ metric, percent, limitMs, valueMs }) => {
    const value = valueMs === undefined ? "unknown" : formatDuration(valueMs);
    return `${metric} p${formatNumber(percent)} ${value} of ${formatDuration(limitMs)}`;
  });
  const people = `${users} ${users === 1 ? "user" : "users"}`;
  return [
    ["target", `${met ? "kept" : "missed"} for ${people}: ${each.join(", ")} (${origin})`],
    ["", `${slots} ${slots === 1 ? "slot" : "slots"}, steps of ${stepTokens}: ${because}`],
    ...(costs === undefined ? [] : [["", `costs ${costs}`]]),
  ];
}

function planLines(plan: ServePlanAnswer, style: Style): string[] {
  const { engines } = plan;
  return [
    ...summary(plan),
    ...engines.flatMap(({ serves, slots, contextPerSlot, decisions }) => [
      ...(engines.length === 1 ? [] : [`${serves}: ${slots} places of ${formatTokens(contextPerSlot)}`]),
      ...columns(
        decisions.map(({ setting, value, because: why }) => ["", setting, `${value}`, style.faint(why)]),
        [2],
      ),
    ]),
  ];
}

function indented(text: string): string[] {
  return wrap(text, 76).map((line) => `  ${line}`);
}
