import type { Geometry } from "../../facts/model/index.ts";
import type { RungPlacement, RungPlan } from "./offload-rung.ts";

/**
 * From everything on the devices to nothing on them: the cache in RAM, experts of some layers, whole layers, all layers with the
 * device multiplying prompts, the processor alone. `experts` and `layers` are the counts in RAM that are looked at.
 */
export function ladder(geometry: Geometry, experts: readonly number[], layers: readonly number[]): RungPlan[] {
  const count = geometry.layers.length;
  return [
    { kind: "whole", name: "all on the GPU", flags: [], placement: { gpuLayers: "all" } },
    ...(hasCache(geometry) ? [cachePlan()] : []),
    ...experts.map((inRam) => expertsPlan(inRam, count)),
    ...layers.map((inRam) => layersPlan(inRam, count)),
    {
      kind: "prompts",
      name: "all in RAM, prompts by the GPU",
      flags: ["-ngl 0"],
      placement: { gpuLayers: 0 },
    },
    {
      kind: "host",
      name: "all in RAM, no GPU",
      flags: ["-dev none"],
      placement: { gpuLayers: 0, devices: [], opOffload: false },
    },
  ];
}

function cachePlan(): RungPlan {
  return {
    kind: "cache",
    name: "KV cache in RAM",
    flags: ["--no-kv-offload"],
    placement: { gpuLayers: "all", cacheOnHost: true },
  };
}

export function expertsPlan(inRam: number, count: number): RungPlan {
  return {
    kind: "experts",
    name: inRam >= count ? "experts of all layers in RAM" : `experts of ${inRam} of ${count} layers in RAM`,
    flags: [inRam >= count ? "-cmoe" : `-ncmoe ${inRam}`],
    placement: expertsInRam(inRam),
  };
}

export function expertsInRam(inRam: number): RungPlacement {
  return { gpuLayers: "all", expertLayersOnHost: inRam };
}

/** The output counts as one more layer; it leaves the device last. */
export function layersPlan(inRam: number, count: number): RungPlan {
  return {
    kind: "layers",
    name: `${inRam} of ${count} layers in RAM`,
    flags: [`-ngl ${count + 1 - inRam}`],
    placement: layersInRam(inRam, count),
  };
}

export function layersInRam(inRam: number, count: number): RungPlacement {
  return { gpuLayers: inRam === 0 ? "all" : count + 1 - inRam };
}

export function hasExperts({ layers }: Geometry): boolean {
  return layers.some(({ feedForward }) => feedForward.kind === "experts");
}

export function hasCache({ layers }: Geometry): boolean {
  return layers.some(({ mixer }) => mixer.kind === "attention" || mixer.kind === "mla" || mixer.kind === "parallel");
}
