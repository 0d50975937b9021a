import type { Geometry, Layer } from "../../../facts/model/index.ts";
import type { BufferType } from "./backends/buffer.ts";
import type { Session } from "./compute.ts";
import type { Placement } from "./placement.ts";
import { isReplayedWhole, needsAllLayers } from "./replayed-whole.ts";
import { textOf } from "./text-of.ts";
import { LoadedWeights, parted, type PlacedWeight } from "./weights.ts";

/**
 * The same session with layers left out: of all alike or periodic layers only those in `kept` stay, under new numbers. A graph that
 * has gone through a period a few times finds its memory as the next time. `tensors` is how many the model has, where not all were
 * loaded into the session.
 */
export function shortened(
  session: Session,
  kept: readonly number[],
  tensors: number = session.weights.all.length,
): Session {
  const { geometry, placement, caches, states, weights } = session;
  if (kept.length === geometry.layers.length) return session;
  const position = new Map(kept.map((layer, index) => [layer, index]));
  const few = renamed(weights, position);
  const stays = (_: unknown, layer: number) => position.has(layer);
  const renumbered = <Each extends { readonly layer: number }>(list: readonly Each[]): Each[] =>
    list.flatMap((each) => (position.has(each.layer) ? [{ ...each, layer: position.get(each.layer)! }] : []));
  return {
    ...session,
    leftOut: { layers: geometry.layers.length - kept.length, tensors: tensors - few.all.length },
    geometry: { ...geometry, layers: geometry.layers.filter(stays) },
    placement: { ...placement, layers: placement.layers.filter(stays) },
    weights: few,
    caches: renumbered(caches),
    states: renumbered(states),
  };
}

/**
 * Layers that cannot be left out: layers are alike in most models, or come in periods (five with a window, one without). Every
 * place keeps its first layers, two or three periods and the rest of the last. Models whose layers refer to each other are left whole.
 * `tensors` say what differs between layers besides the geometry: what each is and what it is stored as.
 */
export function keptLayers(
  { layers, perLayerEmbeddingLength = 0, deepstackLayers = 0 }: Geometry,
  placement: Placement,
  tensors: Iterable<readonly [layer: number, stored: string]>,
): number[] {
  const whole = perLayerEmbeddingLength > 0 || layers.some(refersToAnother);
  if (whole) return [...layers.keys()];
  const texts = layers.map((layer, index) => `${textOf(layer)} ${index < deepstackLayers}`);
  for (const [layer, stored] of tensors) if (texts[layer] !== undefined) texts[layer] += stored;
  const numbers = new Map<string, number>();
  const kinds = texts.map((text) => {
    if (!numbers.has(text)) numbers.set(text, numbers.size);
    return numbers.get(text)!;
  });
  const periods = new Set([...placement.layers, placement.output]).size > 1 ? PERIODS_OF_SEVERAL : PERIODS_OF_ONE;
  const kept: number[] = [];
  for (let start = 0; start < layers.length;) {
    let end = start + 1;
    while (end < layers.length && placement.layers[end] === placement.layers[start]) end += 1;
    for (const index of withoutRepetitions(kinds.slice(start, end), periods)) kept.push(start + index);
    start = end;
  }
  return kept;
}

/** Layers of a loaded file that cannot be left out: found once for all contexts that are made of it. */
export function layersOfFile({ geometry, placement, memories, used, weights }: Session): number[] {
  const known = KEPT.get(weights);
  if (known !== undefined) return known;
  const { tensor: largest } = weights.all.reduce((most, each) => (each.tensor.bytes > most.tensor.bytes ? each : most));
  const stored = { float: /^B?F\d+$/.test(largest.type), largestBytes: largest.bytes };
  const whole =
    needsAllLayers(geometry) || isReplayedWhole({ geometry, devices: used.map(({ device }) => device) }, stored);
  const kept = whole
    ? [...geometry.layers.keys()]
    : keptLayers(
        geometry,
        placement,
        weights.all.map(({ tensor: { name, type }, bufferType }) => {
          // a type counts where the weight is copied to a device for large batches: its bytes are the copy's
          const copied = used.length > 0 && bufferType.place === "host";
          const { layer, rest } = parted(name);
          const told = toldText(memories.weights.overridden(name));
          return [layer, ` ${rest} ${copied ? type : ""} ${told}`] as const;
        }),
      );
  KEPT.set(weights, kept);
  return kept;
}

const KEPT = new WeakMap<LoadedWeights, number[]>();

/** Where a tensor was told to lie, as text. */
export function toldText(memory: BufferType | "host" | undefined): string {
  return memory === undefined || memory === "host" ? `${memory}` : memory.name;
}

/** A loaded model is renamed once for all its contexts. */
const RENAMED = new WeakMap<LoadedWeights, LoadedWeights>();

function renamed(weights: LoadedWeights, position: ReadonlyMap<number, number>): LoadedWeights {
  const known = RENAMED.get(weights);
  if (known !== undefined) return known;
  const named = new Map<string, PlacedWeight>();
  for (const [name, placed] of weights.named) {
    const shared = name.includes("@") ? /^(.*)@(\d+)$/s.exec(name) : null;
    const { layer, rest } = shared ? { layer: Number(shared[2]), rest: shared[1]! } : parted(name);
    const place = position.get(layer);
    if (layer < 0) named.set(name, placed);
    else if (place !== undefined) named.set(shared ? `${rest}@${place}` : `blk.${place}.${rest}`, placed);
  }
  const made = new LoadedWeights([...new Set(named.values())], () => named);
  RENAMED.set(weights, made);
  return made;
}

function refersToAnother({ mixer }: Layer): boolean {
  return mixer.kind === "attention" && mixer.cacheFrom !== undefined;
}

/** Periods that stay where all layers lie in one place, and where copies between places have to settle too. */
const PERIODS_OF_ONE = 2;
const PERIODS_OF_SEVERAL = 3;

/** Indices that stay: what comes before the repetition, some periods, and the rest behind whole periods. */
function withoutRepetitions(kinds: readonly number[], periods: number): number[] {
  const all = [...kinds.keys()];
  let best = all;
  for (let period = 1; period * (periods + 1) <= kinds.length; period++) {
    let start = kinds.length - period;
    while (start > 0 && kinds[start - 1] === kinds[start - 1 + period]) start -= 1;
    const left = (Math.floor((kinds.length - start) / period) - periods) * period;
    if (left <= 0 || kinds.length - left >= best.length) continue;
    const from = start + periods * period;
    best = all.filter((index) => index < from || index >= from + left);
  }
  return best;
}
