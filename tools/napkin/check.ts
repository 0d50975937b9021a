import { evaluate } from "./evaluate.ts";
import { itemsOf, type Item } from "./lines.ts";
import { sameDimension, type Quantity } from "./quantity.ts";

/** What redoing an explanation came to. */
export interface Redone {
  /** numbers that their own lines gave again */
  readonly reproduced: number;
  /** numbers read off a table, each with the words that say where from */
  readonly constants: number;
  readonly wrong: readonly string[];
}

const NUMBER = String.raw`-?[\d.,]+%?(?: [A-Za-z]+(?:\/s)?)?(?: \d+ (?:s|min)\b)?`;
/** "label: 1.13 GiB = 1,207,959,552 B, from 1 GiB to 2 GiB (formula)" */
const CLAIM = new RegExp(
  `^(.+): (${NUMBER})(?: = (-?[\\d,]+ B))?(?:,? (?:80% band|from) (${NUMBER}) to (${NUMBER}))?(?: (?:to spare|short))?(?: \\(([^)]*)\\))?$`,
);

/** What stands at the margin and begins with what was asked and assumed, no results. */
const INPUTS = /^(choices|constants|programs, best .*|what is not the same|assumed: .*|next: .*|loadout .*|from .*)$/;
/** What is not known is said, not computed. */
const UNKNOWN = /so no pace is claimed$/;

/** An interval wider than this share would agree with anything. */
const WIDEST = 0.03;

/**
 * Redoes every number of an explanation from its text alone: the sentence's sums, each term's arithmetic, the sums of the tree,
 * the ends of every interval. A number without arithmetic must be a sum of what stands below it or name its source.
 */
export function redo(text: string): Redone {
  const wrong: string[] = [];
  let reproduced = 0;
  let constants = 0;
  const items = itemsOf(text);
  const sentences = items.filter(({ text: line, indent }) => indent === 0 && line.includes(" weights at "));
  for (const { text: line } of sentences) reproduced += sentenceOf(line, wrong);
  const last = sentences.at(-1);
  if (!last) wrong.push("no sentence of the weights");
  const { claims, unread } = claimsOf(last ? items.slice(items.indexOf(last) + 1) : items);
  for (const line of unread) wrong.push(`neither a result nor a source: ${line}`);
  for (const line of underived(claims)) wrong.push(line);
  for (const claim of claims) {
    const say = (what: string) => wrong.push(`${claim.label}: ${what}`);
    try {
      const counts = claimOf(claim, say);
      reproduced += counts.reproduced;
      constants += counts.constants;
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    }
  }
  return { reproduced, constants, wrong };
}

const RATE = /[\d.,]+ (?:[kMGTP]?(?:B|FLOP)\/s|us)\b/g;

/** Rates and times inside the arithmetic of a pace that no line of their own derives or gives the source of. */
function underived(claims: readonly Claim[]): string[] {
  const own = claims.filter(({ section }) => section === "speed");
  const derived = new Set(own.map(({ value }) => value));
  return own.flatMap(({ label, value, workings }) =>
    value.endsWith(" tok/s")
      ? [...(workings.get("=") ?? "").matchAll(RATE)]
          .filter(([number]) => !derived.has(number))
          .map(([number]) => `${label}: no line says where ${number} is from`)
      : [],
  );
}

interface Claim {
  /** the heading it stands under */
  readonly section: string;
  readonly label: string;
  readonly value: string;
  readonly exact?: string;
  readonly low?: string;
  readonly high?: string;
  readonly how?: string;
  readonly workings: Map<string, string>;
  readonly source: string[];
  readonly below: Claim[];
}

function claimsOf(items: readonly Item[]): { claims: Claim[]; unread: string[] } {
  const claims: Claim[] = [];
  const unread: string[] = [];
  const open: { indent: number; claim: Claim }[] = [];
  let inputs = false;
  let section = "";
  for (const { indent, text } of items) {
    if (indent === 0) {
      inputs = INPUTS.test(text);
      section = text;
    }
    if (inputs || UNKNOWN.test(text)) continue;
    while (open.length > 0 && open.at(-1)!.indent >= indent) open.pop();
    const above = open.at(-1)?.claim;
    const working = /^(=|low =|high =) (.*)$/s.exec(text);
    const claim = CLAIM.exec(text);
    if (working && above) above.workings.set(working[1]!, working[2]!);
    else if (claim) {
      const [, label, value, exact, low, high, how] = claim;
      const made: Claim = {
        section,
        label: label!,
        value: value!,
        ...(exact === undefined ? {} : { exact }),
        ...(low === undefined ? {} : { low: withUnit(low, high!), high: high! }),
        ...(how === undefined ? {} : { how }),
        workings: new Map(),
        source: [],
        below: [],
      };
      above?.below.push(made);
      claims.push(made);
      open.push({ indent, claim: made });
    } else if (above && indent > open.at(-1)!.indent) above.source.push(text);
    else if (/\d/.test(text) && indent > 0) unread.push(text);
  }
  return { claims, unread };
}

/** "77.7 to 123 tok/s": the unit stands once. */
function withUnit(low: string, high: string): string {
  return low.includes(" ") || low.endsWith("%") ? low : `${low} ${high.split(" ").slice(1).join(" ")}`;
}

function claimOf(claim: Claim, say: (what: string) => void): { reproduced: number; constants: number } {
  const { value, exact, low, high, workings, source, below, how = "" } = claim;
  const printed = valueOf(value);
  let reproduced = 0;
  let constants = 0;
  const whole = exact === undefined ? printed : valueOf(exact);
  if (exact !== undefined) agree(printed, whole, `${value} = ${exact}`, say);
  const sides = [
    ["=", exact ?? value, whole, (each: Claim) => each.exact ?? each.value],
    ["low =", low, low === undefined ? undefined : valueOf(low), (each: Claim) => each.low ?? each.value],
    ["high =", high, high === undefined ? undefined : valueOf(high), (each: Claim) => each.high ?? each.value],
  ] as const;
  for (const [sign, text, result, of] of sides) {
    if (text === undefined || result === undefined) continue;
    const working = workings.get(sign);
    if (working !== undefined) {
      const got = evaluate(working);
      agree(got, result, `${working} is ${textOf(got)}, not ${text}`, say);
      if (sign === "=" && exact !== undefined && /^(header|formula)$/.test(how) && got.low !== got.high)
        say(`${working} is not exact`);
      reproduced += 1;
    } else if (below.length > 0) {
      const got = evaluate(below.map(of).join(" + "));
      agree(got, result, `what stands below sums to ${textOf(got)}, not ${text}`, say);
      reproduced += 1;
    } else if (source.length > 0 && how !== "formula") constants += 1;
    else say(`${text} has neither arithmetic nor a source`);
  }
  return { reproduced, constants };
}

/** Clauses of the sentence are sums that hold as printed, to the last digit; products hold within their rounding. */
function sentenceOf(text: string, wrong: string[]): number {
  const clauses = text
    .replace(/\.$/, "")
    .split(/[;:] /)
    .filter((clause) => clause.includes(" = "));
  for (const clause of clauses) {
    const [left = "", right = ""] = clause.split(" = ");
    const result = evaluate(right);
    const got = evaluate(left);
    const say = (what: string) => wrong.push(`sentence: ${what}`);
    // how coarse a difference comes out says nothing: it must hold as printed
    agree(got, result, `${left} is ${textOf(got)}, not ${right}`, say, Infinity);
    if (/ x | at /.test(left)) continue;
    const middle = (each: Quantity) => (each.low + each.high) / 2;
    if (Math.abs(middle(got) / Math.max(1, middle(result)) - 1) > 1e-9 && middle(result) > 0)
      say(`${clause} does not add up`);
  }
  if (clauses.length < 3) wrong.push(`sentence: ${clauses.length} sums in: ${text}`);
  return clauses.length;
}

function agree(
  got: Quantity,
  result: Quantity,
  what: string,
  say: (what: string) => void,
  widest: number = WIDEST,
): void {
  // nothing but the last bits of a double
  const slack = 1e-12 * Math.max(Math.abs(result.low), Math.abs(result.high));
  if (!sameDimension(got.dimension, result.dimension) && got.high !== 0) say(`units differ: ${what}`);
  else if (got.high < result.low - slack || got.low > result.high + slack) say(what);
  else if (got.high - got.low > widest * Math.abs(got.high)) say(`too coarse to redo: ${what}`);
}

/** "4 min 5 s" is a sum, rounded to its last unit. */
function valueOf(text: string): Quantity {
  const duration = /^(\d+ (?:h|min)) (\d+ (min|s))$/.exec(text);
  if (!duration) return evaluate(text);
  const { low, high, dimension } = evaluate(`${duration[1]} + ${duration[2]}`);
  const half = duration[3] === "s" ? 0.5 : 30;
  return { low: (low + high) / 2 - half, high: (low + high) / 2 + half, dimension };
}

function textOf({ low, high }: Quantity): string {
  return low === high ? String(low) : `${low.toPrecision(5)} to ${high.toPrecision(5)}`;
}
