import { formatBytes, formatCount, formatNumber, formatRate } from "../../facts/units/index.ts";
import type { SpeedChip } from "./chip.ts";
import type { Conditions } from "./conditions.ts";
import {
  attentionNames,
  coefficientKey,
  type DecodeTime,
  kindNames,
  layerNames,
  OVERLAP,
  reachedNames,
  tiledParameters,
  unpackNames,
} from "./decode-time.ts";
import { type Derived, FITTED, sumOf, times, us } from "./derived.ts";
import { expertsTouched, type Load, overTokens } from "./load.ts";
import type { Lookup } from "./lookup.ts";

/** Bytes that a step moves on a device, each as often as its share of the time says. */
export function movedText(load: Load, depth: number, streams: number, time: DecodeTime): string {
  const experts = load.expertBytes * (streams === 1 ? load.expertShare : expertsTouched(load, streams));
  const cache = overTokens(load, depth, "bytesPerToken");
  const each = streams === 1 ? "" : `${streams} x `;
  const parts = [
    ...(load.denseBytes > 0 || (experts === 0 && cache === 0) ? [formatBytes(load.denseBytes)] : []),
    ...(experts > 0 ? [`${formatBytes(experts)} x ${formatNumber(time.expertFactor, 4)} [experts]`] : []),
    ...(cache > 0 ? [`${each}${formatBytes(cache)} x ${formatNumber(time.cacheFactor, 4)} [cache]`] : []),
    ...(load.stateBytes > 0 ? [`${each}2 x ${formatBytes(load.stateBytes)} [state]`] : []),
  ];
  return parts.length > 1 ? `(${parts.join(" + ")})` : parts.join("");
}

/** How the rate, the times and the factors of a device's step come about. */
export function decodeDerived(
  name: string,
  load: Load,
  chip: SpeedChip,
  depth: number,
  conditions: Conditions,
  log: Lookup,
  time: DecodeTime,
): Derived[] {
  const peak = formatRate(chip.bytesPerSec);
  const names = reachedNames(chip, conditions);
  const reached = chip.bytesPerSec * Math.exp(sumOf(log, names));
  const shader = `${formatNumber(chip.shaderFlopsPerSec / 1e12, 4)} TFLOP/s`;
  return [
    {
      label: `memory of ${name}, reached`,
      value: formatRate(time.bytesPerSec),
      formula:
        reached > time.bytesPerSec
          ? `${peak} x ${formatNumber(time.bytesPerSec / chip.bytesPerSec, 4)} [the most that is taken to be reached]`
          : `${peak}${times(log, names)}`,
      because: FITTED,
    },
    ...(time.unhidden > 0
      ? [
          {
            label: `unpacking on ${name}, beside reading`,
            value: us(time.unhidden),
            formula: `${us(time.weights, 5)} x (pow(1 + pow(${us(time.unpacking, 5)} / ${us(time.weights, 5)}, ${OVERLAP}), 1 / ${OVERLAP}) - 1)`,
            because: `${us(time.weights, 5)}: reading the weights; most of unpacking hides behind it`,
          },
          {
            label: `unpacking on ${name}, alone`,
            value: us(time.unpacking, 5),
            formula: `${unpackedText(load, chip, log)}${times(log, unpackNames(chip))} / ${shader}`,
            because: `operations a weight of each class, fitted; ${shader} of shaders`,
          },
        ]
      : []),
    ...(time.attention > 0
      ? [
          {
            label: `attention on ${name} at depth ${depth}`,
            value: us(time.attention),
            formula: `4 FLOP x ${formatCount(overTokens(load, depth, "width"))} [query width x tokens seen, all layers]${times(log, attentionNames("attention", chip, conditions))} / ${shader}`,
            because: FITTED,
          },
        ]
      : []),
    ...(load.layers > 0 ? [layerDerived(name, load, chip, conditions, log, time)] : []),
  ];
}

function unpackedText(load: Load, chip: SpeedChip, log: Lookup): string {
  const parts = Object.entries(load.parameters).map(
    ([kind, count]) =>
      `${formatCount(count)} x ${formatNumber(Math.exp(sumOf(log, kindNames(kind, chip))), 4)} FLOP [${kind}]`,
  );
  const tiled = tiledParameters(load, chip);
  if (tiled > 0) parts.push(`${formatCount(tiled)} x ${formatNumber(Math.exp(log("tiled")), 4)} FLOP [tiles]`);
  return parts.length > 1 ? `(${parts.join(" + ")})` : parts.join("");
}

function layerDerived(
  name: string,
  load: Load,
  chip: SpeedChip,
  conditions: Conditions,
  log: Lookup,
  time: DecodeTime,
): Derived {
  const [base = "", ...odds] = layerNames(chip, conditions);
  const expert = log(`expert-layer:${coefficientKey(chip, conditions)}`);
  const more = [
    ...(load.expertLayers > 0 ? [`${load.expertLayers} x ${formatNumber(Math.exp(expert), 4)} [experts]`] : []),
    ...(load.linearLayers > 0
      ? [`${load.linearLayers} x ${formatNumber(Math.exp(log("linear")), 4)} [recurrent]`]
      : []),
  ];
  const counted = more.length === 0 ? "" : ` x (${[load.layers, ...more].join(" + ")}) / ${load.layers}`;
  return {
    label: `a layer's launches on ${name}`,
    value: us(time.overhead / load.layers),
    formula: `${us(Math.exp(log(base)), 4)} [${base.split(":")[1]}]${times(log, odds)}${counted}`,
    because: FITTED,
  };
}
