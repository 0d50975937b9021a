import type { Rig } from "../../facts/hardware/index.ts";
import { formatNumber, formatPace } from "../../facts/units/index.ts";
import type { Target } from "../../predict/serving/index.ts";
import type { Frontier, FrontierPoint, OperatingPoint, SimulatedEngine, TargetSetting } from "../advise/index.ts";
import { ANSWER_VERSION, type ModelFacts } from "./fit-numbers.ts";

/** Throughput against waiting: what a server on this rig can be set to, predicted, simulated and measured, in the same words. */
export interface FrontierAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "frontier";
  readonly model: ModelFacts;
  readonly rig: Rig;
  readonly engine: SimulatedEngine;
  /** where the times of steps are from */
  readonly source: string;
  readonly asked: {
    readonly prompt: string;
    readonly output: string;
    readonly usersUpTo: number;
    readonly seed: number;
    readonly targets: readonly Target[];
  };
  readonly points: readonly FrontierPoint[];
  readonly operating: readonly OperatingPoint[];
  /** most sequences that there is memory for, of those that were tried */
  readonly mostSlots: number;
  readonly says: string;
  readonly assumptions: readonly string[];
  readonly next: readonly string[];
}

export type FrontierFacts = Pick<FrontierAnswer, "model" | "rig" | "engine" | "asked" | "assumptions" | "next">;

export function answerFrontier(facts: FrontierFacts, made: Frontier): FrontierAnswer {
  const { points, operating, mostSlots, source, assumptions } = made;
  return {
    schema: ANSWER_VERSION,
    kind: "frontier",
    ...facts,
    source,
    points,
    operating,
    mostSlots,
    says: sentence(made),
    assumptions: [...facts.assumptions, ...assumptions],
  };
}

function sentence({ points, operating }: Frontier): string {
  const of = (name: OperatingPoint["name"]) => operating.find((one) => one.name === name);
  const [chats, batch] = [of("interactive"), of("batch")];
  if (chats === undefined || batch === undefined) return "no point is valid: nothing can be chosen from these";
  const [one, other] = [points[chats.point]!, points[batch.point]!];
  const ratio = other.tokensPerSec.value / one.tokensPerSec.value;
  const more =
    ratio > 1.005
      ? `; a batch job makes ${formatNumber(ratio, 2)} times that with ${other.knobs.users} at a time`
      : "; a batch job makes no more";
  const alone = one.knobs.users === 1;
  const users = alone ? "1 user" : `${one.knobs.users} users`;
  const start = chats.met
    ? `${users} who ${alone ? "reads along gets" : "read along get"}`
    : `nothing keeps the targets; ${users} ${alone ? "comes" : "come"} nearest, with`;
  return `${start} ${formatPace(one.tokensPerSec.value)}${alone ? "" : " together"}${more}`;
}

/** What `loadout serve --target` was asked, which settings it took, and what they cost. */
export type TargetFacts = Omit<TargetSetting, "point"> & {
  readonly origin: FrontierPoint["origin"];
  readonly tokensPerSec: FrontierPoint["tokensPerSec"];
  readonly promptTokens: number;
  readonly answerTokens: number;
};

export function targetFacts(setting: TargetSetting, promptTokens: number, answerTokens: number): TargetFacts {
  const { point, ...rest } = setting;
  const { origin, tokensPerSec } = point;
  return { ...rest, origin, tokensPerSec, promptTokens, answerTokens };
}
