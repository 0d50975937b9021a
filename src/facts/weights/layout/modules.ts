import type { Tensor } from "../tensor.ts";

/** The tensors of one module by the part of the name after the module's: "weight", "weight_scale", "qweight", ... */
export interface Module {
  readonly name: string;
  readonly parts: ReadonlyMap<string, Tensor>;
}

/**
 * Parts that quantized modules have, beside those with a "weight." in front (bitsandbytes, Quanto).
 */
const PARTS: ReadonlySet<string> = new Set(
  (
    "weight bias qweight qzeros scales g_idx zeros biases weight_packed weight_scale weight_scale_inv weight_scale_2 " +
    "weight_global_scale weight_shape weight_zero_point weight_g_idx weight_format SCB scale zero W_q input_scale " +
    "input_global_scale output_scale k_scale v_scale pre_quant_scale q_weight q_scale q_scale_max q_groups q_group_map " +
    "q_invperm q_perm trellis suh svh su sv mcg mul1"
  ).split(" "),
);
/** Matrices of all experts in one have no ".weight", and their other parts follow an underscore. */
const AFTER_UNDERSCORE =
  /^(.*)_(blocks|scales|bias|weight_scale|weight_scale_2|weight_scale_inv|weight_packed|input_scale)$/s;
const WITHIN_WEIGHT = /^(.*)\.(weight\..+)$/s;

/** Tensors by module. One whose name ends in no known part is the matrix of a module of that name. */
export function modulesOf(tensors: readonly Tensor[]): Module[] {
  const modules = new Map<string, Map<string, Tensor>>();
  for (const tensor of tensors) {
    let [name, part] = split(tensor.name);
    // "a" and "a.weight" in one file are two things
    if (modules.get(name)?.has(part)) [name, part] = [`${tensor.name}.`, "weight"];
    const parts = modules.get(name) ?? new Map<string, Tensor>();
    parts.set(part, tensor);
    modules.set(name, parts);
  }
  return [...modules].map(([name, parts]) => ({ name, parts }));
}

function split(name: string): readonly [module: string, part: string] {
  const within = WITHIN_WEIGHT.exec(name);
  if (within) return [within[1]!, within[2]!];
  const dot = name.lastIndexOf(".");
  const part = name.slice(dot + 1);
  if (PARTS.has(part)) return [name.slice(0, Math.max(0, dot)), part];
  const match = AFTER_UNDERSCORE.exec(name);
  return match ? [match[1]!, match[2]!] : [name, "weight"];
}
