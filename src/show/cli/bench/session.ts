import { readFile } from "node:fs/promises";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { formatDuration, formatPace } from "../../../facts/units/index.ts";
import { ANSWER_VERSION, type BenchAnswer, type BenchEndpoint, type BenchPoint } from "../../../plan/answer/index.ts";
import {
  type Arrivals,
  arrivalStatistics,
  asTool,
  differences,
  kneeOf,
  type OtherTool,
  type PairedRound,
  readTrace,
  throughputRatio,
} from "../../../predict/serving/index.ts";
import {
  type Ceiling,
  type DataSet,
  HEADROOM,
  measureCeiling,
  measurePoint,
  type PointLoad,
  readDataSet,
} from "../../../run/bench/load/index.ts";
import { messageOf } from "../../../run/home/index.ts";
import type { CliContext } from "../context.ts";
import type { Progress } from "../text/progress.ts";
import { type BenchFlags, withSessions } from "./flags.ts";
import { doubled, lengthsText, loadName, OUTPUT, PROMPT, rateOf, sweepPoint, typical } from "./loads.ts";
import { benchServer, openSides, type Side } from "./sides.ts";

const USERS = 4;
const TRACE = "the trace";
const DURATION_MS = 30_000;
const ROUNDS = 4;
/** A sweep ends where doubling twice brought less than this. */
const GAIN = 1.05;
/** What the client is checked with first. */
const CHECKED_TOKENS_PER_SEC = 10_000;

/** What holds for all points of one command. */
export class BenchSession {
  readonly #context: CliContext;
  readonly #flags: BenchFlags;
  readonly #progress: Progress;
  readonly #first: Side;
  readonly #second: Side | undefined;
  readonly #dataSet: DataSet | undefined;
  #ceiling: Ceiling | undefined;
  #stopped = false;

  private constructor(
    context: CliContext,
    flags: BenchFlags,
    progress: Progress,
    parts: {
      first: Side;
      second: Side | undefined;
      dataSet: DataSet | undefined;
    },
  ) {
    this.#context = context;
    this.#flags = withSessions(flags);
    this.#progress = progress;
    this.#first = parts.first;
    this.#second = parts.second;
    this.#dataSet = parts.dataSet;
  }

  static async open(context: CliContext, flags: BenchFlags, typed: string, progress: Progress): Promise<BenchSession> {
    const seed = flags.seed ?? 1;
    const dataSet =
      flags.dataset === undefined ? undefined : readDataSet(await textOf(flags.dataset), flags.dataset, seed);
    const { first, second } = await openSides(context, flags, typed, progress);
    return new BenchSession(context, flags, progress, { first, second, dataSet });
  }

  /** What the first endpoint's server said of itself, and one request that nothing was beside. */
  get first(): Side {
    return this.#first;
  }

  async measure(tool: OtherTool | undefined): Promise<BenchAnswer> {
    const loads = await this.#loads();
    await this.#check(loads[0]!);
    const measured =
      this.#second === undefined ? await this.#alone(loads) : await this.#compared(loads[0]!, this.#second);
    const { points, as } = measured;
    if (
      points.every(
        ({ summary, requests }) => summary.requests.ok === 0 && requests.every((one) => one.outcome === "failed"),
      )
    )
      throw new LoadoutError("bench-no-answer", {
        what: this.#first.target.base,
        got: points[0]?.failures[0]?.error ?? "no answer",
      });
    const knee = points.length < 2 || this.#second ? undefined : kneeOf(points.map(sweepPoint));
    const reports = tool === undefined ? undefined : as.map((records) => asTool(records, tool));
    return {
      schema: ANSWER_VERSION,
      kind: "bench",
      endpoint: this.#endpoint(this.#first),
      asked: this.#asked(),
      ...(this.#ceiling === undefined ? {} : { ceiling: this.#ceiling }),
      points,
      ...(knee === undefined ? {} : { knee }),
      ...(measured.compared === undefined ? {} : { compared: measured.compared }),
      ...(reports === undefined ? {} : { as: reports }),
      stopped: this.#stopped,
      notes: this.#notes(),
      next: this.#next(),
    };
  }

  /** Points asked for by name; a sweep goes on from the first. */
  async #loads(): Promise<PointLoad[]> {
    const { users, rate, arrivals, think = 0, turns } = this.#flags;
    if (arrivals?.kind === "file") {
      const text = await textOf(arrivals.path);
      const trace = readTrace(text);
      if (trace === undefined)
        throw new LoadoutError("bench-bad-data", { path: arrivals.path, got: "no trace of a known form" });
      // at its own rate, or stretched to the rates asked for
      const own = arrivalStatistics(trace.requests.map((request) => request.atMs)).ratePerSec;
      const scaled = (rate ?? []).map((wanted) => readTrace(text, own / wanted)).filter((one) => one !== undefined);
      return (scaled.length > 0 ? scaled : [trace]).map((one) => ({ kind: "trace", trace: one }));
    }
    if (rate !== undefined || turns !== undefined)
      return (rate ?? [1]).map((ratePerSec) => {
        const how: Arrivals = arrivals === undefined ? { kind: "poisson", ratePerSec } : { ...arrivals, ratePerSec };
        return turns === undefined
          ? { kind: "arrivals", arrivals: how }
          : { kind: "sessions", arrivals: how, turns, thinkMs: think };
      });
    return (users ?? [this.#flags.sweep ? 1 : USERS]).map((count) => ({ kind: "users", users: count, thinkMs: think }));
  }

  /** Measures this client first: high enough for what is expected, where that can be told. */
  async #check(load: PointLoad): Promise<void> {
    if (this.#flags.noCheck) return;
    this.#progress.update("measuring this client against a null server ...");
    const tokens = typical(this.#flags.output ?? OUTPUT);
    const users = load.kind === "users" ? Math.max(load.users, ...(this.#flags.users ?? [])) : 1;
    const rate = load.kind === "users" || load.kind === "trace" ? 0 : Math.max(...(this.#flags.rate ?? [1]));
    const expected = Math.max((users * tokens * 1000) / this.#first.aloneMs, rate * tokens);
    const enough = Math.max(CHECKED_TOKENS_PER_SEC, expected / HEADROOM);
    this.#ceiling = await measureCeiling(CHECKED_TOKENS_PER_SEC, Math.min(enough, 40_000), users, this.#context.signal);
  }

  async #alone(loads: readonly PointLoad[]) {
    const points: BenchPoint[] = [];
    const as: Measured["records"][] = [];
    let pending = [...loads];
    let flat = 0;
    for (let load = pending.shift(); load !== undefined && !this.#stopped; load = pending.shift()) {
      const measured = await this.#point(this.#first, load, this.#extent(1));
      const before = Math.max(0, ...points.map(rateOf));
      points.push(measured.point);
      as.push(measured.records);
      flat = rateOf(measured.point) < GAIN * before ? flat + 1 : 0;
      const over = flat >= 2 || measured.point.summary.saturation?.label === "OVERLOADED";
      const next = this.#flags.sweep && pending.length === 0 && !over ? doubled(load) : undefined;
      if (next !== undefined) pending = [next];
    }
    return { points, as, compared: undefined };
  }

  /** Both in turns, the first of a pair changing: what drifts in the machine meets both. */
  async #compared(load: PointLoad, second: Side) {
    const rounds = this.#flags.rounds ?? ROUNDS;
    const pairs: (PairedRound & { readonly rates: { first: number; second: number } })[] = [];
    const [points, others, as]: [BenchPoint[], BenchPoint[], Measured["records"][]] = [[], [], []];
    for (let round = 0; round < rounds && !this.#stopped; round++) {
      const swapped = round % 2 === 1;
      const extent = this.#extent(rounds, round);
      const order = swapped ? [second, this.#first] : [this.#first, second];
      const one = await this.#point(order[0]!, load, extent);
      if (this.#stopped) break;
      const other = await this.#point(order[1]!, load, extent);
      const [a, b] = swapped ? [other, one] : [one, other];
      points.push(a.point);
      others.push(b.point);
      as.push(a.records);
      const counted = (side: Measured) => side.records.filter((record) => record.id >= side.warmUp);
      pairs.push({ first: counted(a), second: counted(b), rates: { first: rateOf(a.point), second: rateOf(b.point) } });
    }
    const seed = this.#flags.seed ?? 1;
    const throughput = throughputRatio(
      pairs.map((pair) => pair.rates),
      seed,
    );
    const compared = {
      endpoint: this.#endpoint(second),
      ...(second.differs.length === 0 ? {} : { differs: second.differs }),
      points: others,
      differences: differences(pairs, seed),
      ...(throughput === undefined ? {} : { throughput }),
    };
    return { points, as, compared };
  }

  #extent(rounds: number, round = 0) {
    const { requests, duration, seed = 1 } = this.#flags;
    const length =
      requests === undefined
        ? { durationMs: (duration ?? DURATION_MS) / rounds }
        : { requests: Math.ceil(requests / rounds) };
    return { ...length, seed: seed + round };
  }

  async #point(
    side: Side,
    load: PointLoad,
    extent: { requests?: number; durationMs?: number; seed: number },
  ): Promise<Measured> {
    const flags = this.#flags;
    const name = loadName(load);
    const result = await measurePoint(
      {
        load,
        prompt: side.prompt,
        output: flags.output ?? OUTPUT,
        ...extent,
        ...(side.shared === undefined ? {} : { sharedTokens: side.shared }),
        ...(flags.lane === undefined
          ? {}
          : { lanes: flags.lane.map((one) => ({ prompt: side.prompt, output: flags.output ?? OUTPUT, ...one })) }),
        ...(this.#dataSet === undefined ? {} : { dataSet: this.#dataSet }),
        ...(flags.targets === undefined ? {} : { targets: flags.targets }),
      },
      {
        ...side,
        keep: flags.keepAlive ?? false,
        sideProbe: flags.sideProbe ?? false,
        ...(this.#ceiling?.tokensPerSec === undefined ? {} : { ceilingTokensPerSec: this.#ceiling.tokensPerSec }),
        signal: this.#context.signal,
        onProgress: ({ sinceMs, ended, running, failed, events }) =>
          this.#progress.update(
            `${name}: ${formatDuration(Math.max(0, sinceMs))}, ${ended} ended, ${running} running` +
              `${failed > 0 ? `, ${failed} failed` : ""}, ${formatPace((events * 1000) / Math.max(1, sinceMs))}`,
          ),
      },
    );
    this.#stopped ||= result.stopped;
    return {
      point: result.point,
      records: result.records,
      warmUp: (load.kind === "users" ? load.users : 0) * (1 + (flags.lane?.length ?? 0)),
    };
  }

  #endpoint({ target, manners, server }: Side): BenchEndpoint {
    const { how, tokensPerWord, overheadTokens } = manners.prompts;
    return {
      base: target.base,
      model: manners.model,
      prompts: this.#dataSet === undefined ? { how, tokensPerWord, overheadTokens } : { how: "data set" },
      refused: manners.refused,
      ...(server === undefined ? {} : { server: benchServer(server) }),
    };
  }

  #asked(): BenchAnswer["asked"] {
    const { rate, arrivals, turns, prompt, output, shared, noCache, keepAlive, lane, seed = 1 } = this.#flags;
    const open = rate !== undefined || arrivals !== undefined;
    const how =
      arrivals?.kind === "file"
        ? arrivals.path
        : arrivals?.kind === "gamma"
          ? `gamma:${arrivals.burstiness}`
          : arrivals?.kind;
    return {
      loop: turns !== undefined ? "sessions" : open ? "open" : "closed",
      ...(open || turns !== undefined ? { arrivals: how ?? "poisson" } : {}),
      prompt:
        arrivals?.kind === "file"
          ? TRACE
          : this.#dataSet === undefined
            ? lengthsText(prompt ?? PROMPT)
            : "the data set",
      output: arrivals?.kind === "file" ? TRACE : lengthsText(output ?? OUTPUT),
      seed,
      cache: noCache ? "off" : shared === undefined ? "unique" : "shared",
      connections: keepAlive ? "kept" : "fresh",
      ...(lane === undefined ? {} : { lanes: lane.map((one) => one.typed) }),
    };
  }

  #notes(): string[] {
    const notes: string[] = [];
    const sides = [
      this.#first,
      ...(this.#second && this.#second.target.base !== this.#first.target.base ? [this.#second] : []),
    ];
    for (const { target, manners } of sides) {
      if (manners.refused.length > 0)
        notes.push(`${target.base} does not take ${manners.refused.join(", ")}: ${refusedText(manners.refused)}`);
      if (manners.prompts.how === "estimated")
        notes.push(`${target.base} does not count tokens: lengths of prompts are estimates, tokens are events`);
    }
    if (this.#dataSet !== undefined && this.#dataSet.skipped > 0)
      notes.push(`${this.#dataSet.skipped} entries of the data set hold no prompt`);
    return notes;
  }

  #next(): string[] {
    const typed = this.#first.target.base;
    return this.#flags.sweep || this.#second
      ? [`loadout bench ${typed} --side-probe`]
      : [`loadout bench ${typed} --sweep`];
  }
}

function refusedText(refused: readonly string[]): string {
  return [
    ...(refused.includes("ignore_eos") ? ["answers may end before their length"] : []),
    ...(refused.includes("stream_options") ? ["tokens may not be counted by the server"] : []),
  ].join(", ");
}

interface Measured {
  readonly point: BenchPoint;
  readonly records: Awaited<ReturnType<typeof measurePoint>>["records"];
  /** ids below are warm-up */
  readonly warmUp: number;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new LoadoutError("bench-bad-data", { path, got: messageOf(error) }, { cause: error });
  }
}
