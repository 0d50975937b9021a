import type { RequestRecord } from "../measures/index.ts";
import type { EngineSettings } from "./engine-of.ts";
import { simplePasses } from "./passes.ts";
import { addPrompt, emptyWork, type StepWork } from "./step-times.ts";

/** What records alone tell: steps in which nothing but tokens was drawn, and prompts that were alone. */
export interface ObservedStep {
  readonly measuredMs: number;
  /** one step of drawing; or the steps of a lone prompt, before which the request had to arrive */
  readonly works: readonly StepWork[];
  readonly arrives: boolean;
  /** of drawing: gaps it is the median of, and each of them by it */
  readonly gaps?: number;
  readonly ratios?: readonly number[];
}

/** Steps of one count of streams are told apart by depth, in so many parts. */
const PARTS = 4;
/** a part of fewer gaps is chance */
const FEWEST = 5;

/** Gaps of requests beside which no prompt was computed, by how many drew: medians, since what came with a gap jitters. */
export function observedDraws(records: readonly RequestRecord[]): ObservedStep[] {
  const byStreams = new Map<number, { ms: number; depth: number }[]>();
  for (const one of records) {
    const { tokenMs } = one;
    for (let at = 1; at < tokenMs.length; at++) {
      const [fromMs, toMs] = [tokenMs[at - 1]!, tokenMs[at]!];
      const drawing = drawingIn(records, fromMs, toMs);
      if (drawing === undefined) continue;
      const list = byStreams.get(drawing.streams) ?? [];
      if (list.length === 0) byStreams.set(drawing.streams, list);
      list.push({ ms: toMs - fromMs, depth: drawing.depth });
    }
  }
  return [...byStreams].flatMap(([streams, gaps]) => {
    gaps.sort((a, b) => a.depth - b.depth);
    const size = Math.max(FEWEST, Math.ceil(gaps.length / PARTS));
    const parts: ObservedStep[] = [];
    for (let from = 0; from + FEWEST <= gaps.length; from += size) {
      const part = gaps.slice(from, from + size);
      if (part.length < FEWEST) break;
      const measuredMs = part.map(({ ms }) => ms).sort((a, b) => a - b)[part.length >> 1]!;
      const depth = part.reduce((sum, gap) => sum + gap.depth, 0) / part.length;
      const work = { ...emptyWork(), decodeStreams: streams, decodeDepthTokens: depth, passTokens: [streams] };
      const ratios = part.map(({ ms }) => ms / measuredMs);
      if (measuredMs > 0) parts.push({ measuredMs, works: [work], arrives: false, gaps: part.length, ratios });
    }
    return parts;
  });
}

/** Who draws through the whole of a time, and how much they hold; undefined: a prompt is computed, or somebody comes or goes. */
function drawingIn(
  records: readonly RequestRecord[],
  fromMs: number,
  toMs: number,
): { readonly streams: number; readonly depth: number } | undefined {
  let streams = 0;
  let depth = 0;
  for (const { sentMs, firstMs = Infinity, endMs, promptTokens, outputTokens } of records) {
    if (sentMs >= toMs || endMs <= fromMs) continue;
    if (firstMs > fromMs || endMs < toMs) return undefined;
    streams++;
    const share = endMs > firstMs ? (fromMs - firstMs) / (endMs - firstMs) : 0;
    depth += promptTokens + share * outputTokens;
  }
  return { streams, depth };
}

/** First tokens of requests that nobody was beside. */
export function observedPrompts(records: readonly RequestRecord[], engine: EngineSettings): ObservedStep[] {
  const stepTokens = engine.kind === "embedded" ? engine.stepTokens : engine.batchTokens;
  const microBatch = engine.kind === "llama-server" ? engine.microBatchTokens : stepTokens;
  return records.flatMap((one): ObservedStep[] => {
    const { sentMs, firstMs, promptTokens, cachedTokens = 0 } = one;
    if (firstMs === undefined || firstMs <= sentMs) return [];
    if (records.some((other) => other !== one && other.sentMs < firstMs && other.endMs > sentMs)) return [];
    const works: StepWork[] = [];
    for (let held = cachedTokens; held < promptTokens; held += stepTokens) {
      const work = emptyWork();
      const tokens = Math.min(stepTokens, promptTokens - held);
      addPrompt(work, held, tokens);
      work.passTokens = simplePasses(tokens, microBatch);
      works.push(work);
    }
    return [{ measuredMs: firstMs - sentMs, works, arrives: true }];
  });
}
