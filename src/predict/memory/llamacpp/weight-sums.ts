import type { TypedGroup } from "../../../facts/recipe/index.ts";
import type { MemoryTerm } from "../memory.ts";
import type { BufferType } from "./backends/buffer.ts";
import type { Memories } from "./memories.ts";
import type { Placement } from "./placement.ts";
import { asTensor } from "./weight-buffers.ts";
import { placeTensor, weightRole } from "./weights.ts";

/** Bytes of weights in one place: as stored, and rearranged for the processor. */
export type WeightTerms = Partial<Record<Extract<MemoryTerm, "weights" | "repacked">, number>>;

/** A file's tensors start at multiples of this (GGUF's usual alignment). */
const FILE_ALIGNMENT = 32;

/**
 * The weights' buffers by place for many file types of one model, summed over groups of tensors that differ in their layer alone:
 * one tensor of a group and type is placed, and counts for all.
 */
export function weightSums(
  memories: Memories,
  placement: Placement,
  /** the output matrix is the embedding; it is loaded again even where it would lie in the same memory */
  { tied, outputFirst, encoder }: { readonly tied: boolean; readonly outputFirst: boolean; readonly encoder: boolean },
  isLoaded: (name: string) => boolean,
): (file: readonly TypedGroup[]) => Map<"host" | number, WeightTerms> {
  const known = new Map<TypedGroup["group"], KnownGroup>();
  return (file) => {
    const sums = new Map<"host" | number, WeightTerms>();
    const add = (type: BufferType, bytes: number) => {
      const terms = sums.get(type.place) ?? {};
      sums.set(type.place, terms);
      const term = type.repacked ? "repacked" : "weights";
      terms[term] = (terms[term] ?? 0) + bytes;
    };
    const spans = new Map<BufferType, { first: number; last: number }>();
    for (let at = 0; at < file.length; at++) {
      const { group, type, bytes, members, firstAt, lastAt } = file[at]!;
      if (!isLoaded(group.first.name)) continue;
      const placed = placedOf(group, type, bytes);
      for (let index = 0; index < placed.length; index++) {
        const { bufferType, allocatedBytes } = placed[index]!;
        if (memories.weights.mapped.includes(bufferType)) {
          const { first, last } = spans.get(bufferType) ?? { first: firstAt, last: lastAt };
          spans.set(bufferType, { first: Math.min(first, firstAt), last: Math.max(last, lastAt) });
          continue;
        }
        add(bufferType, allocatedBytes * members.length);
      }
    }
    for (const [type, { first, last }] of spans) add(type, spanBytes(file, first, last));
    return sums;
  };

  function placedOf(group: TypedGroup["group"], type: string, bytes: number): readonly SizedWeight[] {
    const { name, shape } = group.first;
    let one = known.get(group);
    if (one === undefined) known.set(group, (one = { role: weightRole(name, encoder), types: new Map() }));
    const { role, types } = one;
    const before = types.get(type);
    if (before !== undefined) return before;
    const tensor = { name, shape, type, bytes, offset: 0, file: 0 };
    const placed = [placeTensor(tensor, role, placement, memories.weights)];
    if (tied && name === "token_embd.weight") {
      const again = placeTensor(tensor, { place: "output", use: "mul_mat" }, placement, memories.weights);
      if (outputFirst || again.bufferType !== placed[0]!.bufferType) placed.push(again);
    }
    const sized = placed.map((each): SizedWeight => {
      const { bufferType } = each;
      const allocatedBytes = aligned(bufferType.allocationBytes(asTensor(each)), bufferType.alignmentBytes);
      return { bufferType, allocatedBytes };
    });
    types.set(type, sized);
    return sized;
  }
}

interface KnownGroup {
  readonly role: ReturnType<typeof weightRole>;
  /** by the type that a file stores it as */
  readonly types: Map<string, readonly SizedWeight[]>;
}

/** Where one tensor of a group lies, and what it takes there. */
interface SizedWeight {
  readonly bufferType: BufferType;
  readonly allocatedBytes: number;
}

/** Bytes of a file's weights, without its header. */
export function fileBytes(file: readonly TypedGroup[]): number {
  return spanBytes(file, 0, Infinity);
}

/** Bytes of the file from its tensor `first` to its tensor `last`, as counted in the list. */
function spanBytes(file: readonly TypedGroup[], first: number, last: number): number {
  let total = 0;
  for (let at = 0; at < file.length; at++) {
    const { bytes, members, firstAt, lastAt } = file[at]!;
    const each = aligned(bytes, FILE_ALIGNMENT);
    if (lastAt < first || firstAt > last) continue;
    // nothing stands behind the last one
    if (lastAt === last) total += bytes - each;
    const whole = firstAt >= first && lastAt <= last;
    total +=
      each * (whole ? members.length : members.filter(({ tensor }) => tensor.at >= first && tensor.at <= last).length);
  }
  return total;
}

function aligned(bytes: number, alignment: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
