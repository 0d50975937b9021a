import type { EngineBuffer } from "../memory.ts";
import { allocationOf, type BufferType } from "./backends/buffer.ts";
import { GraphTensor } from "./graph/tensor.ts";
import type { LoadedWeights, PlacedWeight } from "./weights.ts";

interface WeightBuffer extends EngineBuffer {
  /** the tensors in it */
  readonly names: readonly string[];
}

/** The buffers that hold the weights, as the engine allocates or, for the memories `mapped`, maps them. */
export function weightBuffers(weights: LoadedWeights, mapped: readonly BufferType[]): readonly WeightBuffer[] {
  const known = KNOWN.get(weights) ?? madeBuffers(weights, mapped);
  KNOWN.set(weights, known);
  return known;
}

/** Weights are loaded once for many contexts. */
const KNOWN = new WeakMap<LoadedWeights, readonly WeightBuffer[]>();

function madeBuffers(weights: LoadedWeights, mapped: readonly BufferType[]): WeightBuffer[] {
  const byType = new Map<BufferType, PlacedWeight[]>();
  for (const placed of weights.all) {
    const list = byType.get(placed.bufferType) ?? [];
    list.push(placed);
    byType.set(placed.bufferType, list);
  }
  return [...byType].flatMap(([type, placed]) => {
    const names = placed.map(({ tensor }) => tensor.name);
    const term = type.repacked ? "repacked" : "weights";
    if (mapped.includes(type)) {
      return spans(placed).map((bytes) => ({
        label: `${type.name}_Mapped`,
        term,
        place: type.place,
        bytes,
        names,
      }));
    }
    const bytes = allocationOf(
      type,
      placed.map((each) => type.allocationBytes(asTensor(each))),
    );
    return [{ label: type.name, term, place: type.place, bytes, names }];
  });
}

/** A mapped file is mapped from its first to its last tensor on the host, each file of a split set by itself. */
function spans(placed: readonly PlacedWeight[]): number[] {
  const files = new Map<number, { first: number; last: number }>();
  for (const { tensor } of placed) {
    const known = files.get(tensor.file) ?? { first: Infinity, last: 0 };
    const end = tensor.offset + tensor.bytes;
    files.set(tensor.file, { first: Math.min(known.first, tensor.offset), last: Math.max(known.last, end) });
  }
  return [...files.values()].map(({ first, last }) => last - first);
}

export function asTensor({ type, shape, tensor }: PlacedWeight): GraphTensor {
  return new GraphTensor("none", type, shape, [], { bytes: tensor.bytes });
}
