import { LoadoutError } from "../../../facts/errors/index.ts";
import { parseTokens } from "../../../facts/units/index.ts";
import { type FrontierLoad, settingFor, type SimulatedEngine, type TargetSetting } from "../../../plan/advise/index.ts";
import type { FitRequest } from "../../../plan/fit/index.ts";
import { parseTargets, type Target } from "../../../predict/serving/index.ts";

/** "ttft p95 500ms, 4 users, prompts 2000, answers 300": the words of `bench --targets`, for how many people, with what lengths. */
export interface ServeTarget {
  readonly targets: readonly Target[];
  readonly users: number;
  readonly promptTokens: number;
  readonly answerTokens: number;
}

const PROMPT_TOKENS = 512;
const ANSWER_TOKENS = 256;
const MOST_USERS = 256;

export function serveTarget(typed: string): ServeTarget {
  const limits: string[] = [];
  let [users, promptTokens, answerTokens] = [1, PROMPT_TOKENS, ANSWER_TOKENS];
  for (const part of typed.split(",")) {
    const people = /^\s*(\d+)\s+users?\s*$/i.exec(part);
    const length = /^\s*(prompt|answer)s?\s+(?:of\s+)?(\S+)(?:\s+tokens)?\s*$/i.exec(part);
    if (people) users = Number(people[1]);
    else if (length?.[1]?.toLowerCase() === "prompt") promptTokens = parseTokens(length[2]!, "prompts of --target", 1);
    else if (length) answerTokens = parseTokens(length[2]!, "answers of --target", 1);
    else limits.push(part);
  }
  const targets = limits.length === 0 ? undefined : parseTargets(limits.join(","));
  if (targets === undefined || users < 1 || users > MOST_USERS)
    throw new LoadoutError("bad-quantity", {
      what: "--target",
      expected: `limits of ttft, tpot, gap or e2e, and 1 to ${MOST_USERS} users`,
      got: typed,
      example: '--target "ttft p95 500ms, 4 users"',
    });
  return { targets, users, promptTokens, answerTokens };
}

/** Slots and tokens of a step for a target; undefined where no pace is claimed, or nothing fits. */
export function settingForTarget(
  request: FitRequest,
  engine: SimulatedEngine,
  { targets, users, promptTokens, answerTokens }: ServeTarget,
): TargetSetting | undefined {
  const load: FrontierLoad = {
    prompt: { kind: "fixed", tokens: promptTokens },
    output: { kind: "fixed", tokens: answerTokens },
    mean: { promptTokens, outputTokens: answerTokens },
    targets,
    seed: 1,
  };
  return settingFor({ request, engine, load }, users);
}
