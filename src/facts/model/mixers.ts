import { ARCHITECTURES } from "./architectures.ts";
import type { ArchitectureKeys } from "./architecture-keys.ts";
import type { Attention, BlockIndexer, LatentAttention, Mixer } from "./geometry.ts";
import { type LayerTensors, weightOf } from "./layer-tensors.ts";
import { convolutionOf, lightning, recurrentOf } from "./recurrent.ts";
import { type Reach, reaches } from "./windows.ts";

/** How each layer mixes tokens, from the tensors it has and the sizes the keys give. */
export function mixersOf(
  keys: ArchitectureKeys,
  layers: readonly LayerTensors[],
  trunk: number,
  embedding: number,
): Mixer[] {
  const zeros = layers.map(() => 0);
  const heads = keys.perLayer("attention.head_count", zeros);
  const kvHeads = keys.perLayer("attention.head_count_kv", heads);
  const reach = reaches(keys, trunk);
  const lengths = headLengths(keys, heads[0] ?? 0, embedding);
  const facts = ARCHITECTURES[keys.architecture];
  const owners = keys.layers - (keys.count("attention.shared_kv_layers") ?? 0);
  const ownCaches = Math.min(owners, facts?.ownCaches ?? keys.layers);

  return layers.map((tensors, layer): Mixer => {
    const shape = { heads: heads[layer]!, kvHeads: kvHeads[layer]!, reach: reach[layer]! };
    if (facts?.lightningTensor !== undefined && tensors.has(facts.lightningTensor)) {
      return lightning(shape.heads, lengths(shape.reach).key);
    }
    const recurrent = recurrentOf(keys, tensors, shape.heads, embedding);
    if (!hasAttention(tensors, shape.kvHeads, recurrent !== undefined)) {
      return recurrent ?? convolutionOf(keys, tensors, embedding) ?? { kind: "none" };
    }
    const latent = latentAttention(keys, tensors, shape.heads, layer);
    if (latent) return latent;
    const attention = plainAttention(keys, tensors, shape, lengths(shape.reach), layer, ownCaches);
    return recurrent ? { kind: "parallel", attention, recurrent } : attention;
  });
}

/** Linear-attention layers have projections under attention's names too: then key-value heads or separate keys decide. */
function hasAttention(tensors: LayerTensors, kvHeads: number, recurrent: boolean): boolean {
  if (kvHeads === 0) return false;
  if (weightOf(tensors, "attn_q", "attn_k", "attn_q_a", "attn_kv_a_mqa")) return true;
  return !recurrent && weightOf(tensors, "attn_qkv") !== undefined;
}

interface Lengths {
  readonly key: number;
  readonly value: number;
}

/** Head lengths of full and of window layers: a key each, else the width shared among the first layer's heads. */
function headLengths(keys: ArchitectureKeys, firstHeads: number, embedding: number): (reach: Reach) => Lengths {
  const shared = firstHeads > 0 ? Math.floor(embedding / firstHeads) : 0;
  const full = {
    key: keys.count("attention.key_length") ?? shared,
    value: keys.count("attention.value_length") ?? shared,
  };
  const windowed = {
    key: keys.count("attention.key_length_swa") ?? full.key,
    value: keys.count("attention.value_length_swa") ?? full.value,
  };
  return ({ span }) => (span === "full" ? full : windowed);
}

function plainAttention(
  keys: ArchitectureKeys,
  tensors: LayerTensors,
  { heads, kvHeads, reach }: { heads: number; kvHeads: number; reach: Reach },
  lengths: Lengths,
  layer: number,
  ownCaches: number,
): Attention {
  if (heads === 0) throw keys.contradiction("attention.head_count", `heads for the attention of layer ${layer}`, 0);
  if (lengths.key === 0) throw keys.contradiction("attention.key_length", "a length of keys", 0);
  // Latent projections are not split by key-value heads, all others are.
  const keyOut = weightOf(tensors, "attn_k")?.shape[1];
  const expected = kvHeads * lengths.key;
  if (keyOut !== undefined && keyOut !== expected) {
    const got = `${keyOut} rows in tensor "blk.${layer}.attn_k.weight"`;
    throw keys.contradiction("attention.head_count_kv", `${kvHeads} heads x ${lengths.key} = ${expected} rows`, got);
  }
  return {
    kind: "attention",
    ...reach,
    heads,
    kvHeads,
    keyLength: lengths.key,
    valueLength: lengths.value,
    ...(weightOf(tensors, "indexer.k_proj") && { blocks: blocksOf(keys) }),
    // The last owner of the same kind: full layers stand last in their group.
    ...(layer >= ownCaches && { cacheFrom: ownCaches - (reach.span === "full" ? 1 : 2) }),
  };
}

function blocksOf(keys: ArchitectureKeys): BlockIndexer {
  return {
    heads: keys.required("attention.indexer.head_count"),
    length: keys.required("attention.indexer.key_length"),
    picks: keys.required("attention.indexer.top_k"),
    size: keys.required("attention.indexer.block_size"),
  };
}

/** Latent attention where both decompressed lengths are given; older conversions lack them and cache every head. */
function latentAttention(
  keys: ArchitectureKeys,
  tensors: LayerTensors,
  heads: number,
  layer: number,
): LatentAttention | undefined {
  const keyLength = keys.count("attention.key_length_mla") ?? 0;
  const valueLength = keys.count("attention.value_length_mla") ?? 0;
  const pool = keys.count("attention.indexer.kpool") ?? 0;
  if (keyLength === 0 || valueLength === 0) return undefined;
  if (heads === 0) throw keys.contradiction("attention.head_count", `heads for the attention of layer ${layer}`, 0);
  return {
    kind: "mla",
    heads,
    latentLength: keys.required("attention.kv_lora_rank"),
    ropeLength: keys.required("rope.dimension_count"),
    keyLength,
    valueLength,
    queryLatentLength: keys.count("attention.q_lora_rank") ?? 0,
    ...(weightOf(tensors, "indexer.attn_k") && {
      indexer: {
        heads: keys.required("attention.indexer.head_count"),
        length: keys.required("attention.indexer.key_length"),
        picks: keys.required("attention.indexer.top_k"),
        ...(pool > 0 && { pool }),
      },
    }),
  };
}
