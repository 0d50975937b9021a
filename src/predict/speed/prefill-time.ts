import type { SpeedChip } from "./chip.ts";
import { type Conditions, isOld, isRecent } from "./conditions.ts";
import { coefficientKey, type StepTime } from "./decode-time.ts";
import { expertsTouched, type Load, overTokens } from "./load.ts";
import type { Lookup } from "./lookup.ts";

/** How two bounds at the same arithmetic, of the units and of the board's power, come together: 1 = one after the other. */
const POWER_NORM = 1.5;

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
): StepTime & { readonly flops: number; readonly flopsPerSec: number } {
  const key = coefficientKey(chip, conditions);
  const quantised = quantisedShare(load);
  const rate = quantised > 0.5 ? chip.quantisedFlopsPerSec : chip.matrixFlopsPerSec;
  const old = isOld(conditions) ? log("old") + quantised * log("old-quantised") : 0;
  let kinds = quantised * (log("quantised") + log(`quantised:${chip.vendor}`));
  for (const [kind, share] of Object.entries(load.bodyShares))
    kinds +=
      share * (log(`class:${kind}`) + (kind === "bf16" && chip.backend === "vulkan" ? log("class:bf16-vulkan") : 0));
  const reached = Math.exp(
    log("m") +
      log(`m:${chip.design}`) +
      log(`m:${key}`) +
      kinds +
      old +
      (isRecent(conditions) ? log(`recent:${key}`) : 0),
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
  const powered =
    chip.watts > 0 ? flops / (chip.watts * chip.powerShare * Math.exp(log(`power:${chip.design}`)) * 1e12) : 0;
  const body = (multiplied ** POWER_NORM + powered ** POWER_NORM) ** (1 / POWER_NORM);
  const read = load.denseBytes + load.expertBytes * (load.expertShare < 1 ? expertsTouched(load, batch) : 1);
  const reading = read / (chip.bytesPerSec * Math.exp(log("reading")));
  const ideal = 4 * batch * overTokens(load, context, "width");
  const attention = conditions.flashAttention
    ? (ideal / chip.matrixFlopsPerSec) * Math.exp(log("attention") + log(`attention:${chip.vendor}`))
    : ideal / (chip.matrixFlopsPerSec * reached) +
      (batch * overTokens(load, context, "heads") * Math.exp(log("scores"))) / (chip.bytesPerSec * 0.8);
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
  };
}

export function quantisedShare(load: Load): number {
  return 1 - (load.bodyShares.f16 ?? 0) - (load.bodyShares.bf16 ?? 0);
}
