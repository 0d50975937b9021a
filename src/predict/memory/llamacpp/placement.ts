import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";

/** Where the engine puts each layer: "host" or a device's index. The output matrix counts as one more layer, the last. */
export interface Placement {
  readonly layers: readonly ("host" | number)[];
  readonly output: "host" | number;
  /** every layer and the output are on devices */
  readonly complete: boolean;
}

/**
 * Layers over devices (llama-model.cpp, `load_tensors`): the last ones go to devices, in order of the devices' shares. The
 * engine computes the shares in single precision, and so does this. The output goes before all layers, or (`outputFirst` false) when
 * they have all gone.
 */
export function placeLayers(
  layerCount: number,
  settings: LlamaCppSettings,
  deviceShares: readonly number[],
  outputFirst = true,
): Placement {
  const asked = settings.gpuLayers === "all" ? layerCount + 1 : settings.gpuLayers;
  const first = Math.max(layerCount + (outputFirst ? 1 : 0) - asked, 0);
  const count = deviceShares.length === 0 ? 0 : Math.min(asked, layerCount + 1);
  // shares that are all zero are none (-ts 0,0)
  const told = settings.tensorSplit?.slice(0, deviceShares.length).some((share) => share !== 0) === true;
  const ends = shareEnds(told ? settings.tensorSplit : deviceShares, deviceShares.length);
  const place = (layer: number): "host" | number => {
    if (layer < first || layer - first >= count) return "host";
    const position = Math.fround(Math.fround(layer - first) / count);
    const device = ends.findIndex((end) => position < end);
    return device < 0 ? ends.length - 1 : device;
  };
  return {
    layers: Array.from({ length: layerCount }, (_, layer) => place(layer)),
    output: place(layerCount),
    complete: asked > layerCount,
  };
}

function shareEnds(shares: readonly number[], devices: number): number[] {
  const given = Array.from({ length: devices }, (_, device) => shares[device] ?? 0);
  const used = given.every((share) => share === 0) ? given.map(() => 1) : given;
  let sum = 0;
  const ends = used.map((share) => (sum = Math.fround(sum + Math.fround(share))));
  return ends.map((end) => Math.fround(end / sum));
}
