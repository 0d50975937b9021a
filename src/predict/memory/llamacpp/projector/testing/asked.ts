import {
  type GgufFile,
  readGguf,
  writeGguf,
  type DraftTensor,
  type DraftValue,
} from "../../../../../facts/weights/index.ts";
import { VISION_ROWS } from "../../../../../facts/model/index.ts";

/** What the engine's own code (tools/mtmd of b11434, its model left out) said of a projector file of these keys. */
export interface Asked {
  readonly type: string;
  readonly modality: "vision" | "audio";
  readonly image?: number;
  readonly patch?: number;
  readonly warmUp?: number;
  /** width, height, embeddings, pieces; of sound seconds, embeddings, pieces */
  readonly asked: readonly (readonly number[])[];
  readonly keys?: Readonly<Record<string, number | readonly number[]>>;
  /** shapes by name; "*" stands for every layer */
  readonly tensors?: Readonly<Record<string, readonly number[]>>;
}

/** Kept in single precision, as the converters write them. */
const SINGLE = /position_embd|pos_embed|\.[be]oi$|newline|class_embd|conv_dw|gamma|img_(?:begin|end)/;

/** The tensors of a file, from the shapes that a row lists. */
export function draftsOf({ modality, keys = {}, tensors = {} }: Asked): DraftTensor[] {
  const layers = Number(keys[`clip.${modality}.block_count`] ?? 2);
  return Object.entries(tensors).flatMap(([pattern, shape]) => {
    const type = shape.length > 1 && !SINGLE.test(pattern) && !pattern.endsWith(".bias") ? "F16" : "F32";
    const names = pattern.includes("*")
      ? Array.from({ length: layers }, (_, at) => pattern.replace("*", `${at}`))
      : [pattern];
    return names.map((name) => ({ name, shape: [...shape], type }) as const);
  });
}

/** The header of such a file, read. */
export async function projectorFile(asked: Asked, tensors: readonly DraftTensor[] = []): Promise<GgufFile> {
  const { header, fileBytes } = projectorDraft(asked, tensors);
  return readGguf({
    name: `mmproj-${asked.type}.gguf`,
    size: fileBytes,
    read: (offset, length) => Promise.resolve(header.slice(offset, offset + length)),
  });
}

export function projectorDraft(asked: Asked, tensors: readonly DraftTensor[]) {
  const { type, modality, image = 0, patch = 1, keys = {} } = asked;
  const own = `clip.${modality}.`;
  const count = (value: number): DraftValue => ({ type: "u32", value });
  const thirds: DraftValue = { type: "array", of: "f32", values: [0.5, 0.5, 0.5] };
  const usual: Record<string, DraftValue> = {
    "general.type": { type: "string", value: "mmproj" },
    "general.architecture": { type: "string", value: "clip" },
    "clip.projector_type": { type: "string", value: type },
    [`clip.has_${modality}_encoder`]: { type: "bool", value: true },
    "clip.use_gelu": { type: "bool", value: true },
    [`${own}embedding_length`]: count(64),
    [`${own}attention.head_count`]: count(4),
    [`${own}feed_forward_length`]: count(128),
    [`${own}block_count`]: count(2),
    [`${own}projection_dim`]: count(96),
    [`${own}attention.layer_norm_epsilon`]: { type: "f32", value: 1e-6 },
    ...(modality === "vision"
      ? {
          "clip.vision.image_size": count(image),
          "clip.vision.patch_size": count(patch),
          "clip.vision.image_mean": thirds,
          "clip.vision.image_std": thirds,
        }
      : { "clip.audio.num_mel_bins": count(type === "gemma4ua" ? 640 : 128) }),
    ...(modality === "vision" && VISION_ROWS[type]?.range === "file"
      ? { "clip.vision.image_min_pixels": count(3136), "clip.vision.image_max_pixels": count(1_003_520) }
      : {}),
  };
  for (const [key, value] of Object.entries(keys)) {
    usual[key] = typeof value === "number" ? valueOf(key, value) : { type: "array", of: "i32", values: value };
  }
  return writeGguf({ metadata: Object.entries(usual), tensors });
}

function valueOf(key: string, value: number): DraftValue {
  if (key.startsWith("clip.use_")) return { type: "bool", value: value === 1 };
  if (key === "clip.minicpmv_version") return { type: "i32", value };
  return Number.isInteger(value) && !key.endsWith("clamp") ? { type: "u32", value } : { type: "f32", value };
}
