import type { RuntimeAdvice } from "../advise/index.ts";
import { embedsTexts, readsWhole } from "../../facts/model/index.ts";
import type { Rig } from "../../facts/hardware/index.ts";
import { formatBytes, formatRate, formatTokens } from "../../facts/units/index.ts";
import type { Estimate } from "../../predict/estimate/index.ts";
import {
  ASSUMED_DISK_BYTES_PER_SEC,
  decodePace,
  type Duration,
  eachUsersPace,
  type Pace,
  prefillPace,
  requestTimes,
} from "../../predict/speed/index.ts";
import type { SearchRow } from "../search/index.ts";
import {
  choose,
  good,
  paceInput,
  type Alternative,
  type Choice,
  type Decision,
  type FitRequest,
  type MediaFacts,
  type Verdict,
} from "../fit/index.ts";
import { documentFacts, type DocumentFacts } from "./document-facts.ts";
import { afterFit, type TypedFlags } from "./next-commands.ts";
import type { SpeculationFacts } from "./speculation-facts.ts";
import type { ArrangementFacts } from "./arrangement-facts.ts";
import type { ElsewhereContext, ElsewhereFacts } from "./elsewhere.ts";
import type { LaunchFacts, ServerContext } from "./launch.ts";

/** Version of every answer's form; a change that breaks readers raises it. */
export const ANSWER_VERSION = "loadout/1";

export interface ModelFacts {
  readonly name: string;
  readonly path?: string;
  readonly architecture: string;
  readonly parameters: number;
  readonly quantization: string;
  /** all files together; by a recipe the weights alone, without a header */
  readonly fileBytes: number;
  readonly contextLength: number;
  /** where sizes are from: a header that was read (also where absent), or the recipe of the file type */
  readonly sizesFrom?: "header" | "formula";
  /** where the model's dimensions are from, in words; absent for a file at hand */
  readonly source?: string;
}

/** How fast a file is read, from its first byte to its last, and who says so. */
export interface ReadingRate {
  readonly bytesPerSec: number;
  readonly source: string;
}

/** Room on this machine's disk for a model. */
export interface DiskFacts {
  readonly folder: string;
  readonly freeBytes: number;
  /** absent where the file is here */
  readonly downloadBytes?: number;
}

export interface RuntimeFacts {
  readonly engine: string;
  readonly version: string;
  readonly build: string;
  readonly backend: string;
}

/** Can this model run on this rig, with what settings, and how fast. */
export interface FitAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "fit";
  readonly goal: string;
  readonly model: ModelFacts;
  readonly rig: Rig;
  readonly runtime: RuntimeFacts;
  readonly decisions: readonly Decision[];
  readonly verdict: { readonly now: Verdict; readonly afterClosing: Verdict };
  /** why the engine would refuse, when it would */
  readonly rejected?: { readonly reason: string; readonly because: string };
  /** bytes, by place and term; absent when the engine would refuse */
  readonly memory?: Estimate;
  /** RAM that a server comes to hold while it serves: nothing at the start, `high` when full; not part of `memory` */
  readonly serving?: Estimate;
  readonly speed: SpeedFacts;
  /** largest context of one user that fits with the other settings kept, never beyond the trained length; tokens */
  readonly longestContext?: number;
  /** most users that fit, each with the context chosen, the other settings kept */
  readonly mostUsers?: number;
  /** the model's usual file types over contexts and users, within the band of an outline; where it was asked for */
  readonly table?: readonly SearchRow[];
  /** memory of fine-tuning without activations, coarse, largest first; for the goal finetune */
  readonly training?: readonly Estimate[];
  readonly wouldFit: readonly Alternative[];
  readonly disk?: DiskFacts;
  /** reading the file once, before anything can be answered */
  readonly coldLoad?: ReadingRate & { readonly ms: number };
  /** how llama-server is told, and what it takes */
  readonly launch?: LaunchFacts;
  /** images and sound that each request brings: their tokens are part of `speed.promptTokens`, their projector of `memory` */
  readonly media?: MediaFacts;
  /** how another program is told, where the plan is for one that starts it by itself */
  readonly elsewhere?: ElsewhereFacts;
  /** ways over several devices, best first */
  readonly arrangements?: readonly ArrangementFacts[];
  readonly verified?: Verified;
  /** of `explain`: programs for this model and rig, best for the goal first */
  readonly programs?: readonly RuntimeAdvice[];
  readonly assumptions: readonly string[];
  /** the next useful commands */
  readonly next: readonly string[];
}

/** The prediction beside the engine's own dry run. */
export interface Verified {
  readonly predictedBytes: number;
  readonly dryRunBytes: number;
  readonly equal: boolean;
  readonly note: string;
}

export interface SpeedFacts {
  /** of one user alone, with an empty and with a full context; absent where the rig's bandwidth is unknown */
  readonly decode?: Pace;
  readonly decodeFull?: Pace;
  /** each of several users while all of them decode with full contexts */
  readonly each?: Pace;
  readonly prefill?: Pace;
  /** length of the prompt that is timed, tokens: what was asked for, at most the context */
  readonly promptTokens: number;
  /** milliseconds from sending a prompt of that length to the first token, cold */
  readonly firstTokenMs?: { readonly value: number; readonly low: number; readonly high: number };
  /** the same where a share of the prompt lies in a cache */
  /** of the answer whose end is timed */
  readonly answerTokens?: number;
  /** milliseconds from sending the prompt, with the stated share of it cached, to the last token of the answer */
  readonly endMs?: { readonly value: number; readonly low: number; readonly high: number };
  /** pace halfway through that answer, one user alone */
  readonly decodeAnswer?: Pace;
  readonly cached?: {
    readonly share: number;
    /** tokens that are not cached, and the pace of these behind those that are */
    readonly computedTokens: number;
    readonly prefill: Pace;
    readonly firstTokenMs: { readonly value: number; readonly low: number; readonly high: number };
  };
  readonly unknown?: string;
  /** instead of all paces above, of a model that makes vectors or scores of texts */
  readonly documents?: DocumentFacts;
  /** decoding with guesses ahead, where they were asked about; not among the numbers that a slider moves */
  readonly speculation?: SpeculationFacts;
}

export interface AnswerContext {
  readonly model: ModelFacts;
  readonly runtime: RuntimeFacts;
  readonly promptTokens?: number;
  readonly answerTokens?: number;
  /** share of the prompt that a cache holds, 0 to 1 */
  readonly cachedShare?: number;
  readonly assumptions?: readonly string[];
  readonly disk?: DiskFacts;
  /** how fast the file is read; absent: no time is claimed */
  readonly reading?: ReadingRate;
  /** absent: no command is printed */
  readonly server?: ServerContext;
  /** a program that starts it by itself */
  readonly elsewhere?: ElsewhereContext;
  /** how the model is named on the command line, for the next commands */
  readonly modelArgument: string;
  /** flags that describe the rig, where it was written by hand, as they are typed: for the next commands */
  readonly rigArguments?: string;
  /** what else was asked, as it is typed, for the next commands */
  readonly typed?: TypedFlags;
}

/** What one plan says, without what has to be searched for: the numbers that a slider moves. */
export type FitNumbers = Omit<FitAnswer, keyof Searched>;

/** Found by weighing further plans, under other programs too, or of no use to a slider. */
export type Searched = Pick<
  FitAnswer,
  "longestContext" | "mostUsers" | "wouldFit" | "launch" | "elsewhere" | "arrangements" | "training"
>;

/** The same plan as a whole answer has, and nothing beside it. */
export function fitNumbers(request: FitRequest, context: AnswerContext): FitNumbers {
  return answerOf(request, context, choose(request), undefined);
}

export function answerOf<Found extends Searched | undefined>(
  request: FitRequest,
  context: AnswerContext,
  choice: Choice,
  found: Found,
): Found extends Searched ? FitAnswer : FitNumbers;
export function answerOf(
  request: FitRequest,
  context: AnswerContext,
  choice: Choice,
  found: Searched | undefined,
): FitNumbers & Partial<Searched> {
  const most = embedsTexts(request.geometry)
    ? Math.min(choice.context, request.geometry.contextLength)
    : choice.context;
  const promptTokens = Math.min(context.promptTokens ?? 512, most);
  const embeds = request.geometry.pooling === "rank" ? "scores" : "vectors";
  const embedding = embedsTexts(request.geometry) ? ({ embeds } as const) : {};
  const {
    longestContext: longest,
    mostUsers: users,
    wouldFit,
    launch,
    elsewhere,
    arrangements,
    training,
  } = found ?? {};
  return {
    schema: ANSWER_VERSION,
    kind: "fit",
    goal: request.goal,
    model: context.model,
    rig: request.rig,
    runtime: context.runtime,
    decisions: choice.decisions,
    verdict: { now: choice.now, afterClosing: choice.afterClosing },
    ...(choice.prediction.kind === "rejected"
      ? { rejected: { reason: choice.prediction.reason, because: choice.prediction.because } }
      : {}),
    ...(choice.memory ? { memory: choice.memory } : {}),
    ...(choice.prediction.kind === "fits-engine" && choice.prediction.serving
      ? { serving: choice.prediction.serving }
      : {}),
    speed: speedFacts(request, choice, { ...context, promptTokens }),
    ...(longest === undefined ? {} : { longestContext: longest }),
    ...(users === undefined ? {} : { mostUsers: users }),
    ...(training ? { training } : {}),
    ...(wouldFit ? { wouldFit } : {}),
    ...(context.disk ? { disk: context.disk } : {}),
    ...(context.reading
      ? { coldLoad: { ...context.reading, ms: (context.model.fileBytes / context.reading.bytesPerSec) * 1000 } }
      : {}),
    ...(launch ? { launch } : {}),
    ...(elsewhere ? { elsewhere } : {}),
    ...(arrangements ? { arrangements } : {}),
    ...(request.media ? { media: mediaFacts(request, choice) } : {}),
    assumptions: [...(context.assumptions ?? []), ...assumptions(request, choice, context.promptTokens)],
    next: afterFit({
      ...context,
      atHand: context.model.source === undefined,
      runs: good(choice.now.verdict),
      ...embedding,
    }),
  };
}

function speedFacts(
  request: FitRequest,
  choice: Choice,
  {
    promptTokens,
    answerTokens: asked = 256,
    cachedShare,
  }: Pick<AnswerContext, "answerTokens" | "cachedShare"> & { promptTokens: number },
): SpeedFacts {
  if (embedsTexts(request.geometry)) {
    const documents = documentFacts(request, choice, promptTokens);
    return documents ? { promptTokens, documents } : { promptTokens, unknown: unknownPace(request) };
  }
  const input = { ...paceInput(request, choice), derive: true };
  const decode = decodePace(input, 0);
  const decodeFull = decodePace(input, choice.context);
  const each = choice.users > 1 ? eachUsersPace(input, choice.users, choice.context) : undefined;
  const prefill = prefillPace(input, promptTokens);
  // what finds no room behind the prompt is not answered
  const answerTokens = Math.max(1, Math.min(asked, choice.context - promptTokens));
  const times = requestTimes(input, {
    promptTokens,
    answerTokens,
    ...(cachedShare === undefined ? {} : { cachedShare }),
  });
  if (!decode || !decodeFull || !prefill || !times) {
    return { promptTokens, unknown: unknownPace(request) };
  }
  const inMs = ({ ms, low, high }: Duration) => ({ value: ms, low, high });
  const encoded = request.media?.encode(input, choice.settings);
  // images and sound are new with each request, whatever of its text is cached
  const later = (time: Duration) =>
    inMs(encoded ? { ms: time.ms + encoded.ms, low: time.low + encoded.low, high: time.high + encoded.high } : time);
  const cached =
    cachedShare === undefined
      ? {}
      : {
          cached: {
            share: cachedShare,
            computedTokens: times.computedTokens,
            prefill: times.prefill,
            firstTokenMs: later(times.firstToken),
          },
        };
  const firstTokenMs = later(times.firstTokenCold);
  const ends = { answerTokens, decodeAnswer: times.decode, endMs: later(times.end) };
  return {
    decode,
    decodeFull,
    ...(each ? { each } : {}),
    prefill,
    promptTokens,
    firstTokenMs,
    ...cached,
    ...ends,
  };
}

function mediaFacts(request: FitRequest, choice: Choice): MediaFacts {
  const { media } = request;
  const time = media!.encode(paceInput(request, choice), choice.settings);
  const facts = media!.facts(choice.settings);
  if (time === undefined) return facts;
  const { ms: value, ...rest } = time;
  return { ...facts, encodeMs: { value, ...rest } };
}

function unknownPace({ rig }: FitRequest): string {
  const unknown = rig.devices.find(({ bandwidthBytesPerSec }) => bandwidthBytesPerSec === undefined);
  const whose = unknown?.name ?? "a device";
  return `the memory bandwidth of ${whose} is not known, so no pace is claimed`;
}

function assumptions(request: FitRequest, choice: Choice, promptTokens = 0): string[] {
  const list: string[] = [];
  const { contextLength } = request.geometry;
  if (choice.context > contextLength)
    list.push(
      `the model was trained for ${formatTokens(contextLength)}: beyond that length its answers are not to be relied on`,
    );
  if (choice.now.verdict === "runs from disk")
    list.push(
      `weights that find no room in memory are read from the disk for every token, at ${formatRate(request.diskBytesPerSec ?? ASSUMED_DISK_BYTES_PER_SEC)}`,
    );
  const later = choice.prediction.kind === "fits-engine" ? (choice.prediction.serving?.high ?? 0) : 0;
  const room = choice.now.places.find(({ place }) => place === "host")?.margin ?? Infinity;
  if (later > room && good(choice.now.verdict))
    list.push(
      `the prompt cache and checkpoints may grow to ${formatBytes(later)} of RAM while it serves, and ${formatBytes(Math.max(0, room))} is free: -cram and -ctxcp lower them`,
    );
  if (promptTokens > choice.context)
    list.push(
      `a prompt of ${formatTokens(promptTokens)} does not go into a context of ${formatTokens(choice.context)}, so that much of it is timed`,
    );
  if (request.rig.host.bandwidthBytesPerSec === undefined && !request.rig.host.held)
    list.push("the host's memory bandwidth was not measured");
  if (request.rig.host.held) list.push("paces are of published figures: nothing was measured on such a rig");
  else if (!request.calibration)
    list.push(
      "speed is not calibrated on this machine yet: the band is wide until `loadout calibrate` or the first runs",
    );
  const { microBatch } = choice.settings;
  if (readsWhole(request.geometry) && microBatch < choice.context)
    list.push(
      `a text has to fit one micro-batch: longer than ${formatTokens(microBatch)} tokens is refused by a server, although the context is longer`,
    );
  if (request.geometry.cacheless)
    list.push(
      "no published rate of an encoder is among the measurements: the band is that of prompts, half as wide again",
    );
  if (choice.settings.sequences > 1 && !embedsTexts(request.geometry))
    list.push(
      `each of the ${choice.users} users owns ${formatTokens(choice.context)} of context; paces are of one user alone, but for the lines that say otherwise`,
    );
  return list;
}
