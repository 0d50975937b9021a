import { formatNumber, formatPace, formatPercent } from "../../facts/units/index.ts";
import {
  USUAL_GUESSES,
  breakEven,
  decodePace,
  type Guesser,
  type Guesses,
  type Pace,
  type PaceInput,
  type Round,
  roundPace,
  speculativeRound,
  tokensPerRound,
} from "../../predict/speed/index.ts";
import { type Choice, choose, type FitRequest, guessesOf, paceInput } from "../fit/index.ts";

/** Decoding with guesses beside decoding without, at so many streams. Paces are of all streams together. */
export interface SpeculationRow {
  readonly streams: number;
  /** tokens in the cache of each stream */
  readonly depth: number;
  readonly plain: Pace;
  readonly decode: Pace;
  /** decode / plain */
  readonly gain: number;
  /** one step that checks all guesses, on an empty context */
  readonly checked: Pace;
  /** the draft alone; absent: guesses cost nothing */
  readonly drafted?: Pace;
  /** what reading the cache adds to a step, ms */
  readonly cacheMs: number;
  readonly roundMs: number;
  /** of a plain step */
  readonly stepMs: number;
  /** acceptance from which on guesses pay; absent: no acceptance makes them pay */
  readonly breakEven?: number;
}

/** Whether guessing ahead pays here, for whom, and on what that rests. */
export interface SpeculationFacts {
  readonly by: Guesser;
  readonly draft: string;
  readonly draftTokens: number;
  readonly tokensBecause: string;
  /** chance that a guess is right, given that those before it were; stated, or assumed with an interval */
  readonly acceptance: {
    readonly value: number;
    readonly low?: number;
    readonly high?: number;
    readonly because: string;
  };
  /** share of the steps that have a guess; assumed, for a look-up */
  readonly draftedShare?: number;
  /** tokens a stream gains in a round */
  readonly tokensPerRound: number;
  /** share of all guesses that is accepted: what servers print */
  readonly acceptedShare: number;
  /** one stream on an empty and on a full context; then all users on full ones */
  readonly rows: readonly SpeculationRow[];
  /** most streams, a power of two up to {@link MOST_STREAMS}, for which guesses pay on an empty context; 0: not even one */
  readonly paysUpTo: number;
  /** where nobody fixed how many users: those that the room of a draft would hold in its place, and their pace without guesses */
  readonly without?: { readonly users: number; readonly tokensPerSec: number };
  readonly says: string;
}

/** Streams that are looked at to find where guesses stop to pay. */
const MOST_STREAMS = 64;

/** A gain below this share is none: it is within what two runs of one server differ by. */
const NO_GAIN = 0.02;

/** Undefined where nothing is guessed or no pace is known. */
export function speculationFacts(request: FitRequest, choice: Choice): SpeculationFacts | undefined {
  const { guessing } = request;
  if (guessing === undefined) return undefined;
  const input = paceInput(request, choice);
  const assumed = USUAL_GUESSES[guessing.by];
  const guesses = guessesOf(guessing, input, choice.settings, assumed.draftedShare);
  const { acceptance: stated } = guessing;
  const value = stated ?? assumed.value;
  const ends = stated === undefined ? ([assumed.low, assumed.high] as const) : undefined;
  const asked = [
    { streams: 1, depth: 0 },
    { streams: 1, depth: choice.context },
    ...(choice.users > 1 ? [{ streams: choice.users, depth: choice.context }] : []),
  ];
  const rows = asked.flatMap(({ streams, depth }) => {
    const round = speculativeRound({ ...input, streams }, depth, guesses);
    return round ? [rowOf(round, depth, value, ends)] : [];
  });
  if (rows.length < asked.length) return undefined;
  const without = usersInstead(request, choice);
  const tokens = tokensPerRound(guesses, value);
  const guessed = guessing.draftTokens * (guesses.draftedShare ?? 1);
  const facts = {
    by: guessing.by,
    draft: guessing.name,
    draftTokens: guessing.draftTokens,
    tokensBecause: guessing.tokensBecause,
    acceptance: {
      value,
      ...(ends ? { low: ends[0], high: ends[1] } : {}),
      because: stated === undefined ? assumed.source : "as stated",
    },
    ...(guesses.draftedShare === undefined ? {} : { draftedShare: guesses.draftedShare }),
    tokensPerRound: tokens,
    acceptedShare: (tokens - 1) / guessed,
    rows,
    paysUpTo: mostThatGain(input, guesses, value),
    ...(without ? { without } : {}),
  };
  return { ...facts, says: says(facts, choice.users) };
}

/** A draft takes room that more users would have: whoever fills the memory with them pays twice. */
function usersInstead({ guessing, wishes }: FitRequest, { users }: Choice): SpeculationFacts["without"] {
  const request = guessing?.draft && wishes.users === undefined ? guessing.without?.() : undefined;
  if (request === undefined) return undefined;
  const choice = choose(request);
  if (choice.users <= users) return undefined;
  const pace = decodePace({ ...paceInput(request, choice), streams: choice.users }, choice.context);
  return pace && { users: choice.users, tokensPerSec: pace.tokensPerSec };
}

function rowOf(
  round: Round,
  depth: number,
  acceptance: number,
  ends: readonly [low: number, high: number] | undefined,
): SpeculationRow {
  const pace = roundPace(round, acceptance);
  const decode = ends ? withEnds(pace, roundPace(round, ends[0]), roundPace(round, ends[1])) : pace;
  const even = breakEven(round);
  const { streams, plain, checked, drafted } = round;
  return {
    streams,
    depth,
    plain,
    decode,
    gain: decode.tokensPerSec / plain.tokensPerSec,
    checked,
    ...(drafted ? { drafted } : {}),
    cacheMs: round.cacheSeconds * 1000,
    roundMs: round.seconds * 1000,
    stepMs: round.plainSeconds * 1000,
    ...(even === undefined ? {} : { breakEven: even }),
  };
}

/** An acceptance that is assumed widens the band on both sides by what its ends would make of the pace. */
function withEnds(pace: Pace, low: Pace, high: Pace): Pace {
  const side = (end: number, of: number) =>
    Math.hypot(Math.log(end / pace.tokensPerSec), Math.log(of / pace.tokensPerSec));
  return {
    ...pace,
    low: pace.tokensPerSec * Math.exp(-side(pace.low, low.tokensPerSec)),
    high: pace.tokensPerSec * Math.exp(side(pace.high, high.tokensPerSec)),
    provenance: "assumed",
  };
}

function mostThatGain(input: PaceInput, guesses: Guesses, acceptance: number): number {
  let most = 0;
  for (let streams = 1; streams <= MOST_STREAMS; streams *= 2) {
    const round = speculativeRound({ ...input, streams }, 0, guesses);
    if (!round || roundPace(round, acceptance).tokensPerSec <= round.plain.tokensPerSec * (1 + NO_GAIN)) break;
    most = streams;
  }
  return most;
}

function says(
  { rows, paysUpTo, without }: Pick<SpeculationFacts, "rows" | "paysUpTo" | "without">,
  users: number,
): string {
  const alone = rows[0]!;
  const together = rows.find(({ streams }) => streams > 1);
  const limit =
    paysUpTo === 0
      ? "it pays for nobody here"
      : paysUpTo === MOST_STREAMS
        ? `it pays up to ${MOST_STREAMS} streams and more`
        : `it pays up to ${paysUpTo} stream${paysUpTo === 1 ? "" : "s"} at a time on empty contexts`;
  return [
    `one stream: ${change(alone.gain)}${evenAt(alone)}`,
    ...(together ? [`${users} streams with full contexts: ${change(together.gain)}${evenAt(together)}`] : []),
    ...(without
      ? [`without a draft the memory holds ${without.users} streams, ${formatPace(without.tokensPerSec)} together`]
      : []),
    limit,
  ].join("; ");
}

function change(gain: number): string {
  if (Math.abs(gain - 1) <= NO_GAIN) return "no gain";
  return gain > 1 ? `${formatPercent(gain - 1)} faster with guesses` : `${formatPercent(1 - gain)} slower with guesses`;
}

function evenAt({ breakEven: even, roundMs, stepMs }: SpeculationRow): string {
  if (even !== undefined) return `, breaks even at an acceptance of ${even.toFixed(2)}`;
  return `, though every guess were right: a round takes ${formatNumber(roundMs / stepMs)} plain steps`;
}
