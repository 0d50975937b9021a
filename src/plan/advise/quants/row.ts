import type { PublishedCheckpoint } from "../../../facts/recipe/index.ts";
import type { QualityRow } from "../../../facts/quality/index.ts";
import type { RuntimeId } from "../../../facts/runtime/index.ts";
import type { Pace } from "../../../predict/speed/index.ts";
import type { VerdictWord } from "../../fit/index.ts";

/** A program that has a kernel for a scheme on every chip of the rig, and which. */
export interface QuantRuntime {
  readonly runtime: RuntimeId;
  readonly title: string;
  /** versions the kernel was read or seen in */
  readonly versions: string;
  readonly kernel: string;
  /** the worst over the chips and over the types a file mixes */
  readonly grade: "native" | "unpacked" | "slow";
  readonly computes: string;
  readonly notes: readonly string[];
  readonly source: string;
  readonly date: string;
  readonly retired?: string;
}

/** What is published of the loss; figures are only ever set beside others of the same study. */
export interface QuantQuality {
  /** whose figures they are */
  readonly of: "this model" | "its family" | "several models" | "not known";
  readonly study?: string;
  /** the figures, anybody's mix first */
  readonly figures: readonly QualityRow[];
  /** perplexity against the study's unquantized model, as a share of it */
  readonly perplexityRise?: number;
  /** said of the scheme over several models */
  readonly says?: string;
  readonly source?: string;
  readonly date?: string;
}

/** Memory of a scheme on the rig. */
export type QuantMemory =
  | {
      readonly kind: "predicted";
      readonly verdict: VerdictWord;
      readonly marginBytes: number;
      /** of one user, tokens */
      readonly context: number;
      readonly users: number;
      /** layers on the devices that its speed is of */
      readonly gpuLayers: number | "all";
      /** where it does not fit whole and was tried: what it comes to with layers on the CPU */
      readonly offloaded?: VerdictWord;
    }
  | {
      readonly kind: "weights alone";
      readonly verdict: "weights fit" | "weights do not fit";
      /** what the weights leave for cache and everything else */
      readonly leftBytes: number;
      /** of 16-bit cache that would go there with nothing else in memory, tokens; absent where the cache is windows and states alone */
      readonly mostCacheTokens?: number;
    };

/** A scheme of a model on a rig. */
export interface QuantRow {
  readonly scheme: string;
  readonly title: string;
  readonly kind: "gguf" | "server" | "mlx" | "exl";
  /** one that publishers offer for nearly every model */
  readonly usual: boolean;
  /** of the weights, without headers: by the engine's recipe, or by the definition of the format */
  readonly bytes: number;
  readonly bitsPerWeight: number;
  /** what stays in 16 bit or more, by part, most bytes first */
  readonly left: readonly { readonly part: string; readonly bytes: number }[];
  /** where it comes from */
  readonly madeWith: string;
  readonly published?: PublishedCheckpoint;
  readonly runtimes: readonly QuantRuntime[];
  readonly memory?: QuantMemory;
  /** of one user alone with an empty context */
  readonly decode?: Pace;
  readonly prefill?: Pace;
  /** why no pace is given, where none is */
  readonly paceUnknown?: string;
  readonly quality: QuantQuality;
  /** ids of the warnings that apply */
  readonly warnings: readonly string[];
}

/** A scheme that exists and is not offered here. */
export interface QuantNotHere {
  readonly scheme: string;
  readonly title: string;
  readonly why: string;
}
