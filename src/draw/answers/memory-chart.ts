import { formatBytes, formatNumber } from "../../facts/units/index.ts";
import { termsOf, type TermName } from "../../plan/explain/index.ts";
import { good, type PlaceBalance } from "../../plan/fit/index.ts";
import type { Estimate } from "../../predict/estimate/index.ts";
import { stackedBars, type Bar, type Part } from "../charts/index.ts";
import { paint, type Theme } from "../svg/index.ts";
import { GIB, sourceOf, twoLines, type NamedFit } from "./source.ts";
import { linearAxis } from "./ticks.ts";

const PARTS: readonly (Part & { readonly key: TermName })[] = [
  { key: "weights", label: "weights", colour: paint("s1") },
  { key: "KV cache", label: "KV cache", colour: paint("s2") },
  { key: "recurrent state", label: "recurrent state", colour: paint("s6") },
  { key: "adapters", label: "adapters", colour: paint("s5") },
  { key: "compute buffers", label: "compute buffers", colour: paint("s3") },
  { key: "driver and process", label: "driver and process", colour: paint("s4") },
  { key: "memory in use already", label: "in use already", colour: paint("axis") },
];

interface Held {
  readonly loadout: string;
  readonly device: string;
  readonly balance: PlaceBalance;
  readonly tree: Estimate;
}

/** Memory by place and term against what each place has; undefined where the engine would refuse all of them. */
export function memoryChart(fits: readonly NamedFit[], theme: Theme = "auto"): string | undefined {
  const held = fits.flatMap(heldOf);
  if (held.length === 0) return undefined;
  const several = fits.length > 1;
  const bars = held.map((one): Bar => barOf(one, several));
  const parts = PARTS.filter(({ key }) => bars.some(({ values }) => (values[key] ?? 0) > 0));
  const most = Math.max(...held.map(({ balance }) => Math.max(balance.needHigh, balance.have))) / GIB;
  const text = {
    title: titleOf(fits),
    subtitle: "Memory by place, GiB; the upright mark is what the place has, the whisker what is not exact",
    description: `Horizontal stacked bars of memory on ${held.map(({ device }) => device).join(", ")}, by what it is for, each against what there is.`,
    ...sourceOf(fits.map(({ answer }) => answer.runtime)),
    table: {
      columns: ["place", ...parts.map(({ label }) => `${label}, GiB`), "in all", "has"],
      rows: held.map(({ balance }, index) => [
        nameOf(held[index]!, several),
        ...parts.map(({ key }) => formatNumber(bars[index]!.values[key] ?? 0)),
        formatBytes(balance.need),
        formatBytes(balance.have),
      ]),
    },
  };
  const axis = { label: "GiB", ...linearAxis(most), format: (value: number) => formatNumber(value) };
  return stackedBars({ text, parts, bars, capacities: [], axis }, theme);
}

function heldOf({ name, answer }: NamedFit): Held[] {
  const { memory, verdict, rig } = answer;
  return verdict.now.places.flatMap((balance) => {
    const tree = memory?.parts?.find(({ label }) => label === balance.label);
    const device = balance.place === "host" ? "RAM" : (rig.devices[balance.place]?.name ?? balance.label);
    return tree ? [{ loadout: name, device, balance, tree }] : [];
  });
}

function nameOf({ loadout, balance }: Held, several: boolean): string {
  return several ? `${loadout}: ${balance.label}` : balance.label;
}

function barOf({ loadout, device, balance, tree }: Held, several: boolean): Bar {
  const { need, needLow, needHigh, have, margin, label } = balance;
  const left = margin < 0 ? `${formatBytes(-margin)} short` : `${formatBytes(margin)} left`;
  return {
    ...(several ? twoLines(loadout, label) : { label, note: device }),
    values: Object.fromEntries(termsOf(tree).map(({ name, bytes }) => [name, bytes / GIB])),
    ...(needHigh > needLow ? { low: needLow / GIB, high: needHigh / GIB } : {}),
    capacity: have / GIB,
    end: `${formatBytes(need)} · ${left}`,
  };
}

function titleOf(fits: readonly NamedFit[]): string {
  const said = fits.map(({ name, answer }) => {
    const { verdict, places } = answer.verdict.now;
    const [least] = places.toSorted((one, other) => one.margin - other.margin);
    const room =
      least === undefined
        ? ""
        : least.margin < 0 && !good(least.verdict)
          ? `, ${formatBytes(-least.margin)} short on ${least.label}`
          : ` with ${formatBytes(least.margin + (least.margin < 0 ? (least.dropped ?? 0) : 0))} left on ${least.label}`;
    const word = answer.rejected ? "is refused" : verdict === "tight" ? "is tight" : verdict;
    return `${name} ${word}${fits.length > 2 ? "" : room}`;
  });
  return said.join("; ");
}
