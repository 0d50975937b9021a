import { readFile } from "node:fs/promises";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { SimulatedLoad } from "../../../plan/advise/index.ts";
import {
  besideJobs,
  closedWorkload,
  openWorkload,
  type PlannedRequest,
  readTrace,
  scheduledWorkload,
} from "../../../predict/serving/index.ts";
import type { SimulateFlags } from "./flags.ts";
import { OUTPUT, PROMPT } from "../../../plan/ask/flags/index.ts";

/** A p95 stands on some hundred requests. */
const REQUESTS = 300;
const LEAST_SECONDS = 180;
const MOST_REQUESTS = 20_000;
const TURNS_A_USER = 8;
const WARM_SHARE = 0.1;

/** What comes, as the flags say, with jobs beside it where they are asked for; undefined: they do not. */
export async function loadFrom(flags: SimulateFlags): Promise<SimulatedLoad | undefined> {
  const load = await chatsFrom(flags);
  const { batch, prompt = PROMPT, output = OUTPUT, seed = 1 } = flags;
  if (load === undefined || batch === undefined) return load;
  const jobs = () => closedWorkload({ users: batch }, {}, { prompt, output, lane: "batch" }, seed + 1);
  return { ...load, alone: load.at, at: (amount) => besideJobs(load.at(amount), jobs()) };
}

async function chatsFrom(flags: SimulateFlags): Promise<SimulatedLoad | undefined> {
  const { users, rate, trace, prompt = PROMPT, output = OUTPUT, shared, think, seed = 1 } = flags;
  const shape = { prompt, output, ...(shared === undefined ? {} : { sharedTokens: shared }) };
  if (trace !== undefined) {
    const requests = await traceFrom(trace, flags.requests);
    return {
      by: "trace",
      amount: 1,
      at: () => scheduledWorkload(requests),
      warmUp: () => Math.floor(requests.length * WARM_SHARE),
    };
  }
  if (rate !== undefined) {
    // long enough that a queue which grows is seen to grow
    const requestsAt = (amount: number) =>
      flags.requests ?? Math.min(MOST_REQUESTS, Math.max(REQUESTS, Math.ceil(amount * LEAST_SECONDS)));
    return {
      by: "rate",
      amount: rate,
      at: (amount) =>
        openWorkload({ kind: "poisson", ratePerSec: amount }, { requests: requestsAt(amount) }, shape, seed),
      warmUp: (amount) => Math.floor(requestsAt(amount) * WARM_SHARE),
    };
  }
  if (users === undefined) return undefined;
  return {
    by: "users",
    amount: users,
    at: (amount) =>
      closedWorkload(
        { users: amount, ...(think === undefined ? {} : { thinkMs: think }) },
        { requests: flags.requests ?? Math.max(REQUESTS / 2, TURNS_A_USER * amount) },
        shape,
        seed,
      ),
    // first requests meet an empty server, all at once
    warmUp: (amount) => amount,
  };
}

async function traceFrom(path: string, most: number | undefined): Promise<readonly PlannedRequest[]> {
  const text = await textOf(path, "trace");
  const trace = readTrace(text);
  if (trace === undefined || trace.requests.length === 0)
    throw new LoadoutError("simulate-bad-file", { path, wanted: "trace", problem: "no form that is known" });
  return trace.requests.slice(0, most);
}

export async function textOf(path: string, wanted: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new LoadoutError("simulate-bad-file", { path, wanted, problem }, { cause: error });
  }
}
