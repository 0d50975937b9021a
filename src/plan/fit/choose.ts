import type { Host } from "../../facts/hardware/index.ts";
import { embedsTexts, readsWhole } from "../../facts/model/index.ts";
import type { CacheType, LlamaCppSettings } from "../../facts/runtime/index.ts";
import { formatTokens } from "../../facts/units/index.ts";
import { asTold } from "./as-told.ts";
import { contextsWanted } from "./contexts-wanted.ts";
import type { Decision } from "./decision.ts";
import { forTexts } from "./for-texts.ts";
import { GOALS } from "./goals.ts";
import type { FitRequest } from "./request.ts";
import { refine } from "./refine.ts";
import { spill, type Part } from "./spill.ts";
import { good, ORDER, type VerdictWord } from "./verdict.ts";
import { weigh, type Weighed } from "./weigh.ts";
import { weighForWord } from "./weigh-search.ts";

export interface Choice extends Weighed {
  readonly decisions: readonly Decision[];
  readonly users: number;
  /** context of one user, tokens */
  readonly context: number;
  readonly threads: number;
}

/**
 * Settings for the goal. What was asked for stays. The rest gives way in the order that costs the goal least: context down to
 * its least length, then layers or experts from the device to the CPU. The cache type is never lowered silently: that changes answers.
 * `weighLast`: how the chosen is weighed; absent: replayed whole, as it is to be shown.
 */
export function choose(request: FitRequest, weighLast: typeof weigh = weigh): Choice {
  const { wishes, geometry, rig } = request;
  const goal = GOALS[request.goal];
  const startUsers = wishes.users ?? goal.users;
  const microBatch = wishes.microBatch ?? goal.microBatch;
  const cacheType = wishes.cacheType ?? goal.cacheType;
  const { wanted, least } = contextsWanted(request.goal, wishes, geometry);
  const every = geometry.layers.length + 1;

  const threads = wishes.threads ?? request.measuredThreads ?? coresToUse(rig.host.cpu);
  if (wishes.settings) return asTold(request, wishes.settings, threads);
  const wished = expertLayersWished(request);
  const settingsAt = (context: number, part: Part) =>
    forTexts(
      geometry,
      settingsFor({ context, users: startUsers, microBatch, cacheType, ...wished, ...part }),
      wishes.microBatch,
    );
  const texts = embedsTexts(geometry);
  const contexts = shorter(wanted, least);
  const onDevices = rig.devices.length > 0;
  const whole: Part = { gpuLayers: !onDevices ? 0 : (wishes.gpuLayers ?? "all") };

  let best: { readonly weighed: Weighed; readonly context: number; readonly part: Part } | undefined;
  for (const context of contexts) {
    const weighed = weighForWord(request, settingsAt(context, whole));
    if (!best || better(weighed.now.verdict, best.weighed.now.verdict)) best = { weighed, context, part: whole };
    if (good(weighed.now.verdict)) break;
  }
  if (onDevices && wishes.gpuLayers === undefined && !good(best!.weighed.now.verdict)) {
    const spilled = spill(request, settingsAt, contexts, threads);
    if (spilled !== undefined)
      best = { weighed: weighForWord(request, spilled.settings), context: spilled.context, part: spilled };
  }
  const { context, part } = best!;
  const { gpuLayers, expertLayersOnHost = wished.expertLayersOnHost } = part;
  const { weighed: refined, users, because } = refine(request, best!.weighed, startUsers, threads, weighLast);
  const weighed = refined === best!.weighed ? weighLast(request, refined.settings) : refined;
  return { ...weighed, users, context, threads, decisions: decisions() };

  function decisions(): Decision[] {
    const asked = (value: unknown) => (value === undefined ? {} : { asked: true });
    const list: Decision[] = [
      {
        setting: "users",
        value: users,
        because:
          wishes.users !== undefined
            ? "asked for"
            : texts
              ? "texts that may be read at the same time"
              : (because.users ?? goal.because.users),
        ...asked(wishes.users),
      },
      {
        setting: "context",
        value: context,
        because:
          wishes.context !== undefined
            ? "asked for"
            : context < wanted
              ? good(weighed.now.verdict)
                ? `${formatTokens(wanted)} does not fit; this is the longest step that does`
                : `${formatTokens(wanted)} is worse off; this is the longest step that ${weighed.now.verdict}`
              : wanted < Math.max(goal.context, wishes.room ?? 0)
                ? `the model was trained for ${formatTokens(geometry.contextLength)}`
                : wanted > goal.context
                  ? "room for the prompt that was named and its answer"
                  : texts
                    ? "the longest text it can be given"
                    : goal.because.context,
        ...asked(wishes.context),
      },
      {
        setting: "micro-batch",
        value: weighed.settings.microBatch,
        because:
          wishes.microBatch !== undefined
            ? "asked for"
            : readsWhole(geometry)
              ? "a text is read in one step, so a step holds the longest"
              : (because.microBatch ?? goal.because.microBatch),
        ...asked(wishes.microBatch),
      },
      ...(geometry.cacheless
        ? []
        : [
            {
              setting: "kv type",
              value: cacheType,
              because: wishes.cacheType === undefined ? goal.because.cacheType : "asked for",
              ...asked(wishes.cacheType),
            },
          ]),
      {
        setting: "layers on device",
        value: onDevices ? (gpuLayers === "all" ? every : gpuLayers) : 0,
        because: !onDevices
          ? (wishes.gpuLayers ?? 0) === 0
            ? "no GPU that an engine can use"
            : `${wishes.gpuLayers} asked for, but there is no GPU that an engine can use`
          : wishes.gpuLayers !== undefined
            ? "asked for"
            : !good(weighed.now.verdict)
              ? weighed.now.verdict === "runs from disk"
                ? "the most that fits on the device; what finds no room in RAM either is read from the disk"
                : "no number of layers on the device makes it fit"
              : expertLayersOnHost !== undefined && gpuLayers === "all"
                ? "all but the experts below: what every token reads is on the device"
                : gpuLayers === "all"
                  ? rig.devices.some(({ node }) => node !== undefined)
                    ? "the whole model fits: what crosses the network per token is one row a machine"
                    : "the whole model fits: nothing crosses the bus per token"
                  : `the most that fits; the other ${every - gpuLayers} stay on the CPU and set the pace`,
        ...(onDevices ? asked(wishes.gpuLayers) : {}),
      },
      ...(expertLayersOnHost === undefined
        ? []
        : [
            {
              setting: "expert layers on CPU",
              value: expertLayersOnHost,
              because:
                wished.expertLayersOnHost === undefined
                  ? `the fewest that make ${good(weighed.now.verdict) ? "it" : "the rest"} fit: of these layers the CPU reads only the experts a token uses`
                  : "asked for",
              ...asked(wished.expertLayersOnHost),
            },
          ]),
      {
        setting: "threads",
        value: threads,
        because:
          wishes.threads !== undefined
            ? "asked for"
            : request.measuredThreads !== undefined
              ? "measured here: more threads wait for each other when the cores are shared"
              : "one core is left to everything else, until a short measurement at the start says better",
        ...asked(wishes.threads),
      },
    ];
    return list;
  }
}

/** All cores this process may use but one; threads that wait for a busy core slow every other thread down. */
export function coresToUse({ physicalCores, usableCores = physicalCores }: Host["cpu"]): number {
  return Math.max(1, Math.floor(Math.min(physicalCores, usableCores)) - 1);
}

/** Engine settings of a choice: the cache holds a stream per user, flash attention is on wherever the engine has it. */
export function settingsFor(choice: {
  context: number;
  users: number;
  microBatch: number;
  cacheType: CacheType;
  gpuLayers: number | "all";
  expertLayersOnHost?: number;
}): LlamaCppSettings {
  return {
    context: choice.context * choice.users,
    sequences: choice.users,
    unifiedCache: false,
    batch: choice.microBatch,
    microBatch: choice.microBatch,
    flashAttention: true,
    cacheTypeK: choice.cacheType,
    cacheTypeV: choice.cacheType,
    gpuLayers: choice.gpuLayers,
    ...(choice.expertLayersOnHost === undefined ? {} : { expertLayersOnHost: choice.expertLayersOnHost }),
  };
}

/** Layers whose experts were asked to stay on the CPU, as a number. */
function expertLayersWished({ wishes, geometry }: FitRequest): { expertLayersOnHost?: number } {
  const { expertLayersOnHost: asked } = wishes;
  if (asked === undefined) return {};
  return { expertLayersOnHost: asked === "all" ? geometry.layers.length : asked };
}

/** From the wanted length down by halves to the least; the wanted one alone when it is already below. */
function shorter(wanted: number, least: number): number[] {
  const lengths = [wanted];
  for (let length = wanted / 2; length >= least; length /= 2) lengths.push(Math.floor(length));
  return lengths;
}

function better(one: VerdictWord, other: VerdictWord): boolean {
  return ORDER.indexOf(one) < ORDER.indexOf(other);
}
