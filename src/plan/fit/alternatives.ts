import type { CacheType } from "../../facts/runtime/index.ts";
import { formatBytes, formatTokens } from "../../facts/units/index.ts";
import { settingsFor, type Choice } from "./choose.ts";
import { largestThat } from "./largest.ts";
import { raiseLimit } from "./raise-limit.ts";
import type { FitRequest } from "./request.ts";
import { good, type Verdict, type VerdictWord } from "./verdict.ts";
import { weigh } from "./weigh.ts";

/** One change that was computed, and what it leads to. */
export interface Alternative {
  /** the change in words: "kv type q8_0 instead of f16" */
  readonly change: string;
  /** flags that make it */
  readonly flags: string;
  readonly verdict: VerdictWord;
  readonly marginBytes: number;
  /** what it gives back against the choice, bytes; negative when it costs */
  readonly savedBytes: number;
}

/** What would make it fit, or fit better: each line computed with the same model, those that change nothing left out. */
export function alternatives(request: FitRequest, choice: Choice): Alternative[] {
  const raised = raiseLimit(request, choice);
  if (choice.now.verdict === "fits") return raised ? [raised] : [];
  const before = choice.memory?.value ?? 0;
  const found: Alternative[] = [];
  const base = {
    context: choice.context,
    users: choice.users,
    microBatch: choice.settings.microBatch,
    cacheType: choice.settings.cacheTypeK,
    gpuLayers: choice.settings.gpuLayers,
  };
  const consider = (change: string, flags: string, other: Partial<typeof base>) => {
    const weighed = weigh(request, settingsFor({ ...base, ...other }));
    if (weighed.prediction.kind === "rejected") return;
    const savedBytes = before > 0 ? before - weighed.memory!.value : 0;
    if (before > 0 && savedBytes <= 0 && weighed.now.verdict === choice.now.verdict) return;
    found.push({ change, flags, verdict: weighed.now.verdict, marginBytes: weighed.now.marginBytes, savedBytes });
  };

  for (const cacheType of ["q8_0", "q4_0"] satisfies CacheType[]) {
    if (cacheType !== base.cacheType) {
      consider(`kv type ${cacheType} instead of ${base.cacheType}`, `--kv-type ${cacheType}`, { cacheType });
    }
  }
  const fitting = longestContext(request, choice);
  if (fitting !== undefined && fitting < choice.context) {
    consider(`context ${formatTokens(fitting)} instead of ${formatTokens(choice.context)}`, `--context ${fitting}`, {
      context: fitting,
    });
  }
  if (request.wishes.gpuLayers !== undefined && request.rig.devices.length > 0) {
    const at = (gpuLayers: number) => weigh(request, settingsFor({ ...base, gpuLayers })).now.verdict;
    const layers = largestThat(request.geometry.layers.length + 1, (count) => good(at(count)));
    if (layers !== base.gpuLayers)
      consider(`${layers} layers on the device instead of ${base.gpuLayers}`, `--gpu-layers ${layers}`, {
        gpuLayers: layers,
      });
  }
  if (choice.users > 1) consider("one user at a time", "--users 1", { users: 1 });
  if (choice.settings.microBatch > 128)
    consider("micro-batch 128: slower prompts", "--micro-batch 128", { microBatch: 128 });
  if (raised) found.push(raised);
  const closing = closed(choice.now, choice.afterClosing);
  if (closing) found.push(closing);
  return found;
}

/**
 * Largest context per user that fits with the choice's other settings: the trained length, or the most steps of 256 below it;
 * undefined when none fits.
 */
export function longestContext(request: FitRequest, choice: Choice): number | undefined {
  const { contextLength } = request.geometry;
  const fitting = (context: number) =>
    good(weigh(request, { ...choice.settings, context: context * choice.users }).now.verdict);
  if (fitting(contextLength)) return contextLength;
  const steps = largestThat(Math.floor((contextLength - 1) / 256), (count) => fitting(count * 256));
  return steps > 0 ? steps * 256 : undefined;
}

function closed(now: Verdict, afterClosing: Verdict): Alternative | undefined {
  const savedBytes = afterClosing.marginBytes - now.marginBytes;
  if (savedBytes <= 0) return undefined;
  return {
    change: `close the programs that hold ${formatBytes(savedBytes)}`,
    flags: "",
    verdict: afterClosing.verdict,
    marginBytes: afterClosing.marginBytes,
    savedBytes,
  };
}
