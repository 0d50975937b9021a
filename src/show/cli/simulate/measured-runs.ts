import { type Fields, isFields } from "../../../run/home/index.ts";
import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import type { BenchServer } from "../../../plan/answer/index.ts";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { MeasuredLoad } from "../../../plan/advise/index.ts";
import { type Doubt, DOUBTS, type RequestRecord } from "../../../predict/serving/index.ts";
import { textOf } from "./load.ts";

/** A file of `loadout bench`: a run a point, and what it says of the server. */
export interface MeasuredFile {
  readonly runs: readonly MeasuredLoad[];
  readonly server?: MeasuredServer;
}

/** What a simulation of the server needs. */
export type MeasuredServer = Partial<
  Pick<BenchServer, "engine" | "build" | "modelPath" | "slots" | "stepTokens" | "threads" | "settings">
>;

/** What is no request of it is an error. */
export async function measuredFile(path: string): Promise<MeasuredFile> {
  const bad = (problem: string): never => {
    throw new LoadoutError("simulate-bad-file", { path, wanted: "measured run", problem });
  };
  let answer: unknown;
  try {
    answer = JSON.parse(await textOf(path, "measured run"));
  } catch (error) {
    if (error instanceof LoadoutError) throw error;
    return bad("it is no JSON");
  }
  if (!isFields(answer) || !Array.isArray(answer.points)) return bad("it has no points");
  const loop = isFields(answer.asked) && answer.asked.loop === "open" ? "open" : "closed";
  const server = isFields(answer.endpoint) ? serverOf(answer.endpoint.server) : undefined;
  const { slots, stepTokens } = server ?? {};
  const receipt = isFields(answer.receipt) ? answer.receipt.id : undefined;
  const knobs = {
    ...(typeof receipt === "number" ? { receipt } : {}),
    ...(slots === undefined ? {} : { slots }),
    ...(stepTokens === undefined ? {} : { stepTokens }),
  };
  const runs = answer.points.flatMap((point: unknown): MeasuredLoad[] => {
    if (!isFields(point) || !Array.isArray(point.requests)) return [];
    const records = point.requests.map((request: unknown) => recordOf(request) ?? bad("a request has no times"));
    const beside = laneUsers(isFields(answer.asked) ? answer.asked.lanes : undefined);
    const load = loadOf(point.load, beside);
    return [{ name: nameOf(point.load, beside), loop, records, ...knobs, ...load, ...doubtsOf(point.summary) }];
  });
  const some = runs.filter(({ records }) => records.some(({ outcome }) => outcome === "ok"));
  if (some.length === 0) return bad("no request in it ended well");
  return { runs: some, ...(server ? { server } : {}) };
}

function serverOf(value: unknown): MeasuredServer | undefined {
  if (!isFields(value)) return undefined;
  const { engine, build, modelPath, settings } = value;
  const count = (key: "slots" | "stepTokens" | "threads") => {
    const one = value[key];
    return typeof one === "number" && Number.isInteger(one) && one > 0 ? { [key]: one } : {};
  };
  return {
    ...(engine === "llama-server" || engine === "embedded" ? { engine } : {}),
    ...(typeof build === "string" ? { build } : {}),
    ...(typeof modelPath === "string" ? { modelPath } : {}),
    ...count("slots"),
    ...count("stepTokens"),
    ...count("threads"),
    ...(isSettings(settings) ? { settings } : {}),
  };
}

const COUNTS = ["context", "sequences", "batch", "microBatch"] as const;

function isSettings(value: unknown): value is LlamaCppSettings {
  if (!isFields(value)) return false;
  return COUNTS.every((key) => Number.isInteger(value[key]) && Number(value[key]) > 0) && hasCache(value);
}

function hasCache({ cacheTypeK, cacheTypeV, unifiedCache }: Fields): boolean {
  return typeof cacheTypeK === "string" && typeof cacheTypeV === "string" && typeof unifiedCache === "boolean";
}

function recordOf(value: unknown): RequestRecord | undefined {
  if (!isFields(value)) return undefined;
  const number = (key: string): number | undefined => {
    const one = value[key];
    return typeof one === "number" && Number.isFinite(one) ? one : undefined;
  };
  const [id, scheduledMs, sentMs, endMs] = [number("id"), number("scheduledMs"), number("sentMs"), number("endMs")];
  const [promptTokens, outputTokens] = [number("promptTokens"), number("outputTokens")];
  const { tokenMs, outcome, lane } = value;
  if (id === undefined || scheduledMs === undefined || sentMs === undefined || endMs === undefined) return undefined;
  if (promptTokens === undefined || outputTokens === undefined || !Array.isArray(tokenMs)) return undefined;
  const times = Float64Array.from(tokenMs, Number);
  const optional = (key: "firstMs" | "firstEventMs" | "cachedTokens" | "session" | "turn") => {
    const one = number(key);
    return one === undefined ? {} : { [key]: one };
  };
  return {
    id,
    scheduledMs,
    sentMs,
    endMs,
    ...optional("firstMs"),
    ...optional("firstEventMs"),
    ...optional("cachedTokens"),
    ...optional("session"),
    ...optional("turn"),
    ...(typeof lane === "string" ? { lane } : {}),
    promptTokens: Math.max(1, Math.round(promptTokens)),
    outputTokens: Math.max(0, Math.round(outputTokens)),
    tokenMs: times,
    outcome: outcome === "ok" || outcome === "failed" ? outcome : "unfinished",
  };
}

/** All who asked: those of other lanes were there too. */
function loadOf(load: unknown, beside: number): { users?: number } {
  return isFields(load) && typeof load.users === "number" && load.users >= 1 ? { users: load.users + beside } : {};
}

/** Users of lanes beside a load, as they were asked for: "batch:2". */
function laneUsers(lanes: unknown): number {
  const asked: readonly unknown[] = Array.isArray(lanes) ? lanes : [];
  return asked.reduce<number>((sum, lane) => sum + Number(/^[\w-]+:(\d{1,4})/.exec(String(lane))?.[1] ?? 0), 0);
}

/** Requests of warm-up, and why the client itself said that the point does not count. */
function doubtsOf(summary: unknown): Pick<MeasuredLoad, "warmUp" | "doubts"> {
  if (!isFields(summary)) return { warmUp: 0, doubts: [] };
  const warmUp = isFields(summary.requests) ? Number(summary.requests.warmUp ?? 0) : 0;
  const said: readonly unknown[] = Array.isArray(summary.doubts) ? summary.doubts : [];
  const doubts = said.flatMap((doubt): Doubt[] => {
    if (!isFields(doubt)) return [];
    const why = DOUBTS.find((one) => one === doubt.why);
    return why ? [{ why, value: Number(doubt.value ?? 0), limit: Number(doubt.limit ?? 0) }] : [];
  });
  return { warmUp: Number.isFinite(warmUp) ? Math.max(0, Math.floor(warmUp)) : 0, doubts };
}

function nameOf(load: unknown, beside: number): string {
  if (isFields(load)) {
    if (typeof load.users === "number")
      return `${load.users} ${load.users === 1 ? "user" : "users"}${beside === 0 ? "" : ` + ${beside} in lanes`}`;
    if (typeof load.requestsPerSec === "number") return `${load.requestsPerSec} req/s`;
  }
  return "a run";
}
