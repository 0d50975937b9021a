import type { Convolution, Recurrent } from "../geometry.ts";
import type { Shapes } from "./shapes.ts";

type Family = Recurrent["family"];

/** Tensors of a recurrent mixer, `undefined` for families that are not written down. Whole names, without the layer's. */
export function recurrentShapes(width: number, mixer: Recurrent, betaAlpha: "one" | "two"): Shapes | undefined {
  return FAMILIES[mixer.family]?.(width, mixer, betaAlpha);
}

/** LFM2's short convolution. */
export function convolutionShapes(width: number, { kernel }: Convolution): Shapes {
  return [
    ["shortconv.conv.weight", [kernel, width]],
    ["shortconv.in_proj.weight", [width, 3 * width]],
    ["shortconv.out_proj.weight", [width, width]],
  ];
}

const FAMILIES: Partial<
  Readonly<Record<Family, (width: number, mixer: Recurrent, betaAlpha: "one" | "two") => Shapes>>
> = {
  "gated-delta-net": deltaNet,
  mamba: stateSpace,
  mamba2: stateSpace2,
  kda: kimiDelta,
  lightning,
};

function deltaNet(width: number, mixer: Recurrent, betaAlpha: "one" | "two"): Shapes {
  const { innerLength, stateLength, groups, valueHeads, convolutionKernel } = mixer;
  const mixed = innerLength + 2 * groups * stateLength;
  return [
    ["attn_qkv.weight", [width, mixed]],
    ["attn_gate.weight", [width, innerLength]],
    ["ssm_conv1d.weight", [convolutionKernel, mixed]],
    ["ssm_dt.bias", [valueHeads]],
    ["ssm_a", [valueHeads]],
    ...(betaAlpha === "one"
      ? ([["ssm_ba.weight", [width, 2 * valueHeads]]] satisfies Shapes)
      : ([
          ["ssm_beta.weight", [width, valueHeads]],
          ["ssm_alpha.weight", [width, valueHeads]],
        ] satisfies Shapes)),
    ["ssm_norm.weight", [innerLength / valueHeads]],
    ["ssm_out.weight", [innerLength, width]],
  ];
}

/** Jamba's: the rank of the time step stands in `valueHeads`. */
function stateSpace(
  width: number,
  { innerLength, stateLength, valueHeads: rank, convolutionKernel }: Recurrent,
): Shapes {
  return [
    ["ssm_in.weight", [width, 2 * innerLength]],
    ["ssm_conv1d.weight", [convolutionKernel, innerLength]],
    ["ssm_conv1d.bias", [innerLength]],
    ["ssm_x.weight", [innerLength, rank + 2 * stateLength]],
    ["ssm_dt_norm.weight", [rank]],
    ["ssm_dt.weight", [rank, innerLength]],
    ["ssm_dt.bias", [innerLength]],
    ["ssm_b_norm.weight", [stateLength]],
    ["ssm_c_norm.weight", [stateLength]],
    ["ssm_a", [stateLength, innerLength]],
    ["ssm_d", [innerLength]],
    ["ssm_out.weight", [innerLength, width]],
  ];
}

function stateSpace2(width: number, mixer: Recurrent): Shapes {
  const { innerLength, stateLength, groups, valueHeads, convolutionKernel } = mixer;
  const mixed = innerLength + 2 * groups * stateLength;
  return [
    ["ssm_in.weight", [width, innerLength + mixed + valueHeads]],
    ["ssm_conv1d.weight", [convolutionKernel, mixed]],
    ["ssm_conv1d.bias", [mixed]],
    ["ssm_dt.bias", [valueHeads]],
    ["ssm_a", [1, valueHeads]],
    ["ssm_d", [1, valueHeads]],
    ["ssm_norm.weight", [innerLength / groups, groups]],
    ["ssm_out.weight", [innerLength, width]],
  ];
}

function kimiDelta(width: number, { innerLength, stateLength, valueHeads, convolutionKernel }: Recurrent): Shapes {
  return [
    ...["q", "k", "v"].flatMap((part): Shapes => [
      [`attn_${part}.weight`, [width, innerLength]],
      [`ssm_conv1d_${part}.weight`, [convolutionKernel, 1, innerLength]],
    ]),
    ["ssm_f_a.weight", [width, stateLength]],
    ["ssm_f_b.weight", [stateLength, innerLength]],
    ["ssm_g_a.weight", [width, stateLength]],
    ["ssm_g_b.weight", [stateLength, innerLength]],
    ["ssm_beta.weight", [width, valueHeads]],
    ["ssm_a", [1, valueHeads]],
    ["ssm_dt.bias", [innerLength]],
    ["ssm_norm.weight", [stateLength]],
    ["attn_output.weight", [innerLength, width]],
  ];
}

function lightning(width: number, { innerLength }: Recurrent): Shapes {
  return [
    ["attn_norm_2.weight", [innerLength]],
    ["attn_qkv.weight", [width, 3 * innerLength]],
    ["attn_gate.weight", [width, innerLength]],
    ["attn_output.weight", [innerLength, width]],
  ];
}
