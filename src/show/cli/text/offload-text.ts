import {
  formatBytes,
  formatDuration,
  formatFileBytes,
  formatNumber,
  formatPace,
  formatPercent,
  formatRate,
  formatTokens,
} from "../../../facts/units/index.ts";
import type { BatchFacts, ChatFacts, OffloadAnswer, RungFacts } from "../../../plan/answer/index.ts";
import { columns, nextLines, wrap } from "./layout.ts";
import { endsText, exceptionsText } from "./offload-words.ts";
import type { Style } from "./style.ts";

/** The answer of `offload` for a terminal of 80 columns. */
export function offloadText(answer: OffloadAnswer, style: Style): string {
  return [
    ...headText(answer, style),
    "",
    ...wrap(answer.chat === "fine" ? style.good(answer.says) : style.warn(answer.says)),
    "",
    ...ladderText(answer, style),
    ...movedText(answer, style),
    ...endsText(answer, style),
    ...energyText(answer, style),
    ...insteadText(answer, style),
    ...exceptionsText(answer, style),
    "",
    ...answer.assumptions.flatMap((text) => wrap(`assumed: ${text}`)).map(style.faint),
    ...nextLines(answer.next, style),
  ].join("\n");
}

function headText({ model, rig, runtime, asked, slots }: OffloadAnswer, style: Style): string[] {
  const { targets } = asked;
  const ram = rig.host.bandwidthBytesPerSec;
  const devices = rig.devices.map(
    ({ name, totalBytes, bandwidthBytesPerSec: rate }) =>
      `${name}${totalBytes ? ` ${formatBytes(totalBytes)}` : ""}${rate ? ` at ${formatRate(rate)}` : ""}`,
  );
  const host = `${formatBytes(rig.host.ramBytes)} RAM${ram === undefined ? "" : ` at ${formatRate(ram)}`}`;
  const way = slots.map(({ bytesPerSec, known }) => `${formatRate(bytesPerSec)}${known ? "" : "?"}`);
  const between = way.length === 0 ? "" : `, ${[...new Set(way)].join(" and ")} between them`;
  return [
    `${style.strong(model.name)}  ${model.quantization}, ${formatFileBytes(model.fileBytes)}`,
    ...wrap(`on ${[...devices, host].join(" + ")}${between}`),
    `with ${runtime.engine} ${runtime.build} (${runtime.backend})`,
    ...wrap(
      `chat: ${formatTokens(asked.chatContext)} of context, a prompt of ${formatTokens(asked.promptTokens)}; ` +
        `at least ${formatPace(targets.decodePerSec)} and a first token within ${formatDuration(targets.firstTokenMs)}`,
    ).map(style.faint),
    ...wrap(
      `batch: ${formatNumber(asked.jobs)} jobs of ${formatTokens(asked.promptTokens)} in and ` +
        `${formatTokens(asked.answerTokens)} out, as many at a time as is fastest`,
    ).map(style.faint),
  ];
}

function ladderText({ rungs, bestChat, bestBatch, asked }: OffloadAnswer, style: Style): string[] {
  const { cachedShare, jobs } = asked;
  const warm = cachedShare !== undefined;
  // a column takes the place of another: names say how much is in RAM
  const cached = warm ? [`${formatPercent(cachedShare)} cached`] : [];
  const inRam = warm ? [] : ["in RAM"];
  const head = ["tok/s", "first token", ...cached, `${formatNumber(jobs)} jobs`, ...inRam, "RAM/token", ""];
  const rows = rungs.map((rung, at) => [
    ...paceCells(rung.chat, rung.batch, style, warm),
    ...(warm ? [] : [formatBytes(stored(rung))]),
    formatBytes(hostBytes(rung.chat)),
    rungName(rung, at === bestChat, at === bestBatch, style),
  ]);
  return columns([head.map(style.faint), ...rows], [0, 1, 2, 3, 4]);
}

/** Paces of what runs; of what does not there are none to have. */
function paceCells(chat: ChatFacts, batch: BatchFacts, style: Style, warm = false): string[] {
  const runs = chat.verdict !== "does not fit";
  const decode = !runs || !chat.decode ? "-" : formatNumber(chat.decode.tokensPerSec);
  const paint = chat.interactive === true ? style.good : style.warn;
  return [
    decode === "-" ? decode : paint(decode),
    !runs || !chat.firstTokenMs ? "-" : formatDuration(chat.firstTokenMs.value),
    ...(warm ? [!runs || !chat.cached ? "-" : formatDuration(chat.cached.firstTokenMs.value)] : []),
    batch.verdict === "does not fit" || !batch.seconds ? "-" : formatDuration(batch.seconds.value * 1000),
  ];
}

function rungName({ name, chat }: RungFacts, forChat: boolean, forBatch: boolean, style: Style): string {
  const best = [...(forChat ? ["chat"] : []), ...(forBatch ? ["batch"] : [])];
  const short =
    chat.verdict === "does not fit" && chat.marginBytes < 0 ? `${formatBytes(-chat.marginBytes)} short for a chat` : "";
  const said = [
    short,
    chat.fromDiskBytes > 0 ? "from disk" : "",
    best.length > 0 ? `best for ${best.join(" and ")}` : "",
  ].filter(Boolean);
  return said.length === 0 ? name : `${name}: ${style.strong(said.join(", "))}`;
}

function stored({ chat }: RungFacts): number {
  return chat.traffic.places.find(({ where }) => where === "host")?.storedBytes ?? 0;
}

function hostBytes({ traffic }: ChatFacts): number {
  const host = traffic.places.find(({ where }) => where === "host");
  return (host?.weightBytesPerToken ?? 0) + (host?.cacheBytesPerToken ?? 0);
}

/** What the best rung for a chat moves, where, and who spends the time. */
function movedText({ rungs, bestChat, rig, asked }: OffloadAnswer, style: Style): string[] {
  const rung = bestChat === undefined ? undefined : rungs[bestChat];
  if (!rung) return [];
  const { traffic, decode, prefill } = rung.chat;
  const rows = traffic.places.map((place) => [
    formatBytes(place.weightBytesPerToken + place.cacheBytesPerToken),
    flops(place.flopsPerToken),
    flops(place.promptFlops),
    place.where === "host" ? share(decode?.workers?.host) : share(decode?.workers?.device),
    place.where === "host" ? share(prefill?.workers?.host) : share(prefill?.workers?.device),
    place.where === "host" ? "RAM and processor" : (rig.devices[place.where]?.name ?? "a device"),
  ]);
  const slot = [
    formatBytes(traffic.slotBytesPerToken),
    `${traffic.crossingsPerToken} times`,
    formatBytes(traffic.slotBytesPerPrompt),
    share(decode?.workers?.link),
    share(prefill?.workers?.link),
    "between them",
  ];
  const disk = [
    formatBytes(traffic.diskBytesPerToken),
    "",
    formatBytes(traffic.diskBytesPerPrompt),
    share(decode?.workers?.disk),
    share(prefill?.workers?.disk),
    "from the disk",
  ];
  const head = ["a token", "", `prompt of ${formatTokens(asked.promptTokens)}`, "token time", "prompt", ""];
  return [
    "",
    `${style.strong("what is moved")} ${style.faint(`with ${rung.name}${rung.flags === "" ? "" : ` (${rung.flags})`}`)}`,
    ...columns(
      [
        head.map(style.faint),
        ...rows,
        ...(rig.devices.length > 0 ? [slot] : []),
        ...(traffic.diskBytesPerToken > 0 ? [disk] : []),
      ],
      [0, 1, 2, 3, 4],
    ),
  ];
}

function flops(count: number): string {
  return `${formatNumber(count / 1e9)} GFLOP`;
}

function share(part: number | undefined): string {
  return part === undefined ? "" : part > 0 && part < 0.001 ? "<0.1%" : formatPercent(part);
}

function energyText({ rungs, bestBatch, asked }: OffloadAnswer, style: Style): string[] {
  const batch = bestBatch === undefined ? undefined : rungs[bestBatch]?.batch;
  if (!batch?.seconds) return [];
  const { value, low, high } = batch.seconds;
  const band = `${formatDuration(low * 1000)} to ${formatDuration(high * 1000)}`;
  const text =
    `${formatNumber(asked.jobs)} jobs: ${formatDuration(value * 1000)} (${band}), ${energyWords(batch)}` +
    (batch.decode ? `; ${formatPace(batch.decode.tokensPerSec)} with ${batch.atATime} at a time` : "");
  return ["", style.strong("batch, at best"), ...wrap(text, 78).map((line) => `  ${line}`)];
}

/** Watt hours of devices and of the rest; what is not known is called so. */
function energyWords({ energy }: BatchFacts): string {
  if (!energy) return "energy unknown";
  const { deviceJoules, hostJoules, deviceBusySeconds } = energy;
  const known = deviceJoules === undefined ? "devices unknown" : `devices ${wattHours(deviceJoules)}`;
  const devices = deviceBusySeconds === 0 ? "no device works" : known;
  const host = hostJoules === undefined ? "the rest of the machine unknown" : `the rest ${wattHours(hostJoules)}`;
  return `${devices}, ${host}`;
}

function wattHours(joules: number): string {
  return `${formatNumber(joules / 3600)} Wh`;
}

function insteadText({ instead, asked }: OffloadAnswer, style: Style): string[] {
  if (instead.length === 0) return [];
  const head = ["tok/s", "first token", `${formatNumber(asked.jobs)} jobs`, "energy", ""].map(style.faint);
  const rows = instead.map(({ name, flags, chat, batch }) => [
    ...paceCells(chat, batch, style),
    batch.energy?.deviceJoules === undefined
      ? "-"
      : wattHours(batch.energy.deviceJoules + (batch.energy.hostJoules ?? 0)),
    `${name} ${style.faint(flags)}`,
  ]);
  const of = asked.hostWatts === undefined ? "energy of the devices alone" : "energy with the rest of the machine";
  const title = instead.every(({ kind }) => kind === "limit") ? "what does better" : "what avoids it";
  return ["", `${style.strong(title)}  ${style.faint(of)}`, ...columns([head, ...rows], [0, 1, 2, 3])];
}
