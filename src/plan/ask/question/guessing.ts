import type { Device } from "../../../facts/hardware/index.ts";
import { appendedBlock, type Guessing } from "../../fit/index.ts";
import { layerPlaces, type LlamaCppQuestion } from "../../../predict/memory/index.ts";
import type { Drafting } from "./drafting.ts";
import type { Weights } from "../model/index.ts";

/** What drafts, as the memory of a server has it. */
export function draftMemory({ by, weights, draftTokens }: Drafting): Pick<LlamaCppQuestion, "draft" | "draftTokens"> {
  if (by === "ngram") return { draftTokens };
  return { draftTokens, draft: weights ? { model: weights } : {} };
}

/** The same as a plan has it: who guesses how much, and what a guess reads. */
export function guessingOf(
  { by, weights, draftTokens, tokensBecause, acceptance }: Drafting,
  { geometry, tensors }: Pick<Weights, "geometry" | "tensors">,
  devices: readonly Device[],
): Guessing {
  const asked = { by, draftTokens, tokensBecause, ...(acceptance === undefined ? {} : { acceptance }) };
  if (by === "ngram") return { ...asked, name: "a look-up in the text so far" };
  if (by === "mtp") {
    const first = geometry.layers.findIndex(({ kind }) => kind === "mtp");
    return {
      ...asked,
      name: "the block appended to the model",
      draft: {
        ...appendedBlock(geometry, tensors),
        placement: (settings) => layerPlaces(geometry, settings, devices).slice(first),
      },
    };
  }
  const { facts, geometry: own, tensors: ownTensors } = weights!;
  return {
    ...asked,
    name: `${facts.name} ${facts.quantization}`,
    draft: {
      geometry: own,
      tensors: ownTensors,
      placement: ({ expertLayersOnHost: _experts, denseLayersOnHost: _dense, tensorOverrides: _told, ...shared }) =>
        layerPlaces(own, { ...shared, gpuLayers: "all" }, devices),
    },
  };
}
