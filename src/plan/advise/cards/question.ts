import type { CatalogRow, Host, Rig, RigByHand, RigWords } from "../../../facts/hardware/index.ts";
import type { Geometry } from "../../../facts/model/index.ts";
import type { LlamaCppBuild, LlamaCppCaller } from "../../../facts/runtime/index.ts";
import type { Tensor } from "../../../facts/weights/index.ts";
import type { Goal, Wishes } from "../../fit/index.ts";

/** Which card for one model: the same weights, context and users on every device of the catalog. */
export interface CardsQuestion {
  readonly goal: Goal;
  readonly wishes: Pick<Wishes, "context" | "users" | "microBatch" | "cacheType">;
  readonly geometry: Geometry;
  readonly tensors: readonly Tensor[];
  readonly build: LlamaCppBuild;
  readonly caller: LlamaCppCaller;
  /** devices that are looked at */
  readonly devices: readonly CatalogRow[];
  /** makes a rig of a device's name and what is beside it */
  readonly rigByHand: (words: RigWords) => RigByHand;
  /** RAM beside the cards, as typed; chips that share it have their own */
  readonly ram?: string;
  readonly limits: CardLimits;
}

/** What the machine around a card allows. Absent = not said: then nothing is refused for it. */
export interface CardLimits {
  readonly supply?: PowerSupply;
  readonly lengthMm?: number;
  /** slots there is room for, all cards together */
  readonly slots?: number;
  readonly budget?: number;
  /** by {@link priceKey} */
  readonly prices?: ReadonlyMap<string, Price>;
  /** only devices that run under it */
  readonly system?: Host["os"];
  /** a chassis that blows air through cards without fans */
  readonly server?: boolean;
}

export interface PowerSupply {
  readonly watts: number;
  /** 3: built for short peaks of cards (ATX 3.0, 3.1); 2: older; absent: not said */
  readonly atx?: 2 | 3;
}

/** What somebody pays for a device now, in the currency of their file. */
export interface Price {
  readonly amount: number;
  readonly currency?: string;
  /** where or when, as the file says */
  readonly note?: string;
}

/** A device of the catalog in a size it is sold in, one or two of it, as a rig. */
export interface Candidate {
  readonly row: CatalogRow;
  /** of one, as labelled */
  readonly sizeBytes: number;
  readonly count: 1 | 2;
  readonly rig: Rig;
}

/** A device in one size: a chip with more memory is sold for more. */
export function priceKey({
  row,
  sizeBytes,
}: Pick<Candidate, "sizeBytes"> & { readonly row: Pick<CatalogRow, "id"> }): string {
  return `${row.id}:${sizeBytes / 2 ** 30}GB`;
}
