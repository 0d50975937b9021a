import { documentPace, type Pace } from "../../predict/speed/index.ts";
import { paceInput, type Choice, type FitRequest } from "../fit/index.ts";

interface Banded {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** How fast texts become vectors or scores, of a model that writes none. */
export interface DocumentFacts {
  /** vectors of documents, or scores of pairs of a query and a document */
  readonly what: "documents" | "pairs";
  /** of each, tokens */
  readonly tokens: number;
  readonly pooling: string;
  /** numbers of a vector, or of a score */
  readonly dimensions: number;
  /** one after the other, a second */
  readonly perSec: Banded;
  /** one alone, milliseconds */
  readonly eachMs: Banded;
  /** tokens a second */
  readonly reading: Pace;
  /** several in one step, where so many fit it and it is faster */
  readonly together?: { readonly perStep: number; readonly perSec: Banded };
}

/** Undefined where no pace is known. */
export function documentFacts(request: FitRequest, choice: Choice, tokens: number): DocumentFacts | undefined {
  const { geometry } = request;
  const input = { ...paceInput(request, choice), derive: true };
  const alone = documentPace(input, tokens);
  if (!alone) return undefined;
  const several = choice.users > 1 ? documentPace(input, tokens, choice.users) : undefined;
  const { value, low, high } = alone.perSec;
  return {
    what: geometry.pooling === "rank" ? "pairs" : "documents",
    tokens,
    pooling: choice.settings.pooling ?? geometry.pooling ?? "none",
    dimensions: geometry.pooling === "rank" ? (geometry.classifier?.labels ?? 1) : geometry.embeddingLength,
    perSec: alone.perSec,
    eachMs: { value: 1000 / value, low: 1000 / high, high: 1000 / low },
    reading: alone.reading,
    ...(several && several.perStep > 1 && several.perSec.value > value
      ? { together: { perStep: several.perStep, perSec: several.perSec } }
      : {}),
  };
}
