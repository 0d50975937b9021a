import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import { decodePace, prefillPace, trafficOf, type Pace, type PaceInput } from "../../predict/speed/index.ts";
import { bytesFromDisk, good, paceInput, weigh, weighForSearch, type FitRequest, type Weighed } from "../fit/index.ts";
import { jobEnergy } from "./offload-energy.ts";
import { batchSettings, chatSettings, jobsAtATime, threadsOf, type OffloadQuestion } from "./offload-question.ts";
import type { BatchUse, ChatUse, RungPlacement, TimeBand } from "./offload-rung.ts";

/** A chat under a placement: memory by whole replay, paces, what is moved. */
export function chatUse(question: OffloadQuestion, placement: RungPlacement): ChatUse {
  const { request, promptTokens } = question;
  const settings = chatSettings(question, placement);
  const { weighed, input, fromDiskBytes } = weighedInput(request, settings);
  const decode = decodePace(input, promptTokens);
  const prefill = prefillPace(input, promptTokens);
  return {
    ...weighed,
    fromDiskBytes,
    traffic: trafficOf(input, promptTokens, promptTokens),
    ...paces(decode, prefill),
    ...(prefill ? { firstTokenMs: firstTokenMs(promptTokens, prefill) } : {}),
    ...cachedUse(question, input),
  };
}

/** What is not cached is computed behind what is: a few tokens alone are multiplied where the weights lie. */
function cachedUse({ promptTokens, cachedShare }: OffloadQuestion, input: PaceInput): Pick<ChatUse, "cached"> {
  if (cachedShare === undefined) return {};
  const cached = Math.min(promptTokens - 1, Math.round(promptTokens * cachedShare));
  const computedTokens = promptTokens - cached;
  const pace = prefillPace(input, computedTokens, cached);
  return pace
    ? { cached: { share: cachedShare, computedTokens, firstTokenMs: firstTokenMs(computedTokens, pace) } }
    : {};
}

function firstTokenMs(tokens: number, { tokensPerSec, low, high }: Pace): TimeBand {
  const ms = (rate: number) => (tokens / rate) * 1000;
  return { value: ms(tokensPerSec), low: ms(high), high: ms(low) };
}

/**
 * A batch job under a placement: all prompts, then all answers, as many at a time as is fastest of what runs in memory; else as
 * few as the goal says.
 */
export function batchUse(question: OffloadQuestion, placement: RungPlacement): BatchUse {
  const counts = jobsAtATime(question)
    .map((count) => ({ count, perSec: roughRate(question, batchSettings(question, placement, count)) }))
    .toSorted((one, other) => other.perSec - one.perSec)
    .map(({ count }) => count);
  const least = Math.min(...counts);
  for (const count of counts) {
    const settings = batchSettings(question, placement, count);
    if (count === least || good(weighForSearch(question.request, settings).now.verdict))
      return jobUse(question, settings);
  }
  return jobUse(question, batchSettings(question, placement, least));
}

/** Answers' pace as if memory were enough; zero where it is not known. */
function roughRate({ request, promptTokens, answerTokens }: OffloadQuestion, settings: LlamaCppSettings): number {
  const input = paceInput(request, { settings, threads: threadsOf(request) });
  return decodePace({ ...input, streams: settings.sequences }, promptTokens + answerTokens / 2)?.tokensPerSec ?? 0;
}

function jobUse(question: OffloadQuestion, settings: LlamaCppSettings): BatchUse {
  const { request, promptTokens, answerTokens, jobs } = question;
  const { weighed, input, fromDiskBytes } = weighedInput(request, settings);
  const streams = settings.sequences;
  // of an answer half lies in the cache on average
  const depth = promptTokens + answerTokens / 2;
  const decode = decodePace({ ...input, streams }, depth);
  const prefill = prefillPace(input, promptTokens);
  const traffic = trafficOf(input, depth, promptTokens);
  const whole = { ...weighed, fromDiskBytes, traffic, ...paces(decode, prefill) };
  if (!decode || !prefill) return whole;
  const seconds = (of: "tokensPerSec" | "low" | "high") =>
    jobs * (promptTokens / prefill[of] + answerTokens / decode[of]);
  const parts = [
    { seconds: (jobs * promptTokens) / prefill.tokensPerSec, pace: prefill },
    { seconds: (jobs * answerTokens) / decode.tokensPerSec, pace: decode },
  ];
  return {
    ...whole,
    seconds: { value: seconds("tokensPerSec"), low: seconds("high"), high: seconds("low") },
    energy: jobEnergy(devicesUsed(input), parts, question.hostWatts),
  };
}

/** Settings weighed, and what the speed model is asked: weights that find no room in RAM come from the disk. */
export function weighedInput(
  request: FitRequest,
  settings: LlamaCppSettings,
): { readonly weighed: Weighed; readonly input: PaceInput; readonly fromDiskBytes: number } {
  const weighed = weigh(request, settings);
  const input = paceInput(request, { ...weighed, threads: threadsOf(request) });
  return { weighed, input, fromDiskBytes: bytesFromDisk(weighed) };
}

/** Devices that have layers, or help with prompts. */
function devicesUsed({ devices, placement, opOffload = true }: PaceInput) {
  return opOffload ? devices : devices.filter((_, at) => placement.includes(at));
}

function paces(decode: Pace | undefined, prefill: Pace | undefined) {
  return { ...(decode ? { decode } : {}), ...(prefill ? { prefill } : {}) };
}
