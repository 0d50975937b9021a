import { formatPercent } from "../../src/facts/units/index.ts";
import { orderScore } from "./order.ts";
import type { ScoredTerm } from "./score.ts";

/** Terms of measured rates, which have a group. */
type Rate = ScoredTerm & { readonly group: NonNullable<ScoredTerm["group"]> };

/**
 * How near predicted rates come: per file and back end, then device by device, each beside what measurements of the same thing
 * by different people differ, which no model can beat. `peers`: with the rules people use.
 */
export function ratesText(terms: readonly ScoredTerm[], peers: boolean): string {
  const rates = terms.filter(isRate);
  if (rates.length === 0) return "";
  const files = [...new Set(rates.map(({ file }) => file))];
  const lines = files.flatMap((file) =>
    fileLines(
      file,
      rates.filter((rate) => rate.file === file),
    ),
  );
  const orders = ["llamacpp-speed", "server-speed"].flatMap((prefix) => {
    const { pairs, right } = orderScore(rates.filter(({ file }) => file.startsWith(prefix)));
    return pairs === 0 ? [] : [`order of two devices, ${prefix}: right in ${percent(right / pairs)} of ${pairs} pairs`];
  });
  return [
    "",
    "rates: median |predicted / measured - 1|",
    ...lines,
    ...orders,
    ...(peers ? peerLines(rates) : []),
    "",
  ].join("\n");
}

function isRate(term: ScoredTerm): term is Rate {
  return term.group !== undefined;
}

function fileLines(file: string, rates: readonly Rate[]): string[] {
  const lines = [file, head("kind, term, back end")];
  const floors = new Map<string, number | undefined>();
  for (const [kind, own] of grouped(rates, ({ group, term }) => `${group.kind} ${term}`)) {
    floors.set(kind, noiseFloor(own));
    lines.push(line(kind, own, floors.get(kind)));
    for (const [backend, some] of grouped(own, ({ group }) => group.backend))
      lines.push(line(`  ${backend}`, some, noiseFloor(some) ?? floors.get(kind)));
  }
  lines.push("", head("device"));
  for (const [device, own] of grouped(rates, ({ group }) => `${group.device} | ${group.backend}`))
    for (const [kind, some] of grouped(own, ({ group, term }) => `${group.kind} ${term}`))
      lines.push(line(`${device} | ${kind}`, some, noiseFloor(some) ?? floors.get(kind)));
  return [...lines, ""];
}

const WIDTH = 72;

function head(what: string): string {
  return `  ${what.padEnd(WIDTH)} ${["rows", "refused", "median", "devices", "in band", "floor", "err/floor"].map((name) => name.padStart(9)).join("")}`;
}

function line(name: string, rates: readonly Rate[], floor: number | undefined): string {
  const said = rates.filter(({ predicted }) => predicted !== null);
  const errors = said.map(errorOf);
  const byDevice = [...grouped(said, ({ group }) => group.device).values()];
  const error = median(errors);
  const inBand = byDevice.map((own) => own.filter(isInBand).length / own.length);
  const cells = [
    String(rates.length),
    String(rates.length - said.length),
    percent(error),
    percent(median(byDevice.map((own) => median(own.map(errorOf))))),
    percent(inBand.reduce((sum, share) => sum + share, 0) / inBand.length),
    floor === undefined ? "" : percent(floor),
    floor === undefined || Number.isNaN(error) ? "" : (error / floor).toFixed(1),
  ];
  return `  ${name.slice(0, WIDTH).padEnd(WIDTH)} ${cells.map((cell) => cell.padStart(9)).join("")}`;
}

function errorOf({ predicted, truth }: Rate): number {
  return Math.abs((predicted ?? 0) / truth - 1);
}

function isInBand({ low = 0, high = Infinity, truth }: Rate): boolean {
  return truth >= low && truth <= high;
}

/** Half of the median spread between measurements of the same thing by different sources. */
export function noiseFloor(rates: readonly Rate[]): number | undefined {
  const spreads: number[] = [];
  for (const same of grouped(rates, ({ group }) => `${group.device}|${group.kind}|${group.question}`).values()) {
    const bySource = [...grouped(same, ({ group }) => group.source).values()].map((own) =>
      median(own.map(({ truth }) => truth)),
    );
    if (bySource.length > 1) spreads.push(Math.max(...bySource) / Math.min(...bySource) - 1);
  }
  return spreads.length === 0 ? undefined : median(spreads) / 2;
}

function peerLines(rates: readonly Rate[]): string[] {
  const lines = ["rules people use: median error over rows | ours on the same rows"];
  const rules = new Map<string, [rule: number[], ours: number[]]>();
  for (const rate of rates) {
    if (rate.predicted === null) continue;
    for (const [name, predicted] of Object.entries(rate.peers ?? {})) {
      const pair = rules.get(name) ?? [[], []];
      pair[0].push(Math.abs(predicted / rate.truth - 1));
      pair[1].push(errorOf(rate));
      rules.set(name, pair);
    }
  }
  for (const [name, [rule, ours]] of rules)
    lines.push(
      `  ${name.padEnd(32)} ${String(rule.length).padStart(6)} rows ${percent(median(rule)).padStart(9)} | ${percent(median(ours))}`,
    );
  return lines;
}

function grouped<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const name = key(value);
    const held = groups.get(name);
    if (held) held.push(value);
    else groups.set(name, [value]);
  }
  return new Map([...groups].sort((a, b) => b[1].length - a[1].length));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? NaN : sorted[Math.floor(sorted.length / 2)]!;
}

function percent(value: number): string {
  return Number.isNaN(value) ? "-" : formatPercent(value);
}
