import { boardFor, systemsOf } from "../../../facts/hardware/boards/index.ts";
import { formatPace, formatTokens } from "../../../facts/units/index.ts";
import { good } from "../../fit/index.ts";
import { READING_PACE } from "../../rank/index.ts";
import { placerFor, type PlacedCandidate, type Placer } from "./candidate.ts";
import { checksOf, holds, loadWatts, type Check } from "./checks/index.ts";
import { byRank, tierOf } from "./order.ts";
import type { Placed } from "./placed.ts";
import type { Candidate, CardsQuestion, Price } from "./question.ts";
import { askedSettings } from "./shared-memory.ts";
import { smallestOf, type Size, type SmallestRig } from "./smallest.ts";

/** A device, or two of it, with the model on it: exact. */
export interface RankedCard extends Candidate {
  readonly placed: Placed;
  readonly checks: readonly Check[];
  /** what cards and machine draw under load; absent where it is not known */
  readonly loadWatts?: number;
  /** of one, by the file of prices */
  readonly price?: Price;
  /** why it stands where it stands, where that is not plain to see */
  readonly because?: string;
}

export interface CardsRanking {
  /** best first, only devices whose checks hold */
  readonly rows: readonly RankedCard[];
  /** of those left out the ones that would stand highest */
  readonly leftOut: readonly RankedCard[];
  readonly smallest: SmallestRig;
  readonly because: readonly string[];
  readonly counts: {
    readonly devices: number;
    /** hold the whole model and their checks */
    readonly fit: number;
    /** run it with the CPU's help, and hold their checks */
    readonly offload: number;
    /** do not run it in memory */
    readonly tooSmall: number;
    readonly leftOut: number;
  };
}

export interface CardsOptions {
  readonly rows?: number;
  readonly leftOut?: number;
  /** tokens per second that each user wants with a full context; absent: as fast as somebody reads, where somebody waits */
  readonly pace?: number;
  readonly smallestBy?: Size;
}

const ROWS = 12;
const LEFT_OUT = 4;

/** Ranks devices for a model as a person should: what fits first, then bandwidth, then compute, the boring constraints beside it. */
export function rankCards(question: CardsQuestion, options: CardsOptions = {}): CardsRanking {
  const placer = placerFor(question);
  const { limits } = question;
  const devices = question.devices.filter(
    (row) =>
      row.memoryBytes.length > 0 && (limits.system === undefined || systemsOf(row).includes(limits.system)),
  );
  const all = devices
    .map((row): RankedCard => withChecks(placer.about(row), question))
    .toSorted(byRank);
  const [held, out] = [all.filter(({ checks }) => holds(checks)), all.filter(({ checks }) => !holds(checks))];
  const runs = ({ placed }: RankedCard) => tierOf(placed) < TOO_SMALL;
  const shown = held.filter(runs).slice(0, options.rows ?? ROWS);
  const waits = question.goal === "interactive" || question.goal === "mixed";
  const pace = options.pace ?? (waits ? READING_PACE : 0);
  return {
    rows: explained(exactly(placer, shown, question)),
    leftOut: exactly(placer, out.filter(runs).slice(0, options.leftOut ?? LEFT_OUT), question),
    smallest: smallestOf(held, pace, options.smallestBy ?? "memory"),
    because: reasons(question),
    counts: {
      devices: all.length,
      fit: held.filter(({ placed }) => placed.onCpu === undefined && good(placed.verdict)).length,
      offload: held.filter(({ placed }) => placed.onCpu !== undefined).length,
      tooSmall: held.filter((row) => !runs(row)).length,
      leftOut: out.length,
    },
  };
}

const TOO_SMALL = 3;

function withChecks({ candidate: { row, sizeBytes, count, rig }, placed }: PlacedCandidate, { limits }: CardsQuestion): RankedCard {
  const candidate: Candidate = { row, sizeBytes, count, rig };
  const price = limits.prices?.get(candidate.row.id);
  const load = loadWatts({ ...candidate, board: boardFor(candidate.row.id) });
  return {
    ...candidate,
    placed,
    checks: checksOf(candidate, limits),
    ...(load === undefined ? {} : { loadWatts: load }),
    ...(price === undefined ? {} : { price }),
  };
}

/** What is shown is replayed whole; the order may change by it. */
function exactly(placer: Placer, rows: readonly RankedCard[], question: CardsQuestion): RankedCard[] {
  return rows
    .map((row) =>
      row.placed.onCpu === undefined ? row : withChecks({ candidate: row, placed: placer.exact(row) }, question),
    )
    .toSorted(byRank);
}

/** Rows that fit say which faster memory stands behind them, and what both reach. */
function explained(rows: readonly RankedCard[]): RankedCard[] {
  const behind = rows.filter(({ placed }) => placed.onCpu !== undefined && placed.decode !== undefined);
  return rows.map((row) => {
    if (row.placed.onCpu !== undefined) return row;
    const [faster] = behind.filter((other) => bandwidth(other) > bandwidth(row));
    if (faster === undefined || row.placed.decode === undefined) return row;
    return { ...row, because: against(row, faster) };
  });
}

function against(row: RankedCard, faster: RankedCard): string {
  const [own, other] = [row.placed.decode!, faster.placed.decode!];
  const more = (bandwidth(faster) / bandwidth(row)).toFixed(1);
  const slower = other.tokensPerSec < own.tokensPerSec;
  const verb = slower ? "offloads" : "offloads, and yet is faster, since little of it moves per token";
  return `fits: ${formatPace(own.tokensPerSec)}; ${faster.row.name} has ${more} times the bandwidth but ${verb}: ${formatPace(other.tokensPerSec)}`;
}

function bandwidth({ rig }: Candidate): number {
  return rig.devices[0]?.bandwidthBytesPerSec ?? 0;
}

function reasons(question: CardsQuestion): string[] {
  const { sequences, context } = askedSettings(question);
  const each = formatTokens(Math.floor(context / sequences));
  return [
    `fits whole with ${sequences === 1 ? "" : `${sequences} x `}${each} of context, the smallest size sold that does, two cards where one does not`,
    "bandwidth of the memory, which sets the pace of decoding",
    "matrix rate, which sets how fast prompts are read and many users are served",
    "what offloads stands behind all that fits, by its pace",
  ];
}
