import type { SpeedChip } from "./chip.ts";
import { type Conditions, isOld, isRecent } from "./conditions.ts";
import { coefficientKey, type StepTime } from "./decode-time.ts";
import { expertsTouched, type Load, overTokens } from "./load.ts";
import type { Lookup } from "./lookup.ts";

/** A micro-batch with what its sums are made of: rates per second, seconds, factors. */
export interface PrefillTime extends StepTime {
  readonly flops: number;
  /** of the weights alone: what the units and the board's power allow together */
  readonly flopsPerSec: number;
  /** maker's rate of the units for these weights */
  readonly peakFlopsPerSec: number;
  /** of the units, reached */
  readonly unitFlopsPerSec: number;
  /** what the board's power sustains, 0 where that is no bound */
  readonly poweredFlopsPerSec: number;
  readonly reached: number;
  /** how much longer a small matrix takes on a large chip */
  readonly filled: number;
  readonly quantised: number;
  readonly readBytesPerSec: number;
  readonly attention: number;
  /** operations of attention as a person counts them */
  readonly attentionFlops: number;
}

/** How two bounds at the same arithmetic, of the units and of the board's power, come together: 1 = one after the other. */
export const POWER_NORM = 1.5;

/**
 * One micro-batch of a prompt, `context` tokens seen on average: compute and reading of weights overlap as their hypotenuse,
 * and a board's power bounds what its units sustain; attention and a fixed time per layer come on top. A large chip is not
 * filled by a small matrix; an expert gets few tokens, and pads them.
 */
export function prefillTime(
  load: Load,
  chip: SpeedChip,
  { batch, context, width }: { readonly batch: number; readonly context: number; readonly width: number },
  conditions: Conditions,
  log: Lookup,
): PrefillTime {
  const key = coefficientKey(chip, conditions);
  const quantised = quantisedShare(load);
  const rate = quantised > 0.5 ? chip.quantisedFlopsPerSec : chip.matrixFlopsPerSec;
  const reached = Math.exp(
    reachedParts(load, chip, conditions).reduce((sum, [name, share]) => sum + share * log(name), 0),
  );
  const perExpert = batch * load.expertShare;
  const padded = 1 + Math.exp(log("padding")) / Math.max(perExpert, 0.1);
  const flops = 2 * batch * (load.bodyParameters - load.bodyExpertParameters + load.bodyExpertParameters * padded);
  const filled =
    1 +
    Math.exp(log("fill") + log(`fill:${chip.vendor}`)) *
      (rate / 1e14) *
      (4096 / width) *
      (512 / Math.max(batch, 512)) *
      0.1;
  const multiplied = (flops / (rate * reached)) * filled;
  const poweredFlopsPerSec = chip.watts * chip.powerShare * Math.exp(log(`power:${chip.design}`)) * 1e12;
  const powered = chip.watts > 0 ? flops / poweredFlopsPerSec : 0;
  const body = (multiplied ** POWER_NORM + powered ** POWER_NORM) ** (1 / POWER_NORM);
  const read = load.denseBytes + load.expertBytes * (load.expertShare < 1 ? expertsTouched(load, batch) : 1);
  const readBytesPerSec = chip.bytesPerSec * Math.exp(log("reading"));
  const reading = read / readBytesPerSec;
  const ideal = 4 * batch * overTokens(load, context, "width");
  const attention = conditions.flashAttention
    ? (ideal / chip.matrixFlopsPerSec) * Math.exp(log("attention") + log(`attention:${chip.vendor}`))
    : ideal / (chip.matrixFlopsPerSec * reached) +
      (batch * overTokens(load, context, "heads") * Math.exp(log("scores"))) / (chip.bytesPerSec * SCORES_SHARE);
  const perLayer = Math.exp(log(`layer:${key}`));
  const overhead = perLayer * (load.layers + load.linearLayers * Math.exp(log("linear")));
  const work = Math.hypot(body, reading);
  return {
    memory: reading,
    compute: body + attention,
    overhead,
    total: work + attention + overhead,
    flops,
    flopsPerSec: flops / body,
    peakFlopsPerSec: rate,
    unitFlopsPerSec: (rate * reached) / filled,
    poweredFlopsPerSec,
    reached,
    filled,
    quantised,
    readBytesPerSec,
    attention,
    attentionFlops: ideal,
  };
}

/** Share of its bandwidth that a device reaches with the matrix of scores. */
export const SCORES_SHARE = 0.8;

/** Coefficients of the share of its matrix rate that a device reaches, each to the power of what it applies to. */
export function reachedParts(load: Load, chip: SpeedChip, conditions: Conditions): [name: string, share: number][] {
  const key = coefficientKey(chip, conditions);
  const quantised = quantisedShare(load);
  const kinds = Object.entries(load.bodyShares).flatMap(([kind, share]): [string, number][] => [
    [`class:${kind}`, share],
    ...(kind === "bf16" && chip.backend === "vulkan" ? [["class:bf16-vulkan", share] satisfies [string, number]] : []),
  ]);
  return [
    ["m", 1],
    [`m:${chip.design}`, 1],
    [`m:${key}`, 1],
    ["quantised", quantised],
    [`quantised:${chip.vendor}`, quantised],
    ...kinds,
    ...(isOld(conditions)
      ? ([
          ["old", 1],
          ["old-quantised", quantised],
        ] satisfies [string, number][])
      : []),
    ...(isRecent(conditions) ? [[`recent:${key}`, 1] satisfies [string, number]] : []),
  ];
}

export function quantisedShare(load: Load): number {
  return 1 - (load.bodyShares.f16 ?? 0) - (load.bodyShares.bf16 ?? 0);
}
