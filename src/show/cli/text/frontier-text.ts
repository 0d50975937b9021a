import { formatDuration, formatNumber, formatPercent } from "../../../facts/units/index.ts";
import type { FrontierPoint, OperatingPoint, PointOrigin } from "../../../plan/advise/index.ts";
import type { FrontierAnswer } from "../../../plan/answer/index.ts";
import { frontierPlot } from "./frontier-plot.ts";
import { columns, nextLines, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** The answer of `frontier` for a terminal of 80 columns. */
export function frontierText(answer: FrontierAnswer, style: Style): string {
  const { model, rig, engine, asked, source, says, operating, points, assumptions, next } = answer;
  const names = rig.devices.map(({ name }) => name).join(" + ");
  const origins: readonly PointOrigin[] = ["measured", "simulated (calibrated)", "simulated (datasheet)", "predicted"];
  return [
    `${style.strong(model.name)}  ${model.quantization}`,
    ...wrap(`${engine} on ${names === "" ? rig.host.cpu.model : names}, up to ${asked.usersUpTo} users`),
    ...wrap(`prompts of ${asked.prompt} and answers of ${asked.output} tokens; seed ${asked.seed}`).map(style.faint),
    ...wrap(`times of steps: ${source}`).map(style.faint),
    "",
    ...wrap(operating.every(({ met }) => met) ? style.good(says) : style.warn(says)),
    ...origins.flatMap((origin) => tableOf(answer, origin, style)),
    "",
    ...frontierPlot(answer).map(style.faint),
    "",
    ...operating.flatMap((one) => operatingLines(one, points, style)),
    "",
    ...assumptions.flatMap((text) => wrap(`assumed: ${text}`)).map(style.faint),
    ...nextLines(next, style),
  ].join("\n");
}

function tableOf({ points, operating }: FrontierAnswer, origin: PointOrigin, style: Style): string[] {
  const chosen = new Set(operating.map(({ point }) => keyOf(points[point]!)));
  // what was measured is shown whole, with its doubts; of the rest what nothing beats, and the chosen ones
  const rows = points.filter(
    (point) =>
      point.origin === origin &&
      (origin === "measured" || chosen.has(keyOf(point)) || (origin !== "predicted" && point.onFrontier)),
  );
  if (rows.length === 0) return [];
  const head = ["", "users", "slots", "step", "tokens/s", "80%", "each", "first p95", "gap p95", "of limit"];
  return [
    "",
    style.strong(origin === "predicted" ? "predicted (closed form) at the same settings" : origin),
    ...columns(
      [head.map(style.faint), ...rows.map((point) => rowOf(point, marks(point, points, operating), style))],
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
    ),
  ];
}

function rowOf(point: FrontierPoint, mark: string, style: Style): string[] {
  const { knobs, tokensPerSec, eachTokensPerSec, ttftMs, gapMs, shareOfLimit, doubts, overloaded } = point;
  const { users, slots, stepTokens } = knobs;
  const bad = overloaded ? "!" : doubts.length > 0 ? "?" : "";
  return [
    style.strong(bad + mark),
    formatNumber(users),
    slots === undefined ? "-" : String(slots),
    stepTokens === undefined ? "-" : String(stepTokens),
    formatNumber(tokensPerSec.value),
    `${formatNumber(tokensPerSec.low)}-${formatNumber(tokensPerSec.high)}`,
    formatNumber(eachTokensPerSec.value),
    formatDuration(ttftMs.p95.value),
    formatDuration(gapMs.p95.value),
    shareOfLimit === undefined ? "-" : formatPercent(shareOfLimit),
  ];
}

/** I, M, B where a goal would choose it. */
function marks(point: FrontierPoint, points: readonly FrontierPoint[], operating: readonly OperatingPoint[]): string {
  if (point.origin === "measured" || point.origin === "predicted") return "";
  return operating
    .filter(({ point: at }) => points[at] === point)
    .map(({ name }) => name[0]!.toUpperCase())
    .join("");
}

function operatingLines({ name, point, because }: OperatingPoint, points: readonly FrontierPoint[], style: Style) {
  const { knobs } = points[point]!;
  const { users, slots = users, stepTokens = 0 } = knobs;
  const setting = `${users} ${users === 1 ? "user" : "users"}, ${slots} ${slots === 1 ? "slot" : "slots"}, steps of ${stepTokens}`;
  return columns([[style.strong(`${name[0]!.toUpperCase()}  ${name}`), `${setting}: ${because}`]]);
}

function keyOf({ knobs }: FrontierPoint): string {
  return `${knobs.users}/${knobs.slots}/${knobs.stepTokens}`;
}
