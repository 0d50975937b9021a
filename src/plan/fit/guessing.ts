import type { Geometry } from "../../facts/model/index.ts";
import type { CacheType, LlamaCppSettings, LookUp, ToldPlaces } from "../../facts/runtime/index.ts";
import type { Tensor } from "../../facts/weights/index.ts";
import type { FitRequest } from "./request.ts";
import type { Guesser, Guesses, PaceInput } from "../../predict/speed/index.ts";

/** How a server guesses tokens ahead, as a person asked for it. */
export interface Guessing {
  readonly by: Guesser;
  /** where a look-up guesses, which */
  readonly lookUp?: LookUp;
  /** where what drafts lies, as a server is told */
  readonly placed?: ToldPlaces;
  /** who guesses, in words */
  readonly name: string;
  /** guessed in a row */
  readonly draftTokens: number;
  /** why so many */
  readonly tokensBecause: string;
  /** chance that a guess is right, given that those before it were, 0 to 1; absent: assumed */
  readonly acceptance?: number;
  /** what drafts them: a model of its own, or the appended block as one; absent: a look-up */
  readonly draft?: {
    readonly geometry: Geometry;
    readonly tensors: readonly Tensor[];
    readonly cacheTypeK: CacheType;
    readonly cacheTypeV: CacheType;
    /** place of each layer beside a model with these settings, the output layer last */
    readonly placement: (settings: LlamaCppSettings) => readonly (number | "host")[];
  };
  /** the same question without guesses: what a draft takes is room for others */
  readonly without?: () => FitRequest;
}

/** Guesses beside a model: a draft runs whole on its places, with a cache of its own. */
export function guessesOf(
  { draft, draftTokens }: Guessing,
  beside: PaceInput,
  settings: LlamaCppSettings,
  draftedShare: number | undefined,
): Guesses {
  const { fromDiskBytes: _disk, overrides: _overrides, cacheOnHost: _cache, ...shared } = beside;
  return {
    draftTokens,
    ...(draftedShare === undefined ? {} : { draftedShare }),
    ...(draft
      ? {
          draft: {
            ...shared,
            geometry: draft.geometry,
            tensors: draft.tensors,
            placement: draft.placement(settings),
            cacheTypeK: draft.cacheTypeK,
            cacheTypeV: draft.cacheTypeV,
          },
        }
      : {}),
  };
}

/** Tables of an appended block that a token reads one row of. */
const LOOK_UP = ".nextn.embed_tokens.";
const OWN_HEAD = ".nextn.shared_head_head.";

/** The block appended to a model as a model of its own: its layers, and the output matrix it shares unless it has one. */
export function appendedBlock(
  geometry: Geometry,
  tensors: readonly Tensor[],
): Pick<NonNullable<Guessing["draft"]>, "geometry" | "tensors"> {
  const first = geometry.layers.findIndex(({ kind }) => kind === "mtp");
  const ownHead = tensors.some(({ name }) => name.includes(OWN_HEAD));
  const layers = geometry.layers
    .filter(({ kind }) => kind === "mtp")
    .map((layer) => ({ ...layer, kind: "trunk" as const }));
  return {
    geometry: { ...geometry, layers },
    tensors: tensors.flatMap((tensor) => {
      const [, layer, rest = ""] = /^blk\.(\d+)(\..*)$/.exec(tensor.name) ?? [];
      if (layer === undefined) return ownHead && tensor.name.startsWith("output.") ? [] : [tensor];
      if (first < 0 || Number(layer) < first || rest.includes(LOOK_UP)) return [];
      return [{ ...tensor, name: `blk.${Number(layer) - first}${rest}` }];
    }),
  };
}
