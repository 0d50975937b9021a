import type { EngineBuffer } from "../memory.ts";
import { layerCaches } from "./cache.ts";
import { contextSizes } from "./context.ts";
import { usedDevices } from "./devices.ts";
import { cacheLines, outputLine, stateLines } from "./lines.ts";
import { memoriesOf } from "./memories.ts";
import type { LlamaCppQuestion } from "./question.ts";
import { placementOf } from "./session.ts";
import { keepsSnapshots, layerStates } from "./state.ts";

/**
 * What a context holds between graphs: caches, recurrent states and the output buffer. They follow from the model's dimensions and
 * the settings, so they are known for architectures whose graph is not. Flash attention has to be decided: "auto" counts as on.
 */
export function storedBuffers(question: Omit<LlamaCppQuestion, "tensors">): EngineBuffer[] {
  const { geometry, settings, build, devices } = question;
  const used = usedDevices(devices, settings);
  const memories = memoriesOf(question, used);
  const placement = placementOf(geometry, settings, used, build.offloadsOutputFirst);
  const sizes = contextSizes(geometry, settings, question.caller, build, question.draftTokens);
  const flashAttention = settings.flashAttention !== false;
  const stateSnapshots = keepsSnapshots(geometry) ? (settings.stateSnapshots ?? 0) : 0;
  const decided = { ...settings, flashAttention, valuesTransposed: !flashAttention, stateSnapshots };
  const place = (layer: number) => {
    const where = placement.layers[layer]!;
    return where === "host" || settings.cacheOnHost === true ? memories.cpu : memories.devices[where]!;
  };
  const caches = layerCaches(geometry, decided, sizes, place, {
    part: "trunk",
    trunkOnly: build.cachesTrunkOnly,
    latentCaches: build.latentCaches,
  });
  const states = layerStates(geometry, decided, sizes, place);
  return [
    ...cacheLines({ caches, sizes }, "full"),
    ...cacheLines({ caches, sizes }, "window"),
    ...cacheLines({ caches, sizes }, "indexer"),
    ...stateLines({ states }),
    outputLine({ geometry, memories, sizes, placement, settings }),
  ].map(({ buffer }) => (buffer.place === "host" ? buffer : { ...buffer, place: used[buffer.place]!.rigIndex }));
}
