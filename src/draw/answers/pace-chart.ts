import { formatNumber, formatPace, formatPaceBand } from "../../facts/units/index.ts";
import { READING } from "../../plan/fit/index.ts";
import type { Pace } from "../../predict/speed/index.ts";
import { stackedBars, type Bar } from "../charts/index.ts";
import { paint, type Theme } from "../svg/index.ts";
import { sourceOf, twoLines, type NamedFit } from "./source.ts";
import { linearAxis } from "./ticks.ts";

/** Decoding paces with their bands against the pace of reading; undefined where none is claimed. */
export function paceChart(fits: readonly NamedFit[], theme: Theme = "auto"): string | undefined {
  const paces = fits.flatMap(({ name, answer: { speed } }) => {
    const list: readonly (readonly [string, Pace | undefined])[] = [
      ["empty context", speed.decode],
      ["context full", speed.decodeFull],
      ["each of all", speed.each],
    ];
    return list.flatMap(([what, pace]) => (pace ? [{ name, what, pace }] : []));
  });
  const [first] = paces;
  if (first === undefined) return undefined;
  const several = fits.length > 1;
  const bars = paces.map(({ name, what, pace }): Bar => ({
    ...(several ? twoLines(name, what) : { label: what }),
    values: { pace: pace.tokensPerSec },
    low: pace.low,
    high: pace.high,
    end: formatPace(pace.tokensPerSec),
  }));
  const text = {
    title: titleOf(fits),
    subtitle: "Decoding, tokens a second, with 80% bands; dashed: the pace that people read at",
    description: "Horizontal bars of decoding pace with the ends of their bands, against a reader's pace.",
    ...sourceOf(fits.map(({ answer }) => answer.runtime)),
    table: {
      columns: ["what", "pace", "80% band"],
      rows: paces.map(({ name, what, pace }) => [
        several ? `${name}, ${what}` : what,
        formatPace(pace.tokensPerSec),
        formatPaceBand(pace.low, pace.high),
      ]),
    },
  };
  const axis = {
    label: "tokens a second",
    ...linearAxis(Math.max(READING.decodePerSec, ...paces.map(({ pace }) => pace.high))),
    format: (value: number) => formatNumber(value),
  };
  const capacities = [{ value: READING.decodePerSec, label: "reading" }];
  const parts = [{ key: "pace", label: "predicted", colour: paint("s1") }];
  return stackedBars({ text, parts, bars, capacities, axis }, theme);
}

function titleOf(fits: readonly NamedFit[]): string {
  const said = fits.flatMap(({ name, answer: { speed } }) =>
    speed.decode ? [{ name, pace: speed.decode.tokensPerSec }] : [],
  );
  const [best, ...others] = said.toSorted((one, other) => other.pace - one.pace);
  const least = others.at(-1);
  if (best === undefined) return "No pace is claimed";
  if (least === undefined) {
    const times = formatNumber(best.pace / READING.decodePerSec, 2);
    return `${best.name} decodes ${formatPace(best.pace)}, ${times} times as fast as people read`;
  }
  return `${best.name} decodes ${formatNumber(best.pace / least.pace, 2)} times as fast as ${least.name}`;
}
