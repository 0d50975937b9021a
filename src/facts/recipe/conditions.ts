/** Where a tensor stands among those of its role, and in which model. */
export interface Place {
  /** layer, counted as the engine does: by the number in the name where there are experts, else one after the other */
  readonly layer: number;
  readonly layers: number;
  /** how many tensors of the role came before */
  readonly counted: number;
  readonly model: ModelTraits;
  /** an importance matrix was at hand */
  readonly importance: boolean;
}

/** What a mix asks about a model. */
export interface ModelTraits {
  readonly architecture: string;
  /** with appended blocks */
  readonly layers: number;
  readonly experts: number;
  /** query heads for one key-value head in the first layer; 0 where that has no key-value heads */
  readonly queryGroup: number;
  /** what the engine calls "70B", by the layers; it gives attention's values more bits */
  readonly seventyBillion: boolean;
}

export type Condition = (place: Place) => boolean;

const part = (layers: number, of: number): number => Math.trunc(layers / of);

/** The first and the last eighth of the layers, and every third between (`use_more_bits`). */
export function usesMoreBits(layer: number, layers: number): boolean {
  const eighth = part(layers, 8);
  return layer < eighth || layer >= part(7 * layers, 8) || (layer - eighth) % 3 === 2;
}

export const moreBits: Condition = ({ layer, layers }) => usesMoreBits(layer, layers);
export const firstEighth: Condition = ({ layer, layers }) => layer < part(layers, 8);
export const firstEighthCounted: Condition = ({ counted, layers }) => counted < part(layers, 8);
export const firstSixteenth: Condition = ({ layer, layers }) => layer < part(layers, 16);
export const middle: Condition = ({ layer, layers }) => layer >= part(layers, 8) && layer < part(7 * layers, 8);
export const first =
  (count: number): Condition =>
  ({ counted }) =>
    counted < count;
export const grouped: Condition = ({ model }) => model.queryGroup >= 4;
export const groupedOrExperts: Condition = ({ model }) => model.queryGroup >= 4 || model.experts >= 4;
/** Mixtral's eight: its attention is small beside them. */
export const eightExperts: Condition = ({ model }) => model.experts === 8;
export const falcon: Condition = ({ model }) => model.architecture === "falcon";
export const seventyBillion: Condition = ({ model }) => model.seventyBillion;
export const importance: Condition = (place) => place.importance;

/** Conditions that hold for all tensors of a model or for none. */
const OF_MODEL = new WeakSet<Condition>([grouped, groupedOrExperts, eightExperts, falcon, seventyBillion, importance]);

/** Whether a condition may hold for one tensor of a role and not for another of the same model. */
export function tellsTensorsApart(condition: Condition): boolean {
  return !OF_MODEL.has(condition);
}

function combined(conditions: readonly Condition[], condition: Condition): Condition {
  if (!conditions.some(tellsTensorsApart)) OF_MODEL.add(condition);
  return condition;
}

export const not = (condition: Condition): Condition => combined([condition], (place) => !condition(place));
export const all = (...conditions: readonly Condition[]): Condition =>
  combined(conditions, (place) => conditions.every((condition) => condition(place)));
export const any = (...conditions: readonly Condition[]): Condition =>
  combined(conditions, (place) => conditions.some((condition) => condition(place)));
