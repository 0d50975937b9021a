import { formatDuration, formatPercent } from "../../../facts/units/index.ts";
import type { Provenance } from "../../../predict/estimate/index.ts";
import { type Banded, longestStepMs, type PromptTime, stepPrice } from "../../../predict/serving/index.ts";

/** Tokens of a step that are looked at. */
const SIZES = [32, 64, 128, 256, 512, 1024, 2048] as const;

/** A prompt may take so much longer for the sake of who waits beside it; smaller steps cost ever more and bring ever less. */
const MOST_PRICE = 1.15;

/** One size of a step: what it makes others wait, and what it costs. */
export interface StepRow {
  readonly stepTokens: number;
  /** longest wait for a token beside a long prompt */
  readonly stallMs: Banded;
  /** a long prompt's time against the quickest size: 1.04 is 4% slower */
  readonly price: Banded;
}

/** How many tokens the engine computes in one step (`-b`), and what follows. */
export interface StepPlan extends StepRow {
  /** what was wanted of a step; absent where nobody waits beside a prompt */
  readonly capMs?: number;
  readonly keepsCap: boolean;
  /** length of the prompts that times are of */
  readonly promptTokens: number;
  /** the quickest size, which the price is against */
  readonly against: number;
  readonly because: string;
  readonly provenance: Provenance;
  readonly source: string;
  /** all sizes that were weighed */
  readonly rows: readonly StepRow[];
}

export interface StepQuestion {
  readonly time: PromptTime;
  readonly promptTokens: number;
  readonly capMs?: number;
  /** asked for */
  readonly stepTokens?: number;
  /** there is memory for steps of this size */
  readonly roomFor: (stepTokens: number) => boolean;
}

/**
 * The largest step that keeps the cap; where only steps keep it that make prompts much slower, or none does, the smallest that
 * does not. Without a cap the quickest.
 */
export function planStep(question: StepQuestion): StepPlan | undefined {
  const { time, promptTokens, capMs, stepTokens: asked } = question;
  const sizes = asked === undefined ? SIZES.filter((size) => question.roomFor(size)) : [...new Set([...SIZES, asked])];
  if (sizes.length === 0) return undefined;
  // of sizes that take the same, the smallest: its buffers are smaller and others wait less
  const against = sizes.reduce((best, size) => (msOf(size) < msOf(best) * SAME ? size : best));
  const rows = sizes.toSorted((a, b) => a - b).map(rowOf);
  const keeps = ({ stallMs }: StepRow) => capMs === undefined || stallMs.value <= capMs;
  const bearable = rows.filter(({ price }) => price.value <= MOST_PRICE);
  const chosen =
    asked !== undefined
      ? rowOf(asked)
      : capMs === undefined
        ? rowOf(against)
        : (bearable.findLast(keeps) ?? bearable[0] ?? rowOf(against));
  const keepsCap = keeps(chosen);
  return {
    ...chosen,
    ...(capMs === undefined ? {} : { capMs }),
    keepsCap,
    promptTokens,
    against,
    because: asked === undefined ? because(chosen, rows, capMs, keepsCap) : "asked for",
    provenance: time.provenance,
    source: time.source,
    rows,
  };

  function msOf(size: number): number {
    return time.promptMs(size, promptTokens);
  }

  function rowOf(stepTokens: number): StepRow {
    const price = stepPrice(time, stepTokens, against, promptTokens);
    const priceBand = price <= 1 ? 0 : time.ratioSpread(stepTokens);
    return {
      stepTokens,
      stallMs: banded(longestStepMs(time, stepTokens, promptTokens), time.spread),
      price: { value: price, low: Math.max(1, price * Math.exp(-priceBand)), high: price * Math.exp(priceBand) },
    };
  }
}

/** Times closer than this are the same. */
const SAME = 0.995;

function because(chosen: StepRow, rows: readonly StepRow[], capMs: number | undefined, keepsCap: boolean): string {
  const wait = `beside a long prompt a token waits up to ${formatDuration(chosen.stallMs.value)}`;
  const price = `prompts take ${formatPercent(chosen.price.value - 1)} longer than with the quickest step`;
  if (capMs === undefined) return "nobody waits for a token beside a prompt, so the quickest step";
  if (keepsCap) return `${wait}, within ${formatDuration(capMs)}; ${price}`;
  const smaller = rows.findLast(({ stepTokens }) => stepTokens < chosen.stepTokens);
  const more = smaller
    ? `; ${smaller.stepTokens} would make it ${formatDuration(smaller.stallMs.value)} and cost ${formatPercent(smaller.price.value - 1)}`
    : "";
  return `${wait}, not the ${formatDuration(capMs)} wanted: steps that short cost too much here; ${price}${more}`;
}

function banded(value: number, spread: number): Banded {
  return { value, low: value * Math.exp(-spread), high: value * Math.exp(spread) };
}
