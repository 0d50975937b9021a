import { good } from "../../fit/index.ts";
import type { Placed } from "./placed.ts";
import type { Candidate } from "./question.ts";

type Ordered = Candidate & { readonly placed: Placed };

/** 0 fits with room to spare, 1 fits, 2 with the CPU's help, 3 does not run in memory. */
export function tierOf({ verdict, onCpu }: Placed): number {
  if (!good(verdict)) return 3;
  if (onCpu !== undefined) return 2;
  return verdict === "fits" ? 0 : 1;
}

/** Capacity first, bandwidth second, compute third; what needs the CPU by its pace. What is not known comes last of its tier. */
export function byRank(one: Ordered, other: Ordered): number {
  const tier = tierOf(one.placed) - tierOf(other.placed);
  if (tier !== 0) return tier;
  const pace = tierOf(one.placed) === 2 ? paceOf(other) - paceOf(one) : 0;
  if (pace !== 0) return pace;
  const device = ({ rig }: Ordered) => rig.devices[0];
  const bandwidth = (device(other)?.bandwidthBytesPerSec ?? 0) - (device(one)?.bandwidthBytesPerSec ?? 0);
  if (bandwidth !== 0) return bandwidth;
  const compute = (device(other)?.flopsPerSec ?? 0) - (device(one)?.flopsPerSec ?? 0);
  if (compute !== 0) return compute;
  return one.sizeBytes * one.count - other.sizeBytes * other.count || one.row.id.localeCompare(other.row.id);
}

function paceOf({ placed }: Ordered): number {
  return placed.decode?.tokensPerSec ?? 0;
}
