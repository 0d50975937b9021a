import type { Rig } from "../../facts/hardware/index.ts";
import {
  formatDuration,
  formatNumber,
  formatPace,
  formatPercent,
  formatRate,
  formatTokens,
} from "../../facts/units/index.ts";
import { ASSUMED_DISK_BYTES_PER_SEC, copyRate, wayTo, type Pace, type Traffic } from "../../predict/speed/index.ts";
import {
  offload,
  type BatchUse,
  type CardCandidate,
  type ChatEnd,
  type ChatUse,
  type Instead,
  type JobEnergy,
  type OffloadException,
  type OffloadQuestion,
  type Rung,
  type RungKind,
} from "../advise/index.ts";
import { shellWord } from "../command/index.ts";
import { flagWords } from "./next-commands.ts";
import { good, type GoalTargets, type VerdictWord } from "../fit/index.ts";
import { ANSWER_VERSION, type AnswerContext, type ModelFacts, type RuntimeFacts } from "./fit-numbers.ts";

/** Is it worth leaving parts of a model in RAM: for a chat, and for a batch job. */
export interface OffloadAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "offload";
  readonly model: ModelFacts;
  readonly rig: Rig;
  readonly runtime: RuntimeFacts;
  readonly asked: {
    readonly promptTokens: number;
    /** of the chat's prompt, 0 to 1 */
    readonly cachedShare?: number;
    readonly answerTokens: number;
    readonly jobs: number;
    readonly chatContext: number;
    readonly targets: GoalTargets;
    readonly hostWatts?: number;
  };
  /** the way from RAM to each device, bytes per second reached; absent where RAM and device are one */
  readonly slots: readonly { readonly device: string; readonly bytesPerSec: number; readonly known: boolean }[];
  readonly rungs: readonly RungFacts[];
  /** places in `rungs` */
  readonly bestChat?: number;
  readonly bestBatch?: number;
  /** a chat on the best rung: meets both targets, misses one, cannot run; unknown without a bandwidth */
  readonly chat: "fine" | "painful" | "does not run" | "unknown";
  readonly says: string;
  readonly ends: readonly ChatEnd[];
  readonly instead: readonly InsteadFacts[];
  readonly exceptions: readonly OffloadException[];
  readonly assumptions: readonly string[];
  readonly next: readonly string[];
}

export interface RungFacts {
  readonly kind: RungKind;
  readonly name: string;
  readonly flags: string;
  readonly chat: ChatFacts;
  readonly batch: BatchFacts;
}

interface UseFacts {
  readonly verdict: VerdictWord;
  readonly marginBytes: number;
  /** sum of `places` */
  readonly memoryBytes: number;
  readonly places: readonly { readonly place: number | "host"; readonly label: string; readonly needBytes: number }[];
  readonly fromDiskBytes: number;
  readonly traffic: Traffic;
  readonly decode?: Pace;
  readonly prefill?: Pace;
}

export interface ChatFacts extends UseFacts {
  readonly firstTokenMs?: NonNullable<ChatUse["firstTokenMs"]>;
  /** the same behind what is cached, where a share was asked about */
  readonly cached?: NonNullable<ChatUse["cached"]>;
  /** both targets are met; absent where no pace is known */
  readonly interactive?: boolean;
}

export interface BatchFacts extends UseFacts {
  /** jobs at a time: the fastest number that runs in memory */
  readonly atATime: number;
  readonly seconds?: NonNullable<BatchUse["seconds"]>;
  readonly energy?: JobEnergy;
}

export interface InsteadFacts extends Omit<Instead, "chat" | "batch"> {
  readonly chat: ChatFacts;
  readonly batch: BatchFacts;
}

export interface OffloadContext extends Pick<
  AnswerContext,
  "model" | "runtime" | "assumptions" | "modelArgument" | "rigArguments" | "typed"
> {
  readonly targets: GoalTargets;
  readonly cards: readonly CardCandidate[];
}

export function answerOffload(question: OffloadQuestion, context: OffloadContext): OffloadAnswer {
  const { request, promptTokens, cachedShare, answerTokens, jobs, hostWatts } = question;
  const { targets } = context;
  const computed = offload(question, context.cards);
  const { bestChat, bestBatch } = computed;
  const chosen = bestChat === undefined ? undefined : computed.rungs[bestChat];
  const rungs = computed.rungs.map((rung) => rungFacts(rung, targets));
  const chat = chatWord(rungs, bestChat);
  const instead = computed.instead.map((each) => ({
    ...each,
    chat: chatFacts(each.chat, targets),
    batch: batchFacts(each.batch),
  }));
  return {
    schema: ANSWER_VERSION,
    kind: "offload",
    model: context.model,
    rig: request.rig,
    runtime: context.runtime,
    asked: {
      promptTokens,
      ...(cachedShare === undefined ? {} : { cachedShare }),
      answerTokens,
      jobs,
      chatContext: computed.rungs[0]?.chat.settings.context ?? 0,
      targets,
      ...(hostWatts === undefined ? {} : { hostWatts }),
    },
    slots: slotsOf(request.rig),
    rungs,
    ...(bestChat === undefined ? {} : { bestChat }),
    ...(bestBatch === undefined ? {} : { bestBatch }),
    chat,
    says: sentence(rungs, chat, bestChat, bestBatch, jobs),
    ends: computed.ends,
    instead,
    exceptions: computed.exceptions,
    assumptions: [...(context.assumptions ?? []), ...assumptions(question, chosen)],
    next: nextCommands(
      context,
      instead.find(({ kind }) => kind === "quantization"),
      chosen,
    ),
  };
}

function rungFacts({ kind, name, flags, chat, batch }: Rung, targets: GoalTargets): RungFacts {
  return { kind, name, flags: flags.join(" "), chat: chatFacts(chat, targets), batch: batchFacts(batch) };
}

function useFacts({ now, memory, traffic, decode, prefill, fromDiskBytes }: ChatUse | BatchUse): UseFacts {
  return {
    verdict: now.verdict,
    marginBytes: now.marginBytes,
    memoryBytes: memory?.value ?? 0,
    places: now.places.map(({ place, label, need }) => ({ place, label, needBytes: need })),
    fromDiskBytes,
    traffic,
    ...(decode ? { decode } : {}),
    ...(prefill ? { prefill } : {}),
  };
}

function chatFacts(use: ChatUse, targets: GoalTargets): ChatFacts {
  const { decode, firstTokenMs, cached } = use;
  if (!decode || !firstTokenMs) return useFacts(use);
  const interactive = decode.tokensPerSec >= targets.decodePerSec && firstTokenMs.value <= targets.firstTokenMs;
  return { ...useFacts(use), firstTokenMs, ...(cached ? { cached } : {}), interactive };
}

function batchFacts(use: BatchUse): BatchFacts {
  const { seconds, energy, settings } = use;
  return {
    ...useFacts(use),
    atATime: settings.sequences,
    ...(seconds ? { seconds } : {}),
    ...(energy ? { energy } : {}),
  };
}

function chatWord(rungs: readonly RungFacts[], best: number | undefined): OffloadAnswer["chat"] {
  if (rungs.some(({ chat }) => chat.verdict !== "does not fit" && chat.decode === undefined)) return "unknown";
  const chat = best === undefined ? undefined : rungs[best]?.chat;
  if (!chat) return "does not run";
  return chat.interactive === true ? "fine" : "painful";
}

function sentence(
  rungs: readonly RungFacts[],
  chat: OffloadAnswer["chat"],
  bestChat: number | undefined,
  bestBatch: number | undefined,
  jobs: number,
): string {
  if (chat === "unknown") return "the memory bandwidth of a device is not known, so no pace is claimed";
  const best = bestChat === undefined ? undefined : rungs[bestChat];
  if (!best?.chat.decode) return "it runs in none of these ways: neither the devices nor RAM and disk hold it";
  const { firstTokenMs, cached } = best.chat;
  const warm = cached
    ? ` (${formatDuration(cached.firstTokenMs.value)} with ${formatPercent(cached.share)} cached)`
    : "";
  const wait = firstTokenMs ? `, first token after ${formatDuration(firstTokenMs.value)}${warm}` : "";
  const talk = `${chat} for chat: ${formatPace(best.chat.decode.tokensPerSec)}${wait} (${best.name})`;
  const job = bestBatch === undefined ? undefined : rungs[bestBatch];
  const seconds = job?.batch.seconds?.value;
  if (!job || seconds === undefined) return talk;
  return `${talk}; ${formatNumber(jobs)} jobs take ${formatDuration(seconds * 1000)} (${job.name})`;
}

/** RAM to device, as it is reached with the weights mapped. */
function slotsOf({ devices, links }: Rig): OffloadAnswer["slots"] {
  return devices.flatMap((device) => {
    const { bytesPerSec, known } = wayTo(device, links);
    if (!Number.isFinite(bytesPerSec)) return [];
    const reached = device.node === undefined ? copyRate(bytesPerSec, false) : bytesPerSec;
    return [{ device: device.name, bytesPerSec: reached, known }];
  });
}

function assumptions(question: OffloadQuestion, best: Rung | undefined): string[] {
  const { request, hostWatts, promptTokens, answerTokens } = question;
  const { devices, host } = request.rig;
  const { contextLength } = request.geometry;
  const list: string[] = [];
  if (promptTokens + answerTokens > contextLength)
    list.push(
      `the model was trained for ${formatTokens(contextLength)}: beyond that length its answers are not to be relied on`,
    );
  const discrete = devices.filter(({ memoryKind }) => memoryKind === "discrete");
  if (discrete.length > 0)
    list.push(
      "weights in RAM cross the slot, mapped from the file, for every step of 32 tokens or more: a prompt's, or that many answers; of experts those that the step needs",
    );
  if (discrete.some((device) => !wayTo(device, request.rig.links).known))
    list.push("a slot that is not known is taken as PCIe 3.0 x16");
  if (best && best.chat.fromDiskBytes > 0)
    list.push(
      request.diskBytesPerSec === undefined
        ? `weights beyond the RAM are read again for every token at ${formatRate(ASSUMED_DISK_BYTES_PER_SEC)}, as a common NVMe disk does: --disk says it`
        : `weights beyond the RAM are read again for every token at ${formatRate(request.diskBytesPerSec)}`,
    );
  if (devices.length > 0)
    list.push("devices draw their power limit while they work; what they draw while they wait is not known");
  if (hostWatts === undefined)
    list.push("what the machine draws beside its devices is not known: --host-watts says it");
  if (host.bandwidthBytesPerSec === undefined)
    list.push("the bandwidth of the RAM is assumed, and a wide band with it");
  return list;
}

function nextCommands(
  { modelArgument, rigArguments, typed = [] }: OffloadContext,
  instead: InsteadFacts | undefined,
  best: Rung | undefined,
): string[] {
  const model = shellWord(modelArgument);
  const rig = rigArguments === undefined ? "" : ` ${rigArguments}`;
  const { gpuLayers, expertLayersOnHost } = best?.placement ?? {};
  const layers = gpuLayers === undefined ? "" : ` --gpu-layers ${gpuLayers}`;
  const experts = expertLayersOnHost === undefined ? "" : ` --cpu-experts ${expertLayersOnHost}`;
  const asked = (...without: readonly string[]): string =>
    joined(flagWords(typed.filter(([flag]) => ![...PLACED, ...without].includes(flag))));
  // a chat is one person's
  const here = best ? [`loadout explain ${model}${rig}${layers}${experts}${asked("--users")}`] : [];
  if (instead === undefined)
    return here.length > 0 ? here : [`loadout gpus --for ${model}${joined(flagWords(typed, "gpus"))}`];
  return [...here, `loadout fit ${model} ${instead.flags}${rig}${asked()}`];
}

/** Flags that a rung decides. */
const PLACED: readonly string[] = ["--gpu-layers", "--cpu-experts"];

function joined(words: readonly string[]): string {
  return words.map((word) => ` ${word}`).join("");
}

/** It answers yes where a chat is fine, or somebody can wait: it runs in memory. */
export function offloadRuns({ rungs, bestChat }: OffloadAnswer): boolean {
  const best = bestChat === undefined ? undefined : rungs[bestChat];
  return best !== undefined && good(best.chat.verdict);
}
