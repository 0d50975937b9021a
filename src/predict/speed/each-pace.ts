import { decodePace } from "./decode-pace.ts";
import type { PaceInput } from "./input.ts";
import type { Pace } from "./speed.ts";

/**
 * What each of several users gets while all of them decode with so much in their caches: one step reads the weights once and every
 * cache, and gives each user a token.
 */
export function eachUsersPace(input: PaceInput, users: number, depth: number): Pace | undefined {
  const all = decodePace({ ...input, streams: users }, depth);
  if (all === undefined || users === 1) return all;
  return {
    ...all,
    tokensPerSec: all.tokensPerSec / users,
    low: all.low / users,
    high: all.high / users,
    formula: `${all.formula} / ${users} users`,
  };
}
