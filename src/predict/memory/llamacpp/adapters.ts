import type { Tensor } from "../../../facts/weights/index.ts";
import { elementType, F32 } from "./graph/element.ts";
import { GraphTensor, type LowRankPair } from "./graph/tensor.ts";
import { allocationOf, type BufferType } from "./backends/buffer.ts";
import { EngineRefusal, rejected } from "./reject.ts";
import type { LoadedWeights } from "./weights.ts";

/** An adapter's two matrices for one of the model's tensors, beside that tensor. */
export interface PlacedPair {
  readonly base: string;
  readonly bufferType: BufferType;
  readonly a: Tensor;
  readonly b: Tensor;
}

/** One adapter as loaded; with a scale of 0 its matrices lie in memory but are no part of the graph. */
export interface PlacedAdapter {
  readonly pairs: readonly PlacedPair[];
  readonly applied: boolean;
}

/** LoRA adapters (llama-adapter.cpp): every pair lies where its tensor does, in plain memory where that one is rearranged. */
export function placeAdapter(
  tensors: readonly Tensor[],
  scale: number,
  weights: LoadedWeights,
  plainHost: BufferType,
): PlacedAdapter {
  const named = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const bases = tensors.flatMap(({ name }) => (name.endsWith(".lora_a") ? [name.slice(0, -".lora_a".length)] : []));
  const pairs = bases.sort().map((base): PlacedPair => {
    const placed = weights.named.get(base);
    const b = named.get(`${base}.lora_b`);
    if (placed === undefined || b === undefined) {
      const lacks = placed === undefined ? `the model has no ${base}` : `it has no ${base}.lora_b`;
      throw new EngineRefusal(
        rejected("adapter-of-another-model", `--lora: ${lacks}; use an adapter made for this very model`),
      );
    }
    if (base === "token_embd.weight" && weights.named.get("output.weight")?.tensor === placed.tensor) {
      const why = "it changes embeddings that are the output matrix too, where the engine stops";
      throw new EngineRefusal(rejected("adapter-of-tied-embeddings", `--lora: ${why}; use one that leaves them out`));
    }
    const bufferType = placed.bufferType.repacked ? plainHost : placed.bufferType;
    return { base, bufferType, a: named.get(`${base}.lora_a`)!, b };
  });
  return { pairs, applied: scale !== 0 };
}

/** Fresh leaves of the pairs that change products with a tensor. The engine does not count them as weights: they are never staged. */
export function lowRankPairs(adapters: readonly PlacedAdapter[], base: string): readonly LowRankPair[] | undefined {
  const found = adapters.flatMap(({ pairs, applied }) => (applied ? pairs.filter((pair) => pair.base === base) : []));
  if (found.length === 0) return undefined;
  return found.map(({ a, b, bufferType }) => ({ a: leaf(a, bufferType), b: leaf(b, bufferType) }));
}

/** Bytes of one adapter's buffers, by memory. */
export function adapterBytes({ pairs }: PlacedAdapter): Map<BufferType, number> {
  const sizes = new Map<BufferType, number[]>();
  for (const { a, b, bufferType } of pairs) {
    const list = sizes.get(bufferType) ?? [];
    for (const tensor of [a, b]) list.push(bufferType.allocationBytes(leaf(tensor, bufferType)));
    sizes.set(bufferType, list);
  }
  return new Map([...sizes].map(([type, bytes]) => [type, allocationOf(type, bytes)]));
}

function leaf({ name, type, shape: [a = 1, b = 1, c = 1, d = 1], bytes }: Tensor, bufferType: BufferType): GraphTensor {
  const store = { bufferType, usage: "cache" } as const;
  const made = new GraphTensor("none", elementType(type) ?? F32, [a, b, c, d], [], { bytes, store });
  made.name = name;
  return made;
}
