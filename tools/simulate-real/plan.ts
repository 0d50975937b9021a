import type { Lengths } from "../../src/predict/serving/index.ts";
import { type Asked, type Machine, simulatedRecords } from "./run.ts";

/** 8 x 3 points; none is a probe. */
export const USERS = [1, 2, 3, 4, 5, 6, 7, 8] as const;
export const PROMPTS = [64, 160, 400] as const;
export const OUTPUT_TOKENS = 48;
/** of the seed, so that no point draws what a probe drew */
const SEED = 7;

const PROBE_MS = 10_000;
const fixed = (tokens: number): Lengths => ({ kind: "fixed", tokens });
const uniform = (low: number, high: number): Lengths => ({ kind: "uniform", low, high });

/**
 * Two short probes: prompts of many lengths by one who is alone; four who think, so that steps of one to four streams are seen.
 */
export const PROBES: readonly Asked[] = [
  {
    users: 1,
    prompt: uniform(40, 480),
    output: uniform(16, 32),
    thinkMs: 0,
    durationMs: PROBE_MS,
    spreadMs: 0,
    seed: 1,
  },
  {
    users: 4,
    prompt: uniform(40, 160),
    output: uniform(16, 96),
    thinkMs: 300,
    durationMs: PROBE_MS,
    spreadMs: 1000,
    seed: 2,
  },
];

/** Requests a user in a point, at least and at most; a p95 of fewer says nothing. */
const FEWEST = 6;
const LEAST_TURNS = 1;
const MOST_TURNS = 4;

/** The points, each as long as all together may take: turns a user are as many as fit into the time by what the probes told. */
export function pointsWithin(budgetMs: number, machine: Machine): readonly Asked[] {
  const made = (turns: number) =>
    PROMPTS.flatMap((promptTokens) => USERS.map((users) => pointOf(users, promptTokens, turns, machine)));
  let chosen = made(LEAST_TURNS);
  for (let turns = LEAST_TURNS + 0.5; turns <= MOST_TURNS; turns += 0.5) {
    const more = made(turns);
    if (more.reduce((sum, asked) => sum + lastsMs(asked, machine), 0) > budgetMs) break;
    chosen = more;
  }
  return chosen;
}

function pointOf(users: number, promptTokens: number, turns: number, machine: Machine): Asked {
  const alone: Asked = {
    users: 1,
    prompt: fixed(promptTokens),
    output: fixed(OUTPUT_TOKENS),
    thinkMs: 0,
    requests: 1,
    spreadMs: 0,
    seed: SEED,
  };
  const spreadMs = users === 1 ? 0 : Math.round(lastsMs(alone, machine) / 2);
  return { ...alone, users, requests: Math.max(FEWEST, Math.ceil(users * turns)), spreadMs };
}

/** How long a point takes, by the simulator. */
function lastsMs(asked: Asked, machine: Machine): number {
  return simulatedRecords(asked, machine).reduce((most, { endMs }) => Math.max(most, endMs), 0);
}
