import { good, mostOnDevices, type PlaceBalance, type Weighed } from "../fit/index.ts";
import { chatEnds, type ChatEnd } from "./offload-ends.ts";
import { exceptions, type OffloadException } from "./offload-exceptions.ts";
import { higherLimit, nextCards, nextQuantization, type CardCandidate, type Instead } from "./offload-instead.ts";
import { expertsInRam, hasExperts, ladder, layersInRam } from "./offload-ladder.ts";
import { batchSettings, chatSettings, type OffloadQuestion } from "./offload-question.ts";
import type { Rung, RungPlacement } from "./offload-rung.ts";
import { batchUse, chatUse } from "./offload-use.ts";

/** What leaving parts of a model in RAM costs a chat and a batch job, and what avoids it. */
export interface Offload {
  readonly rungs: readonly Rung[];
  /** the fastest of those that run, as a place in `rungs`; absent where none runs or no pace is known */
  readonly bestChat?: number;
  readonly bestBatch?: number;
  readonly ends: readonly ChatEnd[];
  readonly instead: readonly Instead[];
  readonly exceptions: readonly OffloadException[];
}

export function offload(question: OffloadQuestion, cards: readonly CardCandidate[] = []): Offload {
  const { geometry, rig } = question.request;
  const count = geometry.layers.length;
  const counts = rig.devices.length === 0 ? { experts: [], layers: [] } : countsInRam(question);
  const plans = ladder(geometry, counts.experts, counts.layers);
  // without a device there is nothing to choose
  const kept = rig.devices.length > 0 ? plans : plans.filter(({ kind }) => kind === "host");
  const rungs = kept.map((plan): Rung => {
    const { placement } = plan;
    return { ...plan, chat: chatUse(question, placement), batch: batchUse(question, placement) };
  });
  const bestChat = bestOf(
    rungs,
    ({ chat }) => chat,
    ({ chat }) => chat.decode?.tokensPerSec,
  );
  const bestBatch = bestOf(
    rungs,
    ({ batch }) => batch,
    ({ batch }) => batch.seconds && 1 / batch.seconds.value,
  );
  const whole = rungs.find(({ kind }) => kind === "whole");
  const avoided = whole !== undefined && good(whole.chat.now.verdict);
  const quantization = avoided || whole === undefined ? undefined : nextQuantization(question);
  const best = bestChat === undefined ? undefined : rungs[bestChat];
  const limit = higherLimit(question, rungs);
  return {
    rungs,
    ...(bestChat === undefined ? {} : { bestChat }),
    ...(bestBatch === undefined ? {} : { bestBatch }),
    ends: rig.devices.length === 0 || count === 0 ? [] : chatEnds(question),
    instead: [
      ...(limit ? [limit] : []),
      ...(quantization ? [quantization] : []),
      ...(avoided ? [] : nextCards(question, cards, deviceBytes(whole?.chat))),
    ],
    exceptions: exceptions(question, rungs, best),
  };
}

/** What a placement takes on devices; without one, all it takes. */
function deviceBytes(weighed: Weighed | undefined): number {
  const places = weighed?.now.places ?? [];
  return places.filter(({ place }) => place !== "host").reduce((sum, { need }) => sum + need, 0);
}

/** Counts in RAM worth a row: the fewest that a chat fits with, the fewest that a batch job does, then every quarter of all. */
function countsInRam(question: OffloadQuestion): { readonly experts: number[]; readonly layers: number[] } {
  const { geometry } = question.request;
  const count = geometry.layers.length;
  const quarters = [0.25, 0.5, 0.75].map((part) => Math.round(part * count));
  const layers = fewest(question, count, (inRam) => layersInRam(inRam, count));
  const experts = hasExperts(geometry) ? fewest(question, count, expertsInRam) : undefined;
  const counted = (least: readonly number[], more: readonly number[]) =>
    [...new Set([...least, ...more.filter((each) => each > Math.max(0, ...least))])]
      .filter((each) => each > 0)
      .toSorted((a, b) => a - b);
  return {
    layers: counted(layers, quarters),
    experts: experts === undefined ? [] : counted(experts, [...quarters, count]),
  };
}

function fewest(question: OffloadQuestion, count: number, placed: (inRam: number) => RungPlacement): number[] {
  const { request } = question;
  return [chatSettings, batchSettings].flatMap((settingsOf) => {
    const shares = { most: count, settingsOf: (each: number) => settingsOf(question, placed(count - each)) };
    const onDevices = mostOnDevices(request, shares, roomOnDevices);
    return onDevices === undefined ? [] : [count - onDevices];
  });
}

/** What lies in RAM may be too much for it, which costs time but runs. */
function roomOnDevices({ place, margin }: PlaceBalance): number {
  return place === "host" ? Infinity : margin;
}

/** In memory goes before from the disk, then the higher pace; none where one that runs has no known pace. */
function bestOf(
  rungs: readonly Rung[],
  use: (rung: Rung) => Weighed,
  pace: (rung: Rung) => number | undefined,
): number | undefined {
  const unknown = rungs.some((rung) => use(rung).now.verdict !== "does not fit" && pace(rung) === undefined);
  if (unknown) return undefined;
  const worth = (rung: Rung): number => {
    const { verdict } = use(rung).now;
    if (verdict === "does not fit") return -1;
    return pace(rung) ?? -1;
  };
  const rank = rungs.map((rung, at) => ({ at, inMemory: good(use(rung).now.verdict), worth: worth(rung) }));
  const running = rank.filter((each) => each.worth > 0);
  const [best] = running.toSorted((a, b) => Number(b.inMemory) - Number(a.inMemory) || b.worth - a.worth);
  return best?.at;
}
