import type { Geometry } from "../../../facts/model/index.ts";
import type { Tensor } from "../../../facts/weights/index.ts";
import type { ModelFacts } from "../../answer/index.ts";
import type { WeightsPlace } from "../../command/index.ts";

/** A model as a question needs it: its header read, or its sizes computed. */
export interface Weights {
  /** absent where the file is not on this machine */
  readonly path?: string;
  /** how a person names it on the command line */
  readonly argument: string;
  readonly facts: ModelFacts;
  /** where a server fetches them from by itself; absent: from a file */
  readonly served?: WeightsPlace;
  readonly geometry: Geometry;
  readonly tensors: readonly Tensor[];
  /** where nobody named a file type: the same model in another one, with the reason for it */
  readonly inFileType?: (fileType: string, because: string) => Weights;
  /** what was taken for granted on the way */
  readonly assumptions?: readonly string[];
}

/** Weights that can be loaded. */
export interface WeightsHere extends Weights {
  readonly path: string;
}
