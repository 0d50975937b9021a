import type { BlockIndexer, Classifier, ExpertFeedForward, Indexer, Pooling } from "../geometry.ts";
import type { Source } from "./sources.ts";

/** Dimensions of a model as a configuration says them. Lengths are elements; counts are counts. Absent: none, or not known. */
export interface Dimensions {
  readonly name?: string;
  /** GGUF `general.architecture`; absent where llama.cpp has none for it */
  readonly architecture?: string;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly keyLength: number;
  readonly valueLength: number;
  /** of dense layers; two values: of layers with caches of their own and of those without */
  readonly feedForward?: number | readonly number[];
  /** of layers that differ: lengths and how many layers in a row have each */
  readonly feedForwards?: readonly (readonly [length: number, layers: number])[];
  /** layers that are not in `full` mix no tokens at all */
  readonly attentionFree?: true;
  readonly vocabulary: number;
  /** the output matrix is the embedding */
  readonly tied?: true;
  readonly context: number;
  /** layers that see everything (of hybrids: that have attention); absent: all */
  readonly full?: readonly number[];
  /** so many see everything, and which is not known: they are placed evenly, the last of each group */
  readonly unplaced?: number;
  /** of the layers that are not in `full`, with what differs from the others */
  readonly window?: Window;
  /** last layers that read an earlier one's cache */
  readonly sharedCaches?: number;
  readonly mla?: LatentLengths;
  /** of layers with experts */
  readonly blocks?: BlockIndexer;
  readonly experts?: Experts;
  readonly linear?: Linear;
  /** a letter a layer: M state space, * attention, - feed-forward, E experts */
  readonly pattern?: string;
  /** width of per-layer input embeddings */
  readonly perLayerEmbedding?: number;
  readonly mtpLayers?: number;
  /** four positions a token although the architecture has one */
  readonly fourPositions?: true;
  /** residual streams beside one another, where there are several */
  readonly residualStreams?: number;
  /** every so many layers one's input is kept for later ones */
  readonly residualBlock?: number;
  /** queries are multiplied by a factor for every position */
  readonly queryTemperature?: true;
  readonly pooling?: Pooling;
  /** tokens see those behind them although the architecture has a cache */
  readonly bidirectional?: true;
  readonly tokenTypes?: number;
  readonly classifier?: Classifier;
  /** something that a geometry cannot say */
  readonly beyond?: string;
  readonly vision?: Vision;
}

/**
 * One model: its dimensions as its publisher's configuration says them, what it is called, and under which terms it is
 * published. Models of the same dimensions share a row. Lengths are elements; counts are counts. Absent: none, or not known.
 */
export interface CatalogModel extends Dimensions {
  /** the publisher's repository on Hugging Face */
  readonly id: string;
  readonly name: string;
  readonly family: string;
  /** repositories of other models with the same dimensions */
  readonly aliases?: readonly string[];
  /** context of aliases where it is not the row's */
  readonly contexts?: Readonly<Record<string, number>>;
  /** tag in Ollama's library that was seen, and one that follows its habit but was not */
  readonly ollama?: string;
  readonly ollamaGuess?: string;
  readonly released: string;
  /** as the publisher names it; what it means stands in `licenses.ts` */
  readonly license?: string;
  /** terms must be accepted before a download */
  readonly gated?: boolean;
  /** what it takes besides text: "text+image"; absent: text alone */
  readonly modality?: string;
  /** trained before scaling, where less */
  readonly nativeContext?: number;
  readonly parameters: Parameters;
  /** of `parameters.text`: embedding and output, attention, linear, dense, experts, shared experts, all else */
  readonly parts: readonly number[];
  /** published sizes in GB by file type */
  readonly files?: Readonly<Record<string, number>>;
  readonly confidence: "high" | "medium" | "low";
  /** where the dimensions are from: a published configuration, derived from totals and defaults, recalled */
  readonly basis: "config" | "derived" | "recalled";
  /** what was recalled without a source: check before showing it as a fact */
  readonly recalled?: readonly ("gated" | "geometry" | "license" | "released")[];
  /** 1 asked for most, 2 useful, 3 old, 4 for data centres */
  readonly priority: 1 | 2 | 3 | 4;
  readonly sources: readonly Source[];
}

interface Window {
  readonly length: number;
  /** for architectures that the engine does not know; else the engine's own decides, and whether it has windows at all */
  readonly span?: "sliding" | "chunked";
  readonly heads?: number;
  readonly kvHeads?: number;
  readonly keyLength?: number;
  readonly valueLength?: number;
}

interface LatentLengths {
  readonly query?: number;
  readonly latent: number;
  /** of a key, without and with rotary encoding */
  readonly plain: number;
  readonly rope: number;
  readonly value: number;
  /** in so many layers */
  readonly indexer?: Indexer & { readonly layers: number };
}

interface Experts {
  readonly count: number;
  readonly used: number;
  readonly length: number;
  /** all shared experts together */
  readonly shared?: number;
  /** experts work on a narrower stream of this width */
  readonly latent?: number;
  /** layers without experts: the first so many, or these */
  readonly dense?: number | readonly number[];
  readonly gated?: false;
  /** how they are chosen, where the configuration says it and a file would carry it */
  readonly gating?: ExpertFeedForward["gating"];
  readonly normalized?: boolean;
  readonly scaled?: true;
  readonly expertGroups?: number;
  readonly expertGroupsUsed?: number;
}

interface Linear {
  readonly kind: "mamba" | "mamba2" | "gated-delta-net" | "kda" | "lightning" | "convolution";
  readonly kernel?: number;
  readonly inner?: number;
  readonly state?: number;
  readonly groups?: number;
  /** value heads; of `mamba` the rank of the time step */
  readonly heads?: number;
  /** beside attention in the same layer */
  readonly parallel?: true;
}

interface Vision {
  readonly layers: number;
  readonly width: number;
  readonly feedForward?: number;
  readonly patch?: number;
  readonly image?: number;
  readonly deepstack?: number;
}

/** Numbers of weights. */
interface Parameters {
  /** of the language model, from its dimensions; `active`: without experts that are not chosen and without look-up tables */
  readonly text: number;
  readonly active?: number;
  readonly mtp?: number;
  readonly vision?: number;
  readonly audio?: number;
  /** what the publisher says, rounded as it does */
  readonly stated?: number;
  readonly activeStated?: number;
  /** total of the published files, or else the publisher's */
  readonly listed?: number;
}
