import type { Geometry } from "../../facts/model/index.ts";
import { decodePace } from "../../predict/speed/index.ts";
import { hasExperts } from "./offload-ladder.ts";
import type { OffloadQuestion } from "./offload-question.ts";
import type { Rung } from "./offload-rung.ts";
import { weighedInput } from "./offload-use.ts";

/** A case where "fine for batch, painful for chat" is wrong, with its numbers. */
export interface OffloadException {
  readonly case: "few active experts" | "shared memory" | "fast RAM";
  /** tokens per second of a chat as it is, and as the rule of thumb has it */
  readonly decodePerSec?: number;
  readonly otherwisePerSec?: number;
  /** what a token reads in RAM, and what of the model lies there */
  readonly readBytes?: number;
  readonly storedBytes?: number;
}

export function exceptions(
  question: OffloadQuestion,
  rungs: readonly Rung[],
  best: Rung | undefined,
): OffloadException[] {
  const { rig, geometry } = question.request;
  const list: OffloadException[] = [];
  const inRam = best && best.kind !== "whole" ? best : rungs.find(({ kind }) => kind === "experts");
  const host = inRam?.chat.traffic.places.find(({ where }) => where === "host");
  const decode = inRam?.chat.decode?.tokensPerSec;
  if (hasExperts(geometry) && inRam && host && decode !== undefined) {
    const otherwise = decodeReadingAll(question, inRam);
    list.push({
      case: "few active experts",
      decodePerSec: decode,
      ...(otherwise === undefined ? {} : { otherwisePerSec: otherwise }),
      readBytes: host.weightBytesPerToken,
      storedBytes: host.storedBytes,
    });
  }
  if (rig.devices.some(({ memoryKind, node }) => memoryKind === "unified" && node === undefined))
    list.push({ case: "shared memory" });
  const slowest = Math.min(...rig.devices.map(({ bandwidthBytesPerSec = Infinity }) => bandwidthBytesPerSec));
  const { bandwidthBytesPerSec: ram = 0 } = rig.host;
  // reading RAM at half the card's speed or more, layers there cost at most twice
  if (rig.devices.length > 0 && ram * 2 >= slowest && !list.some((each) => each.case === "shared memory"))
    list.push({ case: "fast RAM", ...(decode === undefined ? {} : { decodePerSec: decode }) });
  return list;
}

/** The same rung were every expert read for every token, as a dense model of that size would be. */
function decodeReadingAll(question: OffloadQuestion, { chat }: Rung): number | undefined {
  const { input } = weighedInput(question.request, chat.settings);
  return decodePace({ ...input, geometry: allActive(input.geometry) }, question.promptTokens)?.tokensPerSec;
}

function allActive(geometry: Geometry): Geometry {
  return {
    ...geometry,
    layers: geometry.layers.map((layer) =>
      layer.feedForward.kind === "experts"
        ? { ...layer, feedForward: { ...layer.feedForward, expertsUsed: layer.feedForward.experts } }
        : layer,
    ),
  };
}
