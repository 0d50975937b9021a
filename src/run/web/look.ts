import type { LiveRun, ServedFacts } from "../../plan/answer/index.ts";
import type { Run } from "../gateway/index.ts";
import { isFields } from "../home/index.ts";
import { type Got, getHere, isHere } from "./loopback.ts";
import { type CountedLanes, lanesIn } from "./metrics-read.ts";

/** What a run says of itself at this moment. */
export interface Seen {
  readonly run: LiveRun;
  /** absent unless it is open */
  readonly lanes?: CountedLanes;
}

/** Asks a run what it serves and what its lanes do. Never rejects: a run that says nothing is silent. */
export async function lookAt({ pid, startedAt, url, models, takes }: Run, signal: AbortSignal): Promise<Seen> {
  const known = { pid, startedAt, url, models, takes: Object.fromEntries(takes) };
  const as = (state: LiveRun["state"]): Seen => ({ run: { ...known, state, served: [] } });
  if (url === "") return as("loading");
  if (!isHere(url)) return as("elsewhere");
  try {
    const [facts, metrics] = await Promise.all([getHere(url, "/v1/loadout", signal), getHere(url, "/metrics", signal)]);
    if (facts.status === 401 || metrics.status === 401) return as("locked");
    const served = servedIn(facts);
    const lanes = metrics.status === 200 ? lanesIn(metrics.text) : undefined;
    if (!served || !lanes) return as("silent");
    return { run: { ...known, state: "open", served }, lanes };
  } catch {
    return as("silent");
  }
}

/** The models of a `serve` answer, as this same program wrote it; undefined: it is none. */
function servedIn({ status, text }: Got): readonly ServedFacts[] | undefined {
  if (status !== 200) return undefined;
  const answer: unknown = JSON.parse(text);
  if (!isFields(answer) || answer.kind !== "serve" || !Array.isArray(answer.models)) return undefined;
  return answer.models.filter((model): model is ServedFacts => isFields(model) && typeof model.name === "string");
}
