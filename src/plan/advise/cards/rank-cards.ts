import { boardFor, systemsOf, type LaunchPrice } from "../../../facts/hardware/boards/index.ts";
import { formatNumber, formatPace, formatTokens } from "../../../facts/units/index.ts";
import { READING_PACE } from "../../rank/index.ts";
import { placerFor, type PlacedCandidate, type Placer } from "./candidate.ts";
import { checksOf, holds, isWhole, loadWatts, type Check } from "./checks/index.ts";
import { byRank, tierOf } from "./order.ts";
import type { Placed } from "./placed.ts";
import { priceKey, type Candidate, type CardsQuestion, type Price } from "./question.ts";
import { askedSettings } from "./shared-memory.ts";
import { smallestOf, type Size, type SmallestRig } from "./smallest.ts";

/** A device, or two of it, with the model on it: exact. */
export interface RankedCard extends Candidate {
  readonly placed: Placed;
  /** brings its own supply, case and cooling */
  readonly whole: boolean;
  readonly checks: readonly Check[];
  /** what cards and machine draw under load; absent where it is not known */
  readonly loadWatts?: number;
  /** of one, by the file of prices */
  readonly price?: Price;
  /** of one when it came out: no price of today */
  readonly launchPrice?: LaunchPrice;
  /** why it stands where it stands, where that is not plain to see */
  readonly because?: string;
}

export interface CardsRanking {
  /** best first: they hold the whole model, and their checks */
  readonly rows: readonly RankedCard[];
  /** behind all of these: faster ones among them, with part of the model on the CPU */
  readonly behind: readonly RankedCard[];
  /** of those left out the ones that would stand highest */
  readonly leftOut: readonly RankedCard[];
  /** do not run it in memory, the largest first */
  readonly tooSmall: readonly RankedCard[];
  readonly smallest: SmallestRig;
  /** of every device alike; context of one user */
  readonly asked: { readonly users: number; readonly context: number };
  readonly because: readonly string[];
  readonly counts: {
    readonly devices: number;
    /** one or two of it hold the whole model, and their checks */
    readonly fit: number;
    /** run it with the CPU's help only, and hold their checks */
    readonly offload: number;
    /** do not run it in memory */
    readonly tooSmall: number;
    /** fail a check, or lack a fact that was asked for */
    readonly leftOut: number;
  };
}

export interface CardsOptions {
  readonly rows?: number;
  readonly behind?: number;
  /** machines bought whole, behind cards where the computer around a card was described */
  readonly machines?: number;
  readonly leftOut?: number;
  readonly tooSmall?: number;
  /** tokens per second that each user wants with a full context; absent: as fast as somebody reads, where somebody waits */
  readonly pace?: number;
  readonly smallestBy?: Size;
}

const ROWS = 12;
const MACHINES = 4;
const BEHIND = 4;
const LEFT_OUT = 4;
const TOO_SMALL = 4;

/** Ranks devices for a model as a person should: what fits first, then bandwidth, then compute, the boring constraints beside it. */
export function rankCards(question: CardsQuestion, options: CardsOptions = {}): CardsRanking {
  const placer = placerFor(question);
  const { sequences, context } = askedSettings(question);
  const asked = { users: sequences, context: Math.floor(context / sequences) };
  const { limits } = question;
  const devices = question.devices.filter(
    (row) => row.memoryBytes.length > 0 && (limits.system === undefined || systemsOf(row).includes(limits.system)),
  );
  const all = devices.flatMap((row) => placer.about(row).map((each) => withChecks(each, question))).toSorted(byRank);
  const held = all.filter(({ checks }) => holds(checks));
  const out = all.filter(({ checks }) => !holds(checks));
  const [whole, partly] = [inTiers(held, 0, 1), inTiers(held, 2, 2)];
  const waits = question.goal === "interactive" || question.goal === "mixed";
  const pace = options.pace ?? (waits ? READING_PACE : 0);
  const behind = exactly(placer, partly.slice(0, options.behind ?? BEHIND), question);
  const built = whole.filter((each) => !each.whole);
  // whoever names a supply, a length or slots has a computer, and looks for what goes into it
  const apart = asksForCards(limits) && built.length > 0;
  const shown = (rows: readonly RankedCard[], count: number) => exactly(placer, rows.slice(0, count), question);
  const ranked = apart
    ? [
        ...shown(built, options.rows ?? ROWS),
        ...shown(
          whole.filter((each) => each.whole),
          options.machines ?? MACHINES,
        ),
      ]
    : shown(whole, options.rows ?? ROWS);
  const names = (rows: readonly RankedCard[]) => new Set(rows.map(({ row }) => row.id));
  const [fit, runs, kept] = [names(whole), names([...whole, ...partly]), names(held)];
  return {
    rows: explained(ranked, behind),
    behind,
    leftOut: exactly(placer, worthNaming(out).slice(0, options.leftOut ?? LEFT_OUT), question),
    tooSmall: exactly(placer, largest(inTiers(all, 3, 3)).slice(0, options.tooSmall ?? TOO_SMALL), question),
    smallest: smallestOf(apart ? built : whole, pace, options.smallestBy ?? "memory"),
    asked,
    because: reasons(asked, apart),
    counts: {
      devices: devices.length,
      fit: fit.size,
      offload: runs.size - fit.size,
      tooSmall: kept.size - runs.size,
      leftOut: devices.length - kept.size,
    },
  };
}

/** Of devices that are left out those first that hold the model and only fail what was asked for. */
function worthNaming(out: readonly RankedCard[]): RankedCard[] {
  const ownFault = ({ checks }: RankedCard) => checks.some(({ verdict, asked }) => verdict === "fails" && !asked);
  return inTiers(out, 0, 2).toSorted((a, b) => Number(ownFault(a)) - Number(ownFault(b)));
}

function largest(rows: readonly RankedCard[]): RankedCard[] {
  return rows.toSorted((a, b) => b.sizeBytes - a.sizeBytes);
}

function inTiers(rows: readonly RankedCard[], first: number, last: number): RankedCard[] {
  return rows.filter(({ placed }) => tierOf(placed) >= first && tierOf(placed) <= last);
}

function withChecks(
  { candidate: { row, sizeBytes, count, rig }, placed }: PlacedCandidate,
  { limits }: CardsQuestion,
): RankedCard {
  const candidate: Candidate = { row, sizeBytes, count, rig };
  const price = limits.prices?.get(priceKey(candidate));
  const board = boardFor(row.id);
  const load = loadWatts({ row, count, board });
  return {
    ...candidate,
    placed,
    whole: isWhole({ row, board }),
    checks: checksOf(candidate, limits),
    ...(load === undefined ? {} : { loadWatts: load }),
    ...(price === undefined ? {} : { price }),
    ...(board.launchPrice ? { launchPrice: board.launchPrice } : {}),
  };
}

/** What is shown is replayed whole; the order may change by it. */
function exactly(placer: Placer, rows: readonly RankedCard[], question: CardsQuestion): RankedCard[] {
  return rows.map((row) => withChecks({ candidate: row, placed: placer.exact(row) }, question)).toSorted(byRank);
}

/** Rows that fit say which faster memory stands behind them, and what both reach. */
function explained(rows: readonly RankedCard[], behind: readonly RankedCard[]): RankedCard[] {
  return rows.map((row) => {
    const [faster] = behind.filter(({ placed }) => placed.decode).toSorted((a, b) => bandwidth(b) - bandwidth(a));
    if (faster === undefined || row.placed.decode === undefined) return row;
    if (bandwidth(faster) < bandwidth(row) * NOTABLY) return row;
    return { ...row, because: against(row, faster) };
  });
}

/** Below this factor two bandwidths are one. */
const NOTABLY = 1.05;

function against(row: RankedCard, faster: RankedCard): string {
  const [own, other] = [row.placed.decode!, faster.placed.decode!];
  const more = formatNumber(bandwidth(faster) / bandwidth(row), 2);
  const slower = other.tokensPerSec < own.tokensPerSec;
  const verb = slower ? "offloads" : "offloads, and yet is faster, since little of it moves per token";
  return `fits: ${formatPace(own.tokensPerSec)}; one ${faster.row.name} has ${more} times the bandwidth but ${verb}: ${formatPace(other.tokensPerSec)}`;
}

function bandwidth({ rig }: Candidate): number {
  return rig.devices[0]?.bandwidthBytesPerSec ?? 0;
}

function asksForCards({ supply, lengthMm, slots }: CardsQuestion["limits"]): boolean {
  return supply !== undefined || lengthMm !== undefined || slots !== undefined;
}

function reasons({ users, context }: CardsRanking["asked"], apart: boolean): string[] {
  return [
    ...(apart ? ["cards before machines that are bought whole, since a computer was described"] : []),
    `fits whole with ${users === 1 ? "" : `${users} x `}${formatTokens(context)} of context, the smallest size sold that does, two cards where one does not`,
    "bandwidth of the memory, which sets the pace of decoding",
    "matrix rate, which sets how fast prompts are read and many users are served",
    "what offloads stands behind all that fits, by its pace",
  ];
}
