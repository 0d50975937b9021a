import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import type { MemoryPrediction } from "../../predict/memory/index.ts";
import type { EncodeTime, PaceInput } from "../../predict/speed/index.ts";

/** Images and sound that each request brings, and what reads them. */
export interface Media {
  /** of a request, besides its text */
  readonly tokens: number;
  /** a prediction with the projector beside the model */
  readonly beside: (prediction: MemoryPrediction, settings: LlamaCppSettings) => MemoryPrediction;
  /** time until they are tokens; undefined where no pace is known */
  readonly encode: (input: PaceInput, settings: LlamaCppSettings) => EncodeTime | undefined;
  readonly facts: (settings: LlamaCppSettings) => MediaFacts;
  /** what tells a server */
  readonly args: readonly (readonly string[])[];
}

/** What each request brings besides text, as an answer says it. */
export interface MediaFacts {
  /** of all images and sound of a request, the marks around them included */
  readonly tokens: number;
  /** the tokens are at most so many: the kind of projector is not known */
  readonly bound?: true;
  readonly images?: {
    readonly count: number;
    readonly width: number;
    readonly height: number;
    /** of one image: what the projector makes of it, and the text tokens around and between its pieces */
    readonly embeddings: number;
    readonly marks: number;
    /** read one after the other: the whole and its tiles */
    readonly pieces: number;
  };
  readonly audio?: {
    readonly seconds: number;
    readonly embeddings: number;
    readonly marks: number;
    readonly pieces: number;
  };
  readonly projector: {
    readonly name: string;
    /** as its file names it: "qwen2.5vl_merger"; absent: not known */
    readonly kinds: readonly string[];
    readonly family?: string;
    /** where its dimensions are from */
    readonly source: string;
    /** device's index in the rig, or the host */
    readonly place: "host" | number;
  };
  readonly encodeMs?: {
    readonly value: number;
    readonly low: number;
    readonly high: number;
    readonly formula: string;
    readonly lowFormula: string;
    readonly highFormula: string;
  };
  readonly because: readonly string[];
}
