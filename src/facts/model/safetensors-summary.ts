import { LoadoutError } from "../errors/index.ts";
import { layoutBitsPerWeight, type SafetensorsFile, type WeightLayout, weightLayout } from "../weights/index.ts";
import { geometryFromConfig } from "./config/index.ts";
import type { Geometry } from "./geometry.ts";

/** What the headers of a model's safetensors files and its configuration say together. */
export interface SafetensorsSummary {
  /** "BF16", "gptq 4 bits, groups of 128", "nvfp4 4 bits, groups of 16", ... */
  readonly quantization: string;
  /** weights before they were quantized; scales and the like are none */
  readonly parameters: number;
  /** stored bytes of all tensors */
  readonly tensorBytes: number;
  readonly bitsPerWeight: number;
  /** all files together, headers and all */
  readonly fileBytes: number;
  readonly layout: WeightLayout;
  /** of `parameters` and `tensorBytes`: the language model, encoders of images and sound, blocks for further tokens */
  readonly parts: Readonly<Record<PartName, { readonly parameters: number; readonly bytes: number }>>;
  readonly geometry?: Geometry;
  /** why the configuration gives no geometry, where there is one and it does not */
  readonly problem?: LoadoutError;
}

type PartName = "text" | "encoders" | "mtp";

/** `config` is the parsed `config.json`; without it there is no geometry, and packed widths are taken to be four bits. */
export function safetensorsSummary(file: SafetensorsFile, config?: unknown, name?: string): SafetensorsSummary {
  const layout = weightLayout(file.tensors, config);
  const geometry = config === undefined ? {} : geometryOf(config, name);
  const trunk = geometry.geometry?.layers.length ?? Infinity;
  const size = (part: PartName) => {
    const { parameters, bytes } = weightLayout(
      file.tensors.filter(({ name: tensor }) => partOf(tensor, trunk) === part),
      config,
    );
    return { parameters, bytes };
  };
  const [encoders, mtp] = [size("encoders"), size("mtp")];
  const text = {
    parameters: layout.parameters - encoders.parameters - mtp.parameters,
    bytes: layout.bytes - encoders.bytes - mtp.bytes,
  };
  return {
    quantization: nameOf(layout),
    parameters: layout.parameters,
    tensorBytes: layout.bytes,
    bitsPerWeight: layoutBitsPerWeight({ weights: layout.parameters, bytes: layout.bytes }),
    fileBytes: file.files.reduce((sum, { bytes }) => sum + bytes, 0),
    layout,
    parts: { text, encoders, mtp },
    ...geometry,
  };
}

function geometryOf(config: unknown, name: string | undefined): Pick<SafetensorsSummary, "geometry" | "problem"> {
  try {
    return { geometry: geometryFromConfig(config, { ...(name !== undefined && { name }) }) };
  } catch (problem) {
    if (problem instanceof LoadoutError) return { problem };
    throw problem;
  }
}

/** Names of encoders and of what leads from them into the language model. */
const ENCODERS =
  /(^|\.)(vision_tower|vision_model|visual|vision_encoder|vit|vpm|resampler|audio_tower|audio_encoder|multi_modal_projector|mm_projector|embed_vision|embed_audio|patch_merge_mlp)\./;
const MTP = /(^|\.)(mtp|mtp_layers|nextn)\./;
const LAYER = /(?:^|\.)layers\.(\d+)\./;

/** DeepSeek and GLM append the blocks for further tokens to the layers; others call them by name. */
function partOf(name: string, trunk: number): PartName {
  if (ENCODERS.test(name)) return "encoders";
  if (MTP.test(name)) return "mtp";
  const [, layer] = LAYER.exec(name) ?? [];
  return layer !== undefined && Number(layer) >= trunk ? "mtp" : "text";
}

function nameOf({ quantized, plain }: WeightLayout): string {
  const [most] = quantized;
  if (!most) return plain[0]?.type ?? "none";
  const bits = Number.isInteger(most.bits) ? most.bits : most.bits.toFixed(2);
  return `${most.scheme} ${bits} bits${most.groupLength === undefined ? "" : `, groups of ${most.groupLength}`}`;
}
