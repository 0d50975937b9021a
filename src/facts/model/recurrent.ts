import type { ArchitectureKeys } from "./architecture-keys.ts";
import type { Convolution, Recurrent } from "./geometry.ts";
import { type LayerTensors, weightOf } from "./layer-tensors.ts";

type Family = Recurrent["family"];

/** Which tensor tells which family; in order, since later ones also hold the tensors of earlier kinds. */
const SIGNS: readonly (readonly [tensor: string, family: Family])[] = [
  ["ssm_conv1d_q.weight", "kda"],
  ["ssm_ba.weight", "gated-delta-net"],
  ["ssm_alpha.weight", "gated-delta-net"],
  ["ssm_x.weight", "mamba"],
  ["ssm_in.weight", "mamba2"],
  ["time_mix_a0.weight", "rwkv7"],
  ["time_mix_key.weight", "rwkv6"],
];

/** The recurrent part of a layer, `undefined` where it has none. */
export function recurrentOf(
  keys: ArchitectureKeys,
  tensors: LayerTensors,
  heads: number,
  embedding: number,
): Recurrent | undefined {
  const family = SIGNS.find(([tensor]) => tensors.has(tensor))?.[1];
  if (family === undefined) return undefined;
  return SIZES[family](keys, family, { heads, embedding });
}

/** A short convolution (LFM2), `undefined` where the layer has none. */
export function convolutionOf(
  keys: ArchitectureKeys,
  tensors: LayerTensors,
  embedding: number,
): Convolution | undefined {
  if (!weightOf(tensors, "shortconv.conv")) return undefined;
  const kernel = keys.required("shortconv.l_cache");
  return { kind: "convolution", kernel, convolutionState: embedding * (kernel - 1) };
}

/** Lightning attention (MiniMax-01): a square state per head, no convolution. */
export function lightning(heads: number, keyLength: number): Recurrent {
  return {
    ...NOTHING,
    family: "lightning",
    recurrentState: keyLength * keyLength * heads,
    innerLength: heads * keyLength,
    stateLength: keyLength,
    valueHeads: heads,
  };
}

const NOTHING = {
  kind: "recurrent",
  convolutionState: 0,
  recurrentState: 0,
  convolutionKernel: 0,
  innerLength: 0,
  stateLength: 0,
  groups: 0,
  valueHeads: 0,
} as const;

interface Width {
  readonly heads: number;
  readonly embedding: number;
}
type Sizes = (keys: ArchitectureKeys, family: Family, width: Width) => Recurrent;

/** State sizes by family. Source: `n_embd_r` and `n_embd_s` in `src/llama-hparams.cpp` of llama.cpp b11434. */
const SIZES: Readonly<Record<Family, Sizes>> = {
  mamba: stateSpace,
  mamba2: stateSpace,
  "gated-delta-net": stateSpace,
  kda: deltaAttention,
  rwkv6: wkv,
  rwkv7: wkv,
  lightning: (keys, _, { heads }) => lightning(heads, keys.required("attention.key_length")),
};

/** The last of the kernel's columns is the token itself: one less is kept. */
function stateSpace(keys: ArchitectureKeys, family: Family): Recurrent {
  const convolutionKernel = keys.required("ssm.conv_kernel");
  const innerLength = keys.required("ssm.inner_size");
  const stateLength = keys.required("ssm.state_size");
  const groups = keys.count("ssm.group_count") ?? 0;
  return {
    kind: "recurrent",
    family,
    convolutionState: Math.max(0, convolutionKernel - 1) * (innerLength + 2 * groups * stateLength),
    recurrentState: stateLength * innerLength,
    convolutionKernel,
    innerLength,
    stateLength,
    groups,
    valueHeads: keys.required("ssm.time_step_rank"),
  };
}

/** Kimi delta attention: convolutions over query, key and value, a square state per head. */
function deltaAttention(keys: ArchitectureKeys, family: Family, { heads }: Width): Recurrent {
  const head = keys.required("kda.head_dim");
  const convolutionKernel = keys.required("ssm.conv_kernel");
  const innerLength = heads * head;
  return {
    ...NOTHING,
    family,
    convolutionState: 3 * (convolutionKernel > 0 ? convolutionKernel - 1 : 3) * innerLength,
    recurrentState: head * head * heads,
    convolutionKernel,
    innerLength,
    stateLength: head,
    valueHeads: heads,
  };
}

/** RWKV: the last tokens' inputs of both mixes (one where the feed-forward does not shift), and a square state per head. */
function wkv(keys: ArchitectureKeys, family: Family, { embedding }: Width): Recurrent {
  const head = keys.required("wkv.head_size");
  return {
    ...NOTHING,
    family,
    convolutionState: (keys.count("token_shift_count") ?? 2) * embedding,
    recurrentState: embedding * head,
    innerLength: embedding,
    stateLength: head,
    valueHeads: embedding / head,
  };
}
