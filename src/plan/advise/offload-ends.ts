import { decodePace, prefillPace, trafficOf, type PaceInput } from "../../predict/speed/index.ts";
import { largestThat, paceInput } from "../fit/index.ts";
import { expertsInRam, hasCache, hasExperts, layersInRam } from "./offload-ladder.ts";
import { chatSettings, threadsOf, type OffloadQuestion } from "./offload-question.ts";
import type { RungPlacement } from "./offload-rung.ts";

/** How much may leave the device before a chat is waited for, whether it fits or not. */
export interface ChatEnd {
  readonly moved: "layers" | "experts" | "cache";
  /** most layers (tokens of the cache) in RAM at which both targets are met, of so many */
  readonly most: number;
  readonly of: number;
  /** what a token then reads in RAM, bytes */
  readonly hostBytesPerToken: number;
  readonly decodePerSec: number;
  readonly firstTokenMs: number;
  /** the target that one more would miss; absent where all of it may leave, or nothing was met before */
  readonly missed?: "decode" | "first token";
}

/** Ends by layers, by experts and by the cache; those without a known bandwidth, or missed from the start, are left out. */
export function chatEnds(question: OffloadQuestion): ChatEnd[] {
  const { geometry } = question.request;
  const count = geometry.layers.length;
  const placed = (at: RungPlacement): PaceInput => {
    const settings = chatSettings(question, at);
    return paceInput(question.request, { settings, threads: threadsOf(question.request) });
  };
  const depth = () => question.promptTokens;
  return [
    endOf(question, "layers", count + 1, (inRam) => placed(layersInRam(inRam, count)), depth),
    ...(hasExperts(geometry) ? [endOf(question, "experts", count, (inRam) => placed(expertsInRam(inRam)), depth)] : []),
    ...(hasCache(geometry) ? [cacheEnd(question, placed({ gpuLayers: "all", cacheOnHost: true }))] : []),
  ].filter((end) => end !== undefined);
}

function endOf(
  question: OffloadQuestion,
  moved: ChatEnd["moved"],
  of: number,
  inputAt: (inRam: number) => PaceInput,
  depthAt: (inRam: number) => number,
): ChatEnd | undefined {
  const { targets, promptTokens } = question;
  const at = (inRam: number) => {
    const input = inputAt(inRam);
    const decode = decodePace(input, depthAt(inRam));
    const prefill = prefillPace(input, promptTokens);
    if (!decode || !prefill) return undefined;
    return { input, decodePerSec: decode.tokensPerSec, firstTokenMs: (promptTokens / prefill.tokensPerSec) * 1000 };
  };
  const missedAt = (inRam: number): ChatEnd["missed"] => {
    const figures = at(inRam);
    if (!figures || figures.decodePerSec < targets.decodePerSec) return "decode";
    return figures.firstTokenMs > targets.firstTokenMs ? "first token" : undefined;
  };
  if (missedAt(0) !== undefined) return undefined;
  const most = largestThat(of, (inRam) => missedAt(inRam) === undefined);
  const figures = at(most);
  if (!figures) return undefined;
  const host = trafficOf(figures.input, depthAt(most), promptTokens).places.find(({ where }) => where === "host");
  const missed = most < of ? missedAt(most + 1) : undefined;
  return {
    moved,
    most,
    of,
    hostBytesPerToken: (host?.weightBytesPerToken ?? 0) + (host?.cacheBytesPerToken ?? 0),
    decodePerSec: figures.decodePerSec,
    firstTokenMs: figures.firstTokenMs,
    ...(missed === undefined ? {} : { missed }),
  };
}

const CACHE_STEP = 256;

/** The same by tokens in a cache that lies in RAM. */
function cacheEnd(question: OffloadQuestion, input: PaceInput): ChatEnd | undefined {
  const steps = Math.floor(question.request.geometry.contextLength / CACHE_STEP);
  const end = endOf(
    question,
    "cache",
    steps,
    () => input,
    (step) => step * CACHE_STEP,
  );
  return end && { ...end, most: end.most * CACHE_STEP, of: end.of * CACHE_STEP };
}
