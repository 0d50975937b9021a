import type { PromptTime } from "./prompt-time.ts";

/** A prompt that was timed: alone, from an empty cache, with steps of at most so many tokens. */
export interface MeasuredPrompt {
  readonly stepTokens: number;
  readonly promptTokens: number;
  readonly tokensPerSec: number;
}

/** What repeated timings of one prompt differ by on a quiet machine, and what is left between measured step sizes. */
const MEASURED_SPREAD = 0.1;
const RATIO_SPREAD = 0.05;
/** Smaller steps than any measured. */
const BEYOND_SPREAD = 0.5;

/**
 * Prompts as this machine took them. A token costs a part that depends on the step (fixed work shared by its tokens) and a part that
 * grows with the tokens before it, faster in small steps, which do not fill the kernels of attention:
 * promptMs = tokens x (base(step) + deeper(step) x tokens / 2). `deeper` comes from two lengths at one step size, for other sizes from
 * the nearest that has two; where no size has, from the speed model's share, `model`. Between measured sizes `base` goes as the model's does (without a model as
 * 1 / step), beyond the largest it stays, below the smallest it goes on. Undefined without a timing that means anything.
 */
export function measuredPromptTime(
  measured: readonly MeasuredPrompt[],
  model: PromptTime | undefined,
): PromptTime | undefined {
  const points = measured
    .filter(({ stepTokens, promptTokens, tokensPerSec }) => stepTokens > 0 && promptTokens > 0 && tokensPerSec > 0)
    .map(({ stepTokens, promptTokens, tokensPerSec }) => ({
      // a prompt that is shorter than the step was computed in one of its own length
      step: Math.min(stepTokens, promptTokens),
      tokens: promptTokens,
      ms: 1000 / tokensPerSec,
    }));
  if (points.length === 0) return undefined;
  const slopes = slopesOf(points);
  const flat = modelShare(points[0]!, model);
  const deeper = (step: number): number => nearest(slopes, step)?.slope ?? flat;
  const bases = new Map<number, number[]>();
  for (const { step, tokens, ms } of points)
    bases.set(step, [...(bases.get(step) ?? []), Math.max(ms * LEAST_BASE, ms - (deeper(step) * tokens) / 2)]);
  const line = [...bases]
    .map(([step, values]) => ({ step, ms: values.reduce((sum, value) => sum + value, 0) / values.length }))
    .toSorted((a, b) => a.step - b.step);
  const like = model && modelBase(model, points[0]!);
  const [only] = line;
  // one size alone says nothing of others: their ratio is the model's
  const shaped = (stepTokens: number): number =>
    like && only && line.length === 1 ? (only.ms * like(stepTokens)) / like(only.step) : baseAt(line, stepTokens, like);
  const least = line[0]!.step;
  return {
    promptMs: (stepTokens, promptTokens) => {
      const step = Math.min(stepTokens, promptTokens);
      return promptTokens * (shaped(step) + (deeper(step) * promptTokens) / 2);
    },
    partMs: (tokens, place, beside) => tokens * (shaped(tokens + beside) + deeper(tokens) * (place - tokens / 2)),
    spread: MEASURED_SPREAD,
    ratioSpread: (stepTokens) =>
      line.length === 1
        ? (model?.ratioSpread(stepTokens) ?? BEYOND_SPREAD)
        : stepTokens < least
          ? BEYOND_SPREAD
          : RATIO_SPREAD,
    provenance: "measured",
    source: `${points.length} timed prompt${points.length === 1 ? "" : "s"} of this machine`,
  };
}

interface Point {
  readonly step: number;
  readonly tokens: number;
  /** of a token, on average over the prompt */
  readonly ms: number;
}

/** Timings scatter: depth is not let to take more than this of a token's time. */
const LEAST_BASE = 0.25;

interface Slope {
  readonly step: number;
  readonly slope: number;
}

/** ms that each token before it adds to a token, over prompt lengths, for each step size that has two. */
function slopesOf(points: readonly Point[]): Slope[] {
  return [...new Set(points.map((point) => point.step))].flatMap((step) => {
    const same = points.filter((point) => point.step === step).toSorted((a, b) => a.tokens - b.tokens);
    const [short, long] = [same[0]!, same.at(-1)!];
    if (long.tokens < 2 * short.tokens) return [];
    return [{ step, slope: Math.max(0, (2 * (long.ms - short.ms)) / (long.tokens - short.tokens)) }];
  });
}

/** By ratio: half as large is as near as twice as large. */
function nearest(slopes: readonly Slope[], step: number): Slope | undefined {
  const far = (one: Slope) => Math.abs(Math.log(one.step / step));
  return slopes.toSorted((a, b) => far(a) - far(b))[0];
}

/** The same slope where the model says what share of a token's time it is. */
function modelShare({ step, tokens, ms }: Point, model: PromptTime | undefined): number {
  if (!model) return 0;
  const of = (length: number) => model.promptMs(step, length) / length;
  const share = Math.max(0, 1 - of(tokens) / of(2 * tokens));
  return (2 * share * ms) / ((1 - share) * tokens);
}

/** The model's time of a token by step, without what depth adds. */
function modelBase(model: PromptTime, { step, tokens }: Point): (stepTokens: number) => number {
  const of = (stepTokens: number, length: number) => model.promptMs(stepTokens, length) / length;
  const depth = Math.max(0, of(step, 2 * tokens) - of(step, tokens));
  return (stepTokens) => {
    const whole = of(stepTokens, tokens);
    return Math.max(whole * LEAST_BASE, whole - depth);
  };
}

/** From point to point, as the model goes between them. */
function baseAt(
  line: readonly { readonly step: number; readonly ms: number }[],
  stepTokens: number,
  like: ((stepTokens: number) => number) | undefined,
): number {
  const last = line.at(-1)!;
  if (stepTokens >= last.step || line.length === 1) return last.ms;
  const above = Math.max(
    1,
    line.findIndex(({ step }) => step >= stepTokens),
  );
  const [small, large] = [line[above - 1]!, line[above]!];
  const falls = like !== undefined && like(small.step) > like(large.step) * FLAT;
  const along = falls ? like : (step: number) => 1 / step;
  const slope = (small.ms - large.ms) / (along(small.step) - along(large.step));
  // smaller steps never cost less, whatever two timings say
  return large.ms + Math.max(0, slope) * Math.max(0, along(stepTokens) - along(large.step));
}

/** A model that hardly tells two sizes apart says nothing of what lies between. */
const FLAT = 1.005;
