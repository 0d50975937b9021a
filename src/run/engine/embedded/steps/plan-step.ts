import type { LaneName } from "../../../../predict/serving/index.ts";

/** A reply that holds a sequence, as far as planning a step needs to know. */
export interface Runner {
  readonly lane: LaneName;
  /** tokens of its prompt still to evaluate; 0: it draws token after token */
  readonly pending: number;
  /** when it last took part in a step, or came */
  readonly lastStepMs: number;
}

export interface StepSettings {
  /** most tokens of one step */
  readonly stepTokens: number;
  /** of these, most that prompts of the batch lane may have: what a chat that arrives now waits for */
  readonly batchStepTokens: number;
  /** a resting reply of the batch lane steps once after this time, one at a time: batch never starves */
  readonly agingMs: number;
}

export interface StepPlan<One extends Runner> {
  /** who takes part, with how many tokens; empty: all rest */
  readonly parts: ReadonlyMap<One, number>;
  /** when a resting one has rested long enough; absent: nobody rests */
  readonly wakeMs?: number;
}

/**
 * Who steps together next. Everybody who draws takes part with one token, prompts share the rest in the order they came,
 * chats first. While a chat is there (`chatPresent`: also one that is about to begin), the batch lane rests.
 */
export function planStep<One extends Runner>(
  runners: readonly One[],
  chatPresent: boolean,
  nowMs: number,
  { stepTokens, batchStepTokens, agingMs }: StepSettings,
): StepPlan<One> {
  const chats = runners.filter(({ lane }) => lane === "interactive");
  const batch = runners.filter(({ lane }) => lane === "batch");
  const rests = chatPresent || chats.length > 0;
  const aged = batch.find(({ lastStepMs }) => nowMs - lastStepMs >= agingMs);
  const awake = rests ? (aged ? [aged] : []) : batch;

  const parts = new Map<One, number>();
  for (const one of [...chats, ...awake]) if (one.pending === 0) parts.set(one, 1);
  let left = Math.max(0, stepTokens - parts.size);
  const share = (one: One, most: number) => {
    const amount = Math.min(one.pending, most);
    if (amount > 0) parts.set(one, amount);
    return Math.max(0, amount);
  };
  for (const one of chats) left -= share(one, left);
  let batchLeft = Math.min(left, batchStepTokens);
  for (const one of awake) batchLeft -= share(one, batchLeft);

  const resting = batch.filter((one) => rests && !parts.has(one));
  if (resting.length === 0) return { parts };
  return { parts, wakeMs: Math.min(...resting.map(({ lastStepMs }) => lastStepMs)) + agingMs };
}
