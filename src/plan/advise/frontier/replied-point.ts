import { type BarePoint, exactly } from "./point.ts";

/** One answer that was timed by itself. */
export interface RepliedRun {
  readonly name: string;
  readonly firstTokenMs: number;
  readonly replyTokens: number;
  readonly decodePerSec: number;
}

/** One user who asks again as soon as an answer ends. A single answer has no spread: its band is itself. */
export function repliedPoint(
  { name, firstTokenMs, replyTokens, decodePerSec }: RepliedRun,
  limitOf: (streams: number) => number | undefined,
): BarePoint | undefined {
  const gapMs = 1000 / decodePerSec;
  const wholeMs = firstTokenMs + (replyTokens - 1) * gapMs;
  if (!(wholeMs > 0) || !Number.isFinite(wholeMs)) return undefined;
  const perSec = (1000 * replyTokens) / wholeMs;
  const limit = limitOf(1);
  const gap = exactly(gapMs);
  return {
    origin: "measured",
    knobs: { users: 1 },
    tokensPerSec: exactly(perSec),
    eachTokensPerSec: exactly(perSec),
    ttftMs: { p50: exactly(firstTokenMs), p95: exactly(firstTokenMs) },
    gapMs: { p50: gap, p95: gap },
    tpotMs: gap,
    ...(limit === undefined ? {} : { shareOfLimit: perSec / limit }),
    doubts: [],
    overloaded: false,
    name,
  };
}
