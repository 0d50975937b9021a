import { formatDuration, formatPercent } from "../../../facts/units/index.ts";
import type { Provenance } from "../../../predict/estimate/index.ts";
import {
  type Banded,
  longestStepMs,
  meetingStepMs,
  type PromptTime,
  SHARED_TOKENS,
  stepPrice,
} from "../../../predict/serving/index.ts";

/** Tokens of a step that are looked at, from the smallest. */
const SIZES = [32, 64, 96, 128, 256, 512, 1024, 2048] as const;

/** So much of a prompt's time may be wasted for the sake of who waits beside it; smaller steps waste ever more and bring ever less. */
const MOST_WASTE = 1.15;

/** Where two prompts meet, which is once for each, a step may be so much longer than the cap. */
const MEETING_OVER = 1.1;

/** One size of a step: what it makes others wait, and what it costs. */
export interface StepRow {
  readonly stepTokens: number;
  /** longest wait for a token beside a long prompt */
  readonly stallMs: Banded;
  /** a long prompt's time against the usual size: 1.04 is 4% slower */
  readonly price: Banded;
  /** the same where nobody is answered beside it: what small steps waste; the rest of the price is others' tokens */
  readonly waste: number;
}

/** How many tokens the engine computes in one step (`-b`), and what follows. */
export interface StepPlan extends StepRow {
  /** what was wanted of a step; absent where nobody waits beside a prompt */
  readonly capMs?: number;
  readonly keepsCap: boolean;
  /** length of the prompts that times are of */
  readonly promptTokens: number;
  /** the size that the price is against: what the goal would take if nobody waited, or the largest there is room for */
  readonly against: number;
  readonly because: string;
  readonly provenance: Provenance;
  readonly source: string;
  /** all sizes that were weighed */
  readonly rows: readonly StepRow[];
}

export interface StepQuestion {
  /** prompts alone */
  readonly alone: PromptTime;
  /** beside one that is being answered */
  readonly time: PromptTime;
  readonly promptTokens: number;
  /** a token of the answer beside it, ms; given where another prompt may come at the same time */
  readonly meetingTokenMs?: number;
  readonly capMs?: number;
  /** the size that the goal takes where nobody waits */
  readonly usual: number;
  /** this size and no other, for this reason */
  readonly given?: { readonly stepTokens: number; readonly because: string };
  /** there is memory for steps of this size */
  readonly roomFor: (stepTokens: number) => boolean;
}

/**
 * The largest step that keeps the cap; where only steps keep it that make prompts much slower, or none does, the smallest that
 * does not.
 */
export function planStep(question: StepQuestion): StepPlan | undefined {
  const { alone, time, promptTokens, meetingTokenMs, capMs, given, usual } = question;
  const roomy = SIZES.filter((size) => size <= usual && question.roomFor(size));
  const against = roomy.at(-1) ?? given?.stepTokens;
  if (against === undefined) return undefined;
  const sizes = new Set([...roomy, ...(given ? [given.stepTokens] : [])]);
  const rows = [...sizes].toSorted((a, b) => a - b).map(rowOf);
  const keeps = ({ stepTokens, stallMs }: StepRow) =>
    capMs === undefined ||
    (stallMs.value <= capMs * MEETING_OVER && longestStepMs(time, stepTokens, promptTokens) <= capMs);
  const bearable = rows.filter(({ waste }) => waste <= MOST_WASTE);
  const chosen = given ? rowOf(given.stepTokens) : (bearable.findLast(keeps) ?? bearable[0] ?? rowOf(against));
  const keepsCap = keeps(chosen);
  return {
    ...chosen,
    ...(capMs === undefined ? {} : { capMs }),
    keepsCap,
    promptTokens,
    against,
    because: given?.because ?? because({ ...chosen, keepsCap }, rows, capMs, against),
    provenance: time.provenance,
    source: time.source,
    rows,
  };

  function longestMs(stepTokens: number): number {
    const within = longestStepMs(time, stepTokens, promptTokens);
    if (meetingTokenMs === undefined) return within;
    return Math.max(within, meetingStepMs(alone, meetingTokenMs, stepTokens, promptTokens));
  }

  function rowOf(stepTokens: number): StepRow {
    const price = stepPrice(time, stepTokens, against!, promptTokens);
    const priceBand = stepTokens === against ? 0 : time.ratioSpread(stepTokens);
    return {
      stepTokens,
      stallMs: banded(longestMs(stepTokens), time.spread),
      price: { value: price, low: price * Math.exp(-priceBand), high: price * Math.exp(priceBand) },
      waste: stepPrice(alone, shared(stepTokens), shared(against!), promptTokens),
    };
  }
}

function because(
  chosen: StepRow & Pick<StepPlan, "keepsCap">,
  rows: readonly StepRow[],
  capMs: number | undefined,
  against: number,
): string {
  if (capMs === undefined) return "nobody waits for a token beside a prompt";
  const { stepTokens, stallMs, waste, keepsCap } = chosen;
  const wait = `beside a long prompt a token waits up to ${formatDuration(stallMs.value)}`;
  const cost = stepTokens === against ? "" : `; prompts take ${longer(chosen)} than with ${against}`;
  if (keepsCap && stallMs.value > capMs)
    return `${wait} where another follows it, about the ${formatDuration(capMs)} wanted${cost}`;
  if (keepsCap) return `${wait}, within ${formatDuration(capMs)}${cost}`;
  const next = rows.findLast((row) => row.stepTokens < stepTokens);
  const more = next
    ? `; with ${next.stepTokens} it would wait ${formatDuration(next.stallMs.value)}, and prompts take ${longer(next)}`
    : "";
  const most = waste > MOST_WASTE ? "" : `, and shorter steps make prompts much slower${more}`;
  return `${wait}, not the ${formatDuration(capMs)} wanted${cost}${most}`;
}

function longer({ price }: StepRow): string {
  return `${formatPercent(Math.max(0, price.value - 1))} longer`;
}

/** What is left of a step for a prompt beside an answer. */
function shared(stepTokens: number): number {
  return Math.max(1, stepTokens - SHARED_TOKENS);
}

function banded(value: number, spread: number): Banded {
  return { value, low: value * Math.exp(-spread), high: value * Math.exp(spread) };
}
