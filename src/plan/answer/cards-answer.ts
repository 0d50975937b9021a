import type { CatalogRow } from "../../facts/hardware/index.ts";
import { formatTokens } from "../../facts/units/index.ts";
import type { CardsRanking, Check, Placed, PowerSupply, Price, RankedCard, Size } from "../advise/cards/index.ts";
import { shellWord } from "../command/index.ts";
import type { Goal, VerdictWord } from "../fit/index.ts";
import { ANSWER_VERSION, type ModelFacts } from "./fit-numbers.ts";

/** Which device for a model: best first, with what it takes to build it in. */
export interface CardsAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "cards";
  readonly model: ModelFacts;
  readonly goal: Goal;
  readonly users: number;
  /** of one user, tokens */
  readonly context: number;
  readonly runtime: { readonly engine: string; readonly build: string };
  /** what the machine around it allows, as it was asked */
  readonly limits: CardsLimits;
  /** hold the whole model */
  readonly rows: readonly CardRow[];
  /** behind all of these: part of the model on the CPU */
  readonly behind: readonly CardRow[];
  /** would stand above, but for a check */
  readonly leftOut: readonly CardRow[];
  /** do not run it in memory, the largest first */
  readonly tooSmall: readonly CardRow[];
  readonly smallest: {
    readonly by: Size;
    /** tokens per second of each user */
    readonly pace: number;
    readonly sure?: CardRow;
    readonly likely?: CardRow;
    /** where none is sure to: the fastest that holds the model */
    readonly fastest?: CardRow;
    readonly unknown: number;
  };
  readonly because: readonly string[];
  readonly counts: CardsRanking["counts"];
  readonly assumptions: readonly string[];
  readonly next: readonly string[];
}

export interface CardsLimits {
  readonly supply?: PowerSupply;
  readonly lengthMm?: number;
  readonly slots?: number;
  readonly budget?: number;
  readonly system?: "linux" | "darwin" | "win32";
  readonly server?: boolean;
}

/** One device, or two of it, with the model on it. */
export interface CardRow {
  /** row of the device catalog */
  readonly id: string;
  readonly name: string;
  readonly class: CatalogRow["class"];
  readonly count: 1 | 2;
  /** a machine that brings its own supply, case and cooling */
  readonly whole?: true;
  /** of one, as labelled */
  readonly memoryBytes: number;
  /** of one; absent where no source says it */
  readonly bandwidthBytesPerSec?: number;
  /** of one: dense half-precision matrix rate, FLOP per second */
  readonly flopsPerSec?: number;
  readonly verdict: VerdictWord;
  readonly marginBytes: number;
  readonly onCpu?: NonNullable<Placed["onCpu"]>;
  /** one user alone, empty context */
  readonly decode?: Placed["decode"];
  /** each user while all decode with full contexts */
  readonly each?: Placed["each"];
  /** a prompt of 2048 tokens, or of a shorter context */
  readonly prefill?: Placed["prefill"];
  /** under load, with processor and rest of the machine */
  readonly loadWatts?: number;
  /** of one, by the file of prices */
  readonly price?: Price;
  /** of one when it came out: no price of today */
  readonly launchPrice?: NonNullable<RankedCard["launchPrice"]>;
  readonly checks: readonly Check[];
  readonly because?: string;
  /** shows the whole answer for it */
  readonly command: string;
}

export interface CardsContext {
  readonly model: ModelFacts;
  /** how the model is typed */
  readonly modelArgument: string;
  readonly goal: Goal;
  readonly users: number;
  readonly context: number;
  readonly runtime: CardsAnswer["runtime"];
  readonly limits: CardsLimits;
  readonly assumptions: readonly string[];
  /** RAM beside cards, as typed */
  readonly ram?: string;
  /** system, as typed */
  readonly os?: string;
}

export function answerCards(ranking: CardsRanking, context: CardsContext): CardsAnswer {
  const { model, goal, users, runtime, limits, assumptions } = context;
  const rows = (list: readonly RankedCard[]) => list.map((row) => rowOf(row, context));
  const { sure, likely, fastest, ...smallest } = ranking.smallest;
  const ranked = rows(ranking.rows);
  const behind = rows(ranking.behind);
  const best = ranked[0] ?? behind[0];
  return {
    schema: ANSWER_VERSION,
    kind: "cards",
    model,
    goal,
    users,
    context: context.context,
    runtime,
    limits,
    rows: ranked,
    behind,
    leftOut: rows(ranking.leftOut),
    tooSmall: rows(ranking.tooSmall),
    smallest: {
      ...smallest,
      ...(sure ? { sure: rowOf(sure, context) } : {}),
      ...(likely ? { likely: rowOf(likely, context) } : {}),
      ...(fastest ? { fastest: rowOf(fastest, context) } : {}),
    },
    because: ranking.because,
    counts: ranking.counts,
    assumptions,
    next: best
      ? [
          best.command,
          `loadout gpus ${shortId(best.id)} --for ${shellWord(context.modelArgument)} ${wishWords(context)}`,
        ]
      : [`loadout fit ${shellWord(context.modelArgument)} --vram 24GB`],
  };
}

function rowOf(card: RankedCard, context: CardsContext): CardRow {
  const { row, count, sizeBytes, rig, placed, whole, checks, loadWatts, price, launchPrice, because } = card;
  const { verdict, marginBytes, onCpu, decode, each, prefill } = placed;
  const { bandwidthBytesPerSec, flopsPerSec } = rig.devices[0] ?? {};
  return {
    id: row.id,
    name: row.name,
    class: row.class,
    count,
    ...(whole ? { whole: true as const } : {}),
    memoryBytes: sizeBytes,
    ...(bandwidthBytesPerSec === undefined ? {} : { bandwidthBytesPerSec }),
    ...(flopsPerSec === undefined ? {} : { flopsPerSec }),
    verdict,
    marginBytes,
    ...(onCpu ? { onCpu } : {}),
    ...(decode ? { decode } : {}),
    ...(each ? { each } : {}),
    ...(prefill ? { prefill } : {}),
    ...(loadWatts === undefined ? {} : { loadWatts }),
    ...(price ? { price } : {}),
    ...(launchPrice ? { launchPrice } : {}),
    checks,
    ...(because === undefined ? {} : { because }),
    command: commandOf(card, context),
  };
}

/** "rtx-3090": an id is also known without its maker. */
function shortId(id: string): string {
  return id.slice(id.indexOf("-") + 1);
}

/** What was asked of each device. */
function wishWords({ context, users, goal }: CardsContext): string {
  const named = goal === "interactive" ? "" : ` --goal ${goal}`;
  return `--context ${formatTokens(context)} --users ${users}${named}`;
}

/** The same question about this device alone. */
function commandOf({ row, count, sizeBytes, placed }: RankedCard, context: CardsContext): string {
  const size = row.memoryBytes.length > 1 ? `:${sizeBytes / 2 ** 30}GB` : "";
  const { settings, onCpu } = placed;
  const words = [
    `loadout fit ${shellWord(context.modelArgument)}`,
    `--gpu ${count === 1 ? "" : "2x"}${shortId(row.id)}${size}`,
    ...(context.ram === undefined || row.class === "soc" ? [] : [`--ram ${shellWord(context.ram)}`]),
    ...(context.os === undefined ? [] : [`--os ${context.os}`]),
    wishWords(context),
    ...(settings.cacheTypeK === "f16" ? [] : [`--kv-type ${settings.cacheTypeK}`]),
    ...(onCpu?.kind === "experts" ? [`--gpu-layers all --cpu-experts ${onCpu.count}`] : []),
  ];
  return words.join(" ");
}
