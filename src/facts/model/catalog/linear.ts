import type { Convolution, Recurrent } from "../geometry.ts";
import type { Dimensions } from "./row.ts";

/**
 * The recurrent part of a row's layers. State sizes: `n_embd_r` and `n_embd_s` in `src/llama-hparams.cpp` of llama.cpp
 * b11434; the last column of a kernel is the token itself, so that one less is kept.
 */
export function linearMixer({ linear, width, name }: Dimensions): Recurrent | Convolution {
  if (!linear) throw new RangeError(`${name}: a recurrent layer, and nothing recurrent`);
  const { kind, kernel = 0, inner = 0, state = 0, groups = 0, heads = 0 } = linear;
  const kept = Math.max(0, kernel - 1);
  if (kind === "convolution") return { kind, kernel, convolutionState: width * kept };
  const square = kind === "kda" || kind === "lightning";
  return {
    kind: "recurrent",
    family: kind,
    // Kimi's delta attention convolves query, key and value
    convolutionState: kept * (kind === "kda" ? 3 * inner : inner + 2 * groups * state),
    recurrentState: square ? state * state * heads : state * inner,
    convolutionKernel: kernel,
    innerLength: inner,
    stateLength: state,
    groups,
    valueHeads: heads,
  };
}
