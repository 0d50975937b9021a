import { formatPercent } from "../../facts/units/index.ts";
import { memoryDifferences, type TermDifference } from "../explain/index.ts";
import { ANSWER_VERSION, type FitAnswer } from "./fit-numbers.ts";

/** Two loadouts and why they differ. */
export interface DifferenceAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "difference";
  readonly first: FitAnswer;
  readonly second: FitAnswer;
  /** settings and facts that are not the same, as people write them */
  readonly unlike: readonly Unlike[];
  /** by term, largest first: they sum to the difference of the whole; absent where an engine would refuse */
  readonly memory?: readonly TermDifference[];
}

export interface Unlike {
  readonly what: string;
  readonly first: string;
  readonly second: string;
}

export function answerDifference(first: FitAnswer, second: FitAnswer): DifferenceAnswer {
  return {
    schema: ANSWER_VERSION,
    kind: "difference",
    first,
    second,
    unlike: unlike(first, second),
    ...(first.memory && second.memory ? { memory: memoryDifferences(first.memory, second.memory) } : {}),
  };
}

function unlike(first: FitAnswer, second: FitAnswer): Unlike[] {
  const [one, other] = [factsOf(first), factsOf(second)];
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((what) => {
    const [a = "none", b = "none"] = [one.get(what), other.get(what)];
    return a === b ? [] : [{ what, first: a, second: b }];
  });
}

function factsOf({ model, rig, runtime, goal, decisions, verdict, speed }: FitAnswer): Map<string, string> {
  const { promptTokens, cached } = speed;
  const share = cached === undefined ? "" : `, ${formatPercent(cached.share)} of it cached`;
  const devices = rig.devices.map(({ name }) => name).join(" + ");
  return new Map([
    ["model", model.name],
    ["file type", model.quantization],
    ["devices", devices === "" ? "none" : devices],
    ["processor", rig.host.cpu.model],
    ["runtime", `${runtime.engine} ${runtime.version}, ${runtime.backend}`],
    ["goal", goal],
    ...decisions.map(({ setting, value }): [string, string] => [setting, String(value)]),
    ["prompt timed", `${promptTokens} tokens${share}`],
    ["verdict", verdict.now.verdict],
  ]);
}
