import { LoadoutError } from "../../../facts/errors/index.ts";
import { parseCount } from "../../../facts/units/index.ts";
import type { SimulatedEngine } from "../../../plan/advise/index.ts";
import { type Lengths, ROUTE_POLICIES, type RoutePolicy, type Target } from "../../../predict/serving/index.ts";
import { durationMs } from "../bench/flags.ts";
import { loadFlags, oneOf, type PlanFlags, type RigFlags } from "../../../plan/ask/flags/index.ts";

export interface SimulateFlags extends PlanFlags, RigFlags {
  readonly quant?: string;
  readonly build?: string;
  readonly rate?: number;
  readonly prompt?: Lengths;
  readonly output?: Lengths;
  readonly shared?: number;
  readonly think?: number;
  readonly requests?: number;
  readonly trace?: string;
  readonly batch?: number;
  readonly engine?: SimulatedEngine;
  readonly slots?: number;
  readonly contextShift?: boolean;
  readonly replicas?: number;
  readonly router?: RoutePolicy;
  readonly stale?: number;
  readonly failures?: number;
  readonly coldStart?: number;
  readonly targets?: readonly Target[];
  readonly replay?: string;
  readonly seed?: number;
}

/** a hundred years */
const MOST_BETWEEN_MS = 100 * 8766 * 3_600_000;

const count = (flag: string, brief: string, least: number, most: number) =>
  ({
    kind: "parsed",
    parse: (text: string) => parseCount(text, flag, least, most),
    brief,
    placeholder: "N",
    optional: true,
  }) as const;
const time = (flag: string, brief: string, mostMs?: number) =>
  ({
    kind: "parsed",
    parse: (text: string) => durationMs(text, flag, mostMs),
    brief,
    placeholder: "T",
    optional: true,
  }) as const;
const file = (brief: string) =>
  ({ kind: "parsed", parse: String, brief, placeholder: "FILE", optional: true }) as const;

export const simulateFlags = {
  rate: {
    kind: "parsed",
    parse: rateOf,
    brief: "Requests a second, Poisson; instead of --users",
    placeholder: "R",
    optional: true,
  },
  trace: file("Requests of a trace: Azure's .csv, mooncake's .jsonl"),
  prompt: loadFlags.prompt,
  output: loadFlags.output,
  shared: count("--shared", "Tokens at the beginning that all prompts share", 1, 10_000_000),
  think: time("--think", "Mean wait between an answer and the next question"),
  requests: count("--requests", "How many; enough for a p95 without it", 1, 10_000_000),
  batch: count("--batch", "Jobs in the batch lane all the time, behind the gateway's lanes", 1, 256),
  engine: loadFlags.engine,
  slots: count("--slots", "Sequences at the same time; 4, or as many as users", 1, 256),
  contextShift: {
    kind: "boolean",
    brief: "llama-server as --context-shift: a full one drops half, goes on",
    optional: true,
    withNegated: false,
  },
  replicas: count("--replicas", "Machines alike behind a router", 1, 4096),
  router: {
    kind: "parsed",
    parse: (text: string) => oneOf(text, ROUTE_POLICIES, "--router"),
    brief: "least-loaded (the default), matched-minus-load, ...",
    optional: true,
  },
  stale: time("--stale", "How old a router's view of loads gets"),
  failures: time("--failures", "Between failures of one machine, such as 500h: spares", MOST_BETWEEN_MS),
  coldStart: time("--cold-start", "Until a machine that failed answers again; 5min"),
  targets: loadFlags.targets,
  replay: file("A run of `loadout bench --json`: how far this is from it"),
  seed: loadFlags.seed,
} as const;

function rateOf(text: string): number {
  const value = /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : 0;
  if (value > 0 && value <= 100_000) return value;
  throw new LoadoutError("bad-quantity", {
    what: "--rate",
    expected: "requests a second",
    got: text,
    example: "--rate 0.5",
  });
}
