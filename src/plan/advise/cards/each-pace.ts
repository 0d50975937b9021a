import { decodePace, type Pace, type PaceInput } from "../../../predict/speed/index.ts";

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
