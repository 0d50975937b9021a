import type { Device } from "../../facts/hardware/index.ts";
import { formatNumber, formatRate } from "../../facts/units/index.ts";
import { tensorType } from "../../facts/weights/index.ts";
import type { Estimate } from "../../predict/estimate/index.ts";
import type { FitAnswer } from "./fit-numbers.ts";

/** Where the constants of an answer's arithmetic are from, as far as no line of it says so. */
export function fitConstants({ memory, rig, speed }: Pick<FitAnswer, "memory" | "rig" | "speed">): string[] {
  const types = memory ? [...new Set(typesIn(memory))] : [];
  const devices = new Map(rig.devices.map((device) => [device.name, device]));
  return [
    ...types.flatMap(typeText),
    ...[...devices.values()].flatMap(deviceText),
    ...((speed.decode ?? speed.documents)
      ? ["bands of paces are how far such devices lay off the predictions of fits that had not seen them"]
      : []),
  ];
}

/** Types named in the formulas of a tree: "[Q8_0]". */
function typesIn({ formula = "", parts = [] }: Estimate): string[] {
  const own = [...formula.matchAll(/\[([A-Z]+\d\w*)\]/g)].map(([, name]) => name!);
  return [...own, ...parts.flatMap(typesIn)];
}

function typeText(name: string): string[] {
  const type = tensorType(name);
  if (!type || type.blockLength === 1) return [];
  const { blockLength, blockBytes, block } = type;
  return [`${name}: ${blockBytes} B for ${blockLength} weights, ${block} (the block structs of ggml-common.h)`];
}

function deviceText({ name, bandwidthBytesPerSec, flopsPerSec, catalogId, totalBasis }: Device): string[] {
  const figures = [
    ...(bandwidthBytesPerSec === undefined ? [] : [`${formatRate(bandwidthBytesPerSec)} of memory`]),
    ...(flopsPerSec === undefined ? [] : [`${formatNumber(flopsPerSec / 1e12)} TFLOP/s of 16-bit matrices`]),
    ...(totalBasis === undefined ? [] : [`size ${totalBasis}`]),
  ];
  if (figures.length === 0) return [];
  const where = catalogId === undefined ? "" : `; each figure's source: loadout gpus ${catalogId}`;
  return [`${name}: ${figures.join(", ")}${where}`];
}
