import type { EngineBuffer } from "../memory.ts";
import { allocationOf, type BufferType } from "./backends/buffer.ts";
import { GraphTensor } from "./graph/tensor.ts";
import type { LoadedWeights, PlacedWeight } from "./weights.ts";

interface WeightBuffer extends EngineBuffer {
  /** the weights in it */
  readonly placed: readonly PlacedWeight[];
  /** where it begins and ends in the file, where it is mapped from there; bytes */
  readonly span?: { readonly first: number; readonly last: number };
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
    const term = type.repacked ? "repacked" : "weights";
    if (mapped.includes(type)) {
      const label = `${type.name}_Mapped`;
      return spans(placed).map(({ file, ...span }) => {
        const here = placed.filter(({ tensor }) => tensor.file === file);
        return { label, term, place: type.place, bytes: span.last - span.first, placed: here, span };
      });
    }
    const bytes = allocationOf(type, placed.map(allocatedBytes));
    return [{ label: type.name, term, place: type.place, bytes, placed }];
  });
}

function allocatedBytes(placed: PlacedWeight): number {
  placed.allocatedBytes ??= placed.bufferType.allocationBytes(asTensor(placed));
  return placed.allocatedBytes;
}

/** A mapped file is mapped from its first to its last tensor on the host, each file of a split set by itself. */
function spans(placed: readonly PlacedWeight[]): { file: number; first: number; last: number }[] {
  const files = new Map<number, { file: number; first: number; last: number }>();
  for (const { tensor } of placed) {
    const { file, offset } = tensor;
    const known = files.get(file) ?? { file, first: Infinity, last: 0 };
    const end = offset + tensor.bytes;
    files.set(file, { file, first: Math.min(known.first, offset), last: Math.max(known.last, end) });
  }
  return [...files.values()];
}

export function asTensor({ type, shape, tensor }: PlacedWeight): GraphTensor {
  return new GraphTensor("none", type, shape, [], { bytes: tensor.bytes });
}
