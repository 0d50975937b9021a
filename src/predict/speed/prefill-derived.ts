import { formatNumber, formatRate } from "../../facts/units/index.ts";
import type { SpeedChip } from "./chip.ts";
import type { Conditions } from "./conditions.ts";
import { coefficientKey } from "./decode-time.ts";
import { type Derived, FITTED, flopsRate, times, us } from "./derived.ts";
import { type Load, overTokens } from "./load.ts";
import type { Lookup } from "./lookup.ts";
import { POWER_NORM, type PrefillTime, reachedParts, SCORES_SHARE } from "./prefill-time.ts";

interface PrefillParts {
  readonly name: string;
  readonly load: Load;
  readonly chip: SpeedChip;
  readonly batch: number;
  readonly context: number;
  readonly width: number;
  readonly conditions: Conditions;
  readonly time: PrefillTime;
}

/** How the rates and times of a device's micro-batch come about. */
export function prefillDerived(parts: PrefillParts, log: Lookup): Derived[] {
  const { name, load, chip, conditions, time } = parts;
  const perLayer = load.layers === 0 ? 0 : time.overhead / load.layers;
  const [linear, layer] = [Math.exp(log("linear")), Math.exp(log(`layer:${coefficientKey(chip, conditions)}`))];
  const counted =
    load.linearLayers === 0
      ? ""
      : ` x (${load.layers} + ${load.linearLayers} x ${formatNumber(linear, 4)} [recurrent]) / ${load.layers}`;
  return [
    ...multiplyingDerived(parts, log),
    {
      label: `reading weights for a prompt on ${name}`,
      value: formatRate(time.readBytesPerSec),
      formula: `${formatRate(chip.bytesPerSec)}${times(log, ["reading"])}`,
      because: FITTED,
    },
    attentionDerived(parts, log),
    {
      label: `a layer's launches in a prompt on ${name}`,
      value: us(perLayer),
      formula: load.layers === 0 ? us(0) : `${us(layer, 4)} [${coefficientKey(chip, conditions)}]${counted}`,
      because: FITTED,
    },
  ];
}

/** The rate of matrices: what the units reach, what they are filled, and what the board's power sustains. */
function multiplyingDerived(parts: PrefillParts, log: Lookup): Derived[] {
  const { name, load, chip, batch, width, conditions, time } = parts;
  const unit = `${formatNumber(time.unitFlopsPerSec / 1e9, 5)} GFLOP/s`;
  const powered = `${formatNumber(time.poweredFlopsPerSec / 1e9, 5)} GFLOP/s`;
  const peak = flopsRate(time.peakFlopsPerSec);
  const reached = reachedParts(load, chip, conditions)
    .map(([coefficient, share]) => times(log, share === 0 ? [] : [coefficient], share))
    .join("");
  const fill = Math.exp(log("fill") + log(`fill:${chip.vendor}`));
  const filled = formatNumber(time.filled, 4);
  const assumed = chip.matrixKnown ? "" : "the device's matrix rate is not known and assumed from its bandwidth; ";
  return [
    ...(chip.watts > 0
      ? [
          {
            label: `matrices on ${name}, units and power together`,
            value: flopsRate(time.flopsPerSec),
            formula: `${unit} / pow(1 + pow(${unit} / ${powered}, ${POWER_NORM}), 1 / ${POWER_NORM})`,
            because: "both bound the same work, and are felt together where they are near each other",
          },
          {
            label: `matrices on ${name}, what its power sustains`,
            value: powered,
            formula: `${formatNumber(chip.watts * chip.powerShare, 4)} x ${formatNumber(Math.exp(log(`power:${chip.design}`)) * 1e3, 5)} GFLOP/s [a watt]`,
            because: `watts of the board or its limit; ${FITTED}`,
          },
        ]
      : []),
    {
      label: `matrices on ${name}, what its units reach`,
      value: chip.watts > 0 ? unit : flopsRate(time.flopsPerSec),
      formula: `${peak}${reached} / ${filled} [not filled]`,
      because: `${assumed}factors of a class of weights count as its share of the matrices; ${FITTED}`,
    },
    {
      label: `matrices on ${name}, how much longer for not being filled`,
      value: filled,
      formula: `1 + ${formatNumber(fill, 4)} x 0.1 x ${peak} / 100,000 GFLOP/s x 4096 / ${width} x 512 / ${Math.max(batch, 512)}`,
      because: FITTED,
    },
  ];
}

function attentionDerived({ name, load, chip, batch, context, conditions, time }: PrefillParts, log: Lookup): Derived {
  const flops = `${formatNumber(time.attentionFlops / 1e9, 4)} GFLOP`;
  const matrices = `${formatNumber(chip.matrixFlopsPerSec / 1e9, 4)} GFLOP/s`;
  const scores = batch * overTokens(load, context, "heads");
  const names = ["attention", `attention:${chip.vendor}`];
  return {
    label: `attention on ${name}, each token seeing ${formatNumber(context)} on average`,
    value: us(time.attention),
    formula: conditions.flashAttention
      ? `${flops} / ${matrices}${times(log, names)}`
      : `${flops} / (${matrices} x ${formatNumber(time.reached, 4)} [as the weights]) + ` +
        `${formatNumber(scores / 1e6, 4)} MB x ${formatNumber(Math.exp(log("scores")), 4)} [scores] / (${formatRate(chip.bytesPerSec)} x ${SCORES_SHARE})`,
    because: `4 operations for each of the query's width, token and token seen; ${FITTED}`,
  };
}
