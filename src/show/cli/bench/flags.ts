import { LoadoutError } from "../../../facts/errors/index.ts";
import { lengthsOf, type RigFlags } from "../../../plan/ask/flags/index.ts";
import { type Lengths, OTHER_TOOLS, type OtherTool, type Target } from "../../../predict/serving/index.ts";

/** How requests come that wait for nobody; a file is a trace. */
export type ArrivalFlag =
  | { readonly kind: "poisson" | "constant" }
  | { readonly kind: "gamma"; readonly burstiness: number }
  | { readonly kind: "file"; readonly path: string };

/** Users of another lane beside the load. */
export interface LaneFlag {
  readonly lane: string;
  readonly users: number;
  /** absent: as the load itself */
  readonly prompt?: Lengths;
  readonly output?: Lengths;
  readonly typed: string;
}

/** "batch:2" or "batch:2:2000/300". */
export function laneOf(typed: string): LaneFlag {
  const [, lane, users, prompt, output] = /^([\w-]+):(\d{1,4})(?::([^/]+)\/(.+))?$/.exec(typed) ?? [];
  if (lane === undefined || Number(users) < 1)
    return bad("--lane", typed, "a lane and its users, and lengths where they differ", "batch:2 or batch:2:2000/300");
  return {
    lane,
    users: Number(users),
    ...(prompt === undefined || output === undefined
      ? {}
      : { prompt: lengthsOf(prompt, "--lane"), output: lengthsOf(output, "--lane") }),
    typed,
  };
}

/** "x-loadout-lane: batch", as often as they like. */
export function headersOf(typed: readonly string[] = []): Readonly<Record<string, string>> {
  const pairs = typed.map((line) => {
    const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([\x20-\x7e]*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined || OURS.has(name.toLowerCase()))
      return bad("--header", line, "NAME: VALUE, not one that the connection needs", '"x-loadout-lane: batch"');
    return [name.toLowerCase(), value.trim()] as const;
  });
  return Object.fromEntries(pairs);
}

const OURS = new Set(["host", "content-length", "content-type", "connection", "transfer-encoding"]);

/** "4" or "1,2,4,8". */
export function listOf(typed: string, flag: string): readonly number[] {
  const values = typed.split(",").map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : 0));
  if (values.every((value) => value >= 1 && value <= 10_000)) return values;
  return bad(flag, typed, "whole numbers from 1 to 10000", "4 or 1,2,4,8");
}

export function ratesOf(typed: string): readonly number[] {
  const values = typed.split(",").map((part) => (/^\s*\d+(\.\d+)?\s*$/.test(part) ? Number(part) : 0));
  return values.every((value) => value > 0 && value <= 100_000)
    ? values
    : bad("--rate", typed, "requests a second", "2 or 0.5,1,2");
}

export function arrivalsOf(typed: string): ArrivalFlag {
  if (typed === "poisson" || typed === "constant") return { kind: typed };
  const burstiness = /^gamma:(\d+(?:\.\d+)?)$/.exec(typed)?.[1];
  if (burstiness !== undefined && Number(burstiness) > 0) return { kind: "gamma", burstiness: Number(burstiness) };
  if (/\.(csv|jsonl)$/i.test(typed)) return { kind: "file", path: typed };
  return bad("--arrivals", typed, "poisson, constant, gamma:SHAPE or a trace (.csv, .jsonl)", "gamma:0.5");
}

const DAY_MS = 86_400_000;

/** "30s", "500ms", "2min", "90": seconds; in milliseconds. */
export function durationMs(typed: string, flag: string, mostMs = DAY_MS): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|min|m|h)?\s*$/i.exec(typed);
  const unit = { ms: 1, s: 1000, min: 60_000, m: 60_000, h: 3_600_000 }[match?.[2]?.toLowerCase() ?? "s"] ?? 0;
  const value = Number(match?.[1] ?? 0) * unit;
  const most = mostMs === DAY_MS ? "a day" : `${Math.round(mostMs / DAY_MS)} days`;
  return value > 0 && value <= mostMs ? value : bad(flag, typed, `a time of at most ${most}`, "30s, 500ms or 2min");
}

function bad(what: string, got: string, expected: string, example: string): never {
  throw new LoadoutError("bad-quantity", { what, expected, got, example });
}

export interface BenchFlags extends Pick<RigFlags, "gpu" | "vram" | "ram" | "backend" | "os"> {
  readonly users?: readonly number[];
  readonly rate?: readonly number[];
  readonly arrivals?: ArrivalFlag;
  readonly prompt?: Lengths;
  readonly output?: Lengths;
  readonly shared?: number;
  readonly duration?: number;
  readonly requests?: number;
  readonly think?: number;
  readonly turns?: Lengths;
  readonly sessions?: number;
  readonly dataset?: string;
  readonly targets?: readonly Target[];
  readonly sweep?: boolean;
  readonly compare?: string;
  readonly compareBody?: string;
  readonly compareHeader?: readonly string[];
  readonly compareModel?: string;
  readonly comparePrompt?: Lengths;
  readonly compareShared?: number;
  readonly rounds?: number;
  readonly lane?: readonly LaneFlag[];
  readonly header?: readonly string[];
  readonly of?: string;
  readonly serverArgs?: string;
  readonly html?: string;
  readonly chart?: string;
  readonly as?: string;
  readonly model?: string;
  readonly key?: string;
  readonly body?: string;
  readonly noCache?: boolean;
  readonly keepAlive?: boolean;
  readonly sideProbe?: boolean;
  readonly noCheck?: boolean;
  readonly csv?: string;
  readonly seed?: number;
  readonly json?: boolean;
}

export function toolOf(typed: string | undefined): OtherTool | undefined {
  if (typed === undefined) return undefined;
  const found = OTHER_TOOLS.find((tool) => tool === typed.toLowerCase());
  if (found !== undefined) return found;
  throw new LoadoutError("bad-quantity", {
    what: "--as",
    expected: OTHER_TOOLS.join(", "),
    got: typed,
    example: "vllm",
  });
}

export function bodyOf(typed: string | undefined, flag = "--body"): Readonly<Record<string, unknown>> {
  if (typed === undefined) return {};
  try {
    const value: unknown = JSON.parse(typed);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // said below
  }
  throw new LoadoutError("bad-quantity", {
    what: flag,
    expected: "a JSON object",
    got: typed,
    example: '{"top_k": 1}',
  });
}

/** Conversations are asked for by their count, their turns, or both. */
export function withSessions(flags: BenchFlags): BenchFlags {
  if (flags.sessions === undefined) return flags;
  return { ...flags, requests: flags.sessions, turns: flags.turns ?? { kind: "fixed", tokens: 3 } };
}
