import { embedsTexts, readsWhole } from "../../facts/model/index.ts";
import type { CacheType, LlamaCppSettings } from "../../facts/runtime/index.ts";
import { formatBytes, formatTokens } from "../../facts/units/index.ts";
import { decodePace } from "../../predict/speed/index.ts";
import { gained, isNearer } from "./brought-back.ts";
import { choose, settingsFor, type Choice } from "./choose.ts";
import { forTexts } from "./for-texts.ts";
import { GOALS } from "./goals.ts";
import { largestWithMargin } from "./largest.ts";
import { mostOnDevices } from "./most-on-devices.ts";
import { paceInput } from "./pace-input.ts";
import { raiseLimit } from "./raise-limit.ts";
import type { FitRequest } from "./request.ts";
import { fewestExpertLayers } from "./spill.ts";
import { good, ORDER, type Verdict, type VerdictWord } from "./verdict.ts";
import { weigh, type Weighed } from "./weigh.ts";
import { inMemory, searchMargin } from "./weigh-search.ts";

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
  /** tokens per second it would decode, of one user alone with an empty context; absent where a bandwidth is unknown */
  readonly decodePerSec?: number;
}

/**
 * What would make it fit, or fit better, the best verdict first: each line computed, those that change nothing left out. Where
 * all fits but layers had to stay on the CPU, what would bring them to the devices.
 */
export function alternatives(request: FitRequest, choice: Choice): Alternative[] {
  if (request.wishes.settings) return [];
  const raised = raiseLimit(request, choice);
  const partial = leftLayers(request, choice);
  const caches = smallerCaches(request, choice);
  if (choice.now.verdict === "fits" && !partial)
    return [...fastEnough(request, choice), ...caches, ...(raised ? [raised] : [])];
  const weights = otherWeights(request, choice);
  if (choice.now.verdict === "fits") return [...weights, ...caches, ...(raised ? [raised] : [])];
  const before = choice.memory?.value ?? 0;
  const found: Alternative[] = [];
  const base = {
    context: choice.context,
    users: choice.users,
    microBatch: choice.settings.microBatch,
    cacheType: choice.settings.cacheTypeK,
    gpuLayers: choice.settings.gpuLayers,
    ...expertLayers(choice.settings),
  };
  const settingsOf = (changed: typeof base) =>
    forTexts(
      request.geometry,
      settingsFor(changed),
      changed.microBatch === base.microBatch ? undefined : changed.microBatch,
    );
  const consider = (change: string, flags: string, other: Partial<typeof base>) => {
    const weighed = weigh(request, settingsOf({ ...base, ...other }));
    if (weighed.prediction.kind === "rejected") return;
    const savedBytes = before > 0 ? before - weighed.memory!.value : 0;
    if (before > 0 && savedBytes <= 0 && weighed.now.verdict === choice.now.verdict) return;
    const decode = decodeOf(request, weighed, choice);
    found.push({ change, flags, ...outcome(weighed), savedBytes, ...decode });
  };

  found.push(...weights, ...caches);
  for (const cacheType of request.geometry.cacheless ? [] : CACHE_TYPES) {
    // where something had to leave the devices, the room is for bringing it back
    if (cacheType !== base.cacheType && !leftParts(request, choice)) {
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
    const splitAt = (gpuLayers: number) => settingsOf({ ...base, gpuLayers });
    const most = request.geometry.layers.length + 1;
    const layers = mostOnDevices(request, { most, settingsOf: splitAt }, inMemory) ?? 0;
    if (layers !== base.gpuLayers)
      consider(`${layers} layers on the device instead of ${base.gpuLayers}`, `--gpu-layers ${layers}`, {
        gpuLayers: layers,
      });
  }
  if (choice.users > 1) consider("one user at a time", "--users 1", { users: 1 });
  if (choice.settings.microBatch > 128 && !readsWhole(request.geometry))
    consider("micro-batch 128: slower prompts", "--micro-batch 128", { microBatch: 128 });
  if (raised) found.push(raised);
  const closing = closed(choice.now, choice.afterClosing);
  if (closing) found.push(closing);
  return found.toSorted((one, other) => ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict));
}

/** Cache types that are worth a line. */
const CACHE_TYPES = ["q8_0", "q4_0"] as const satisfies CacheType[];

/** Where layers or experts had to leave the devices: the same question with a smaller cache, if that brings some of them back. */
function smallerCaches(request: FitRequest, choice: Choice): Alternative[] {
  if (!leftParts(request, choice) || request.geometry.cacheless) return [];
  const others = CACHE_TYPES.filter((cacheType) => cacheType !== choice.settings.cacheTypeK);
  return others.flatMap((cacheType) => {
    const after = choose({ ...request, wishes: { ...request.wishes, cacheType } });
    const worse = ORDER.indexOf(after.now.verdict) > ORDER.indexOf(choice.now.verdict);
    if (worse || !isNearer(after, choice)) return [];
    return [
      {
        change: `kv type ${cacheType} instead of ${choice.settings.cacheTypeK}: then ${gained(after, choice)}`,
        flags: `--kv-type ${cacheType}`,
        ...outcome(after),
        savedBytes: (choice.memory?.value ?? 0) - (after.memory?.value ?? 0),
        ...decodeOf(request, after, choice),
      },
    ];
  });
}

/** Layers, or layers' experts, that were left on the CPU without being asked to be there. */
function leftParts(request: FitRequest, choice: Choice): boolean {
  const { wishes } = request;
  const experts = choice.settings.expertLayersOnHost !== undefined && wishes.expertLayersOnHost === undefined;
  return leftLayers(request, choice) || (experts && wishes.gpuLayers === undefined && request.rig.devices.length > 0);
}

/** Layers that were left on the CPU without being asked to be there. */
function leftLayers({ rig, wishes }: FitRequest, { settings }: Choice): boolean {
  return rig.devices.length > 0 && wishes.gpuLayers === undefined && settings.gpuLayers !== "all";
}

/** The next smaller file type that fits, and experts on the CPU; all layers on the devices where none was asked to stay. */
function otherWeights(request: FitRequest, choice: Choice): Alternative[] {
  const settings: LlamaCppSettings = leftLayers(request, choice)
    ? { ...choice.settings, gpuLayers: "all" }
    : choice.settings;
  const before = choice.memory?.value ?? 0;
  const found: Alternative[] = [];
  const add = (asked: FitRequest, under: LlamaCppSettings, change: string, flags: string): boolean => {
    const weighed = weigh(asked, under);
    if (weighed.prediction.kind === "rejected" || !good(weighed.now.verdict)) return false;
    const savedBytes = before > 0 ? before - weighed.memory!.value : 0;
    found.push({ change, flags, ...outcome(weighed), savedBytes, ...decodeOf(asked, weighed, choice) });
    return true;
  };
  for (const { fileType, instead, request: smaller } of request.smaller ?? []) {
    if (add(smaller(), settings, `${fileType} instead of ${instead}`, `--quant ${fileType}`)) break;
  }
  const experts = expertsOnHost(request, settings);
  if (experts !== undefined) {
    const count = request.geometry.layers.length;
    const whose = experts === count ? "all layers" : experts === 1 ? "the first layer" : `the first ${experts} layers`;
    const under = { ...settings, expertLayersOnHost: experts };
    add(request, under, `experts of ${whose} on the CPU`, `--gpu-layers all --cpu-experts ${experts}`);
  }
  return found;
}

/** Where a person would wait for tokens: the largest smaller file type that does not make them wait. */
function fastEnough(request: FitRequest, choice: Choice): Alternative[] {
  const { targets } = GOALS[request.goal];
  const { decodePerSec } = decodeOf(request, choice, choice);
  if (targets === undefined || decodePerSec === undefined || decodePerSec >= targets.decodePerSec) return [];
  for (const { fileType, instead, request: smaller } of request.smaller ?? []) {
    const asked = smaller();
    const weighed = weigh(asked, choice.settings);
    const decode = decodeOf(asked, weighed, choice);
    if (weighed.now.verdict !== "fits" || (decode.decodePerSec ?? 0) < targets.decodePerSec) continue;
    const change = `${fileType} instead of ${instead}: then it is as fast as people read`;
    const savedBytes = (choice.memory?.value ?? 0) - (weighed.memory?.value ?? 0);
    return [{ change, flags: `--quant ${fileType}`, ...outcome(weighed), savedBytes, ...decode }];
  }
  return [];
}

/** Fewest layers whose experts must lie on the CPU for it to fit; undefined where that does not help or was decided. */
function expertsOnHost(request: FitRequest, settings: LlamaCppSettings): number | undefined {
  const { rig, wishes } = request;
  const decided = settings.expertLayersOnHost !== undefined || wishes.gpuLayers !== undefined;
  if (decided || rig.devices.length === 0) return undefined;
  return fewestExpertLayers(request, (expertLayersOnHost) => ({ ...settings, gpuLayers: "all", expertLayersOnHost }));
}

function expertLayers({ expertLayersOnHost: layers }: LlamaCppSettings): { expertLayersOnHost?: number } {
  return typeof layers === "number" ? { expertLayersOnHost: layers } : {};
}

function outcome({ now }: Weighed): Pick<Alternative, "verdict" | "marginBytes"> {
  return { verdict: now.verdict, marginBytes: now.marginBytes };
}

function decodeOf(request: FitRequest, weighed: Weighed, { threads }: Choice): { decodePerSec?: number } {
  if (embedsTexts(request.geometry)) return {};
  const decode = decodePace(paceInput(request, { ...weighed, threads }), 0);
  return decode === undefined ? {} : { decodePerSec: decode.tokensPerSec };
}

/**
 * Largest context per user that fits with the choice's other settings: the trained length, or the most steps of 256 below it;
 * undefined when none fits.
 */
export function longestContext(request: FitRequest, choice: Choice): number | undefined {
  const { contextLength } = request.geometry;
  const marginOf = (context: number) =>
    searchMargin(
      request,
      forTexts(request.geometry, { ...choice.settings, context: context * choice.users }, request.wishes.microBatch),
    );
  if (marginOf(contextLength) >= 0) return contextLength;
  const steps = largestWithMargin(Math.floor((contextLength - 1) / 256), (count) => marginOf(count * 256));
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
