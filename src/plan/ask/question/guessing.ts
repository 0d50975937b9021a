import type { Device } from "../../../facts/hardware/index.ts";
import type { ToldPlaces } from "../../../facts/runtime/index.ts";
import { appendedBlock, type Guessing } from "../../fit/index.ts";
import { layerPlaces, type LlamaCppQuestion } from "../../../predict/memory/index.ts";
import type { Drafting } from "./drafting.ts";
import type { Weights } from "../model/index.ts";

function cacheTypes({ cacheTypeK = "f16", cacheTypeV = "f16" }: ToldPlaces = {}) {
  return { cacheTypeK, cacheTypeV };
}

/** Tensors of a draft head, and those that it reads of the model it is for. */
export function withLent(own: Weights["tensors"], lender: Weights["tensors"]): Weights["tensors"] {
  const missing = ["token_embd.weight", "output.weight"].filter((name) => !own.some((each) => each.name === name));
  return missing.length === 0 ? own : [...own, ...lender.filter(({ name }) => missing.includes(name))];
}

/** What drafts, as the memory of a server has it. */
export function draftMemory({
  by,
  weights,
  draftTokens,
  lookUp,
  placed,
}: Drafting): Pick<LlamaCppQuestion, "draft" | "draftTokens" | "lookUp"> {
  if (by === "ngram") return { draftTokens, lookUp: lookUp ?? "ngram-simple" };
  return { draftTokens, draft: { ...(weights ? { model: weights } : {}), ...placed } };
}

/** The same as a plan has it: who guesses how much, and what a guess reads. */
export function guessingOf(
  { by, weights, lookUp, placed, draftTokens, tokensBecause, acceptance }: Drafting,
  { geometry, tensors }: Pick<Weights, "geometry" | "tensors">,
  devices: readonly Device[],
): Guessing {
  const asked = {
    by,
    draftTokens,
    tokensBecause,
    ...(placed ? { placed } : {}),
    ...(acceptance === undefined ? {} : { acceptance }),
  };
  if (by === "ngram") return { ...asked, ...(lookUp ? { lookUp } : {}), name: "a look-up in the text so far" };
  if (by === "mtp") {
    const first = geometry.layers.findIndex(({ kind }) => kind === "mtp");
    return {
      ...asked,
      name: "the block appended to the model",
      draft: {
        ...appendedBlock(geometry, tensors),
        ...cacheTypes(placed),
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
      tensors: by === "eagle3" ? withLent(ownTensors, tensors) : ownTensors,
      ...cacheTypes(placed),
      placement: ({ expertLayersOnHost: _experts, denseLayersOnHost: _dense, tensorOverrides: _told, ...shared }) =>
        layerPlaces(own, { ...shared, gpuLayers: "all", ...placed }, devices),
    },
  };
}
