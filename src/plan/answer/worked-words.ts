import { formatBytes, formatHundredths, formatTokens } from "../../facts/units/index.ts";
import { roundedTogether, summaryOf } from "../explain/index.ts";
import type { RankedModel, WorkedCell, WorkedRow } from "../rank/index.ts";

/** The worked example in words: one person, several, many; with the sum behind the first. */
export function workedWords(rows: readonly WorkedRow[], ranked: readonly RankedModel[]): string[] {
  const best = rows[0];
  const first = best && ranked.find(({ id }) => id === best.id);
  if (!first) return ["nothing of the catalog fits whole on the devices"];
  const longest = best.longestContext === undefined ? "" : `, up to ${wholeK(best.longestContext)} of context`;
  return [
    `for one person ${best.name} in ${best.fileType}${longest}: of what fits, the most capable`,
    ...sumOf(first),
    ...perToken(first),
    ...shared(rows),
    ...many(rows),
  ];
}

const HUNDREDTH = 2 ** 30 / 100;

/** 88320 -> "86k" */
function wholeK(tokens: number): string {
  return tokens < 1024 ? String(tokens) : formatTokens(Math.floor(tokens / 1024) * 1024);
}

/** "Q5_K_M with 8k: 17.08 GiB of weights + ... = 19.02 GiB on CUDA0, which has 24.00 GiB" */
function sumOf({ choice, fileType }: RankedModel): string[] {
  const summary = choice.memory && summaryOf(choice.memory, choice.now);
  if (!summary) return [];
  const { place, terms } = summary;
  const { parts, sum } = roundedTogether(
    terms.map(({ bytes }) => bytes),
    HUNDREDTH,
  );
  const added = terms.map(({ name }, index) => `${formatHundredths(parts[index]!)} GiB of ${name}`).join(" + ");
  const users = choice.users === 1 ? "" : ` for ${choice.users} users`;
  return [
    `${fileType} with ${formatTokens(choice.context)}${users}: ${added} = ${formatHundredths(sum)} GiB on ${place.label}, ` +
      `which has ${formatHundredths(Math.round(place.have / HUNDREDTH))} GiB`,
  ];
}

/** What a token of context costs where every token is kept. */
function perToken({ choice }: RankedModel): string[] {
  const leaves = (choice.memory?.parts ?? []).flatMap(({ parts = [] }) => parts.filter(({ key }) => key === "kv"));
  const kept = leaves.reduce((sum, { value }) => sum + value, 0);
  if (kept === 0) return [];
  const each = (kept * 1024) / (choice.context * choice.users);
  return [`each further 1k of context costs ${formatBytes(each)} of cache, of every user`];
}

/** The first model that holds the longest context of the table for the most users of it. */
function shared(rows: readonly WorkedRow[]): string[] {
  const most = Math.max(...rows.flatMap(({ cells }) => cells.map(({ users }) => users)));
  if (most < 2) return [];
  const contexts = [...new Set(rows.flatMap(({ cells }) => cells.map(({ context }) => context)))];
  const said = contexts.flatMap((context) => {
    const at = (cell: WorkedCell) => cell.context === context && cell.users === most && cell.chosen !== undefined;
    const row = rows.find(({ cells }) => cells.some(at));
    const chosen = row?.cells.find(at)?.chosen;
    if (!row || !chosen) return [];
    const cache = chosen.cacheType === "f16" ? "" : ` and a cache in ${chosen.cacheType}`;
    return [`${formatTokens(context)} each ${row.name} in ${chosen.fileType}${cache}`];
  });
  return said.length === 0 ? [] : [`for ${most} users with ${said.join("; with ")}`];
}

function many(rows: readonly WorkedRow[]): string[] {
  const [best] = rows;
  const most = rows.toSorted((a, b) => (b.mostUsers ?? 0) - (a.mostUsers ?? 0))[0];
  const context = best?.cells[0]?.context;
  if (!best?.mostUsers || !most?.mostUsers || context === undefined) return [];
  const other = most.id === best.id ? "" : `; ${most.mostUsers} with ${most.name} in ${most.fileType}`;
  const count = `${best.mostUsers} with ${best.name} in ${best.fileType}`;
  return [`most users with ${formatTokens(context)} each: ${count}${other}`];
}
