import { LoadoutError } from "../../errors/index.ts";
import type { GgufFile, GgufMetadata } from "../../weights/index.ts";
import { AUDIO_ROWS } from "./audio-rows.ts";
import type { ImageSize, Projector, Tower } from "./tower.ts";
import { VISION_ROWS } from "./vision-rows.ts";
import { visionTower } from "./vision-tower.ts";

/** A projector file read: its towers, and the kinds of those that have no row. Refused where it is none. */
export function projectorFromGguf(file: GgufFile): Projector {
  if (file.kind !== "projector") {
    const got = `a file of kind "${file.kind}" where a projector was expected`;
    const advice = "Projector files are usually called mmproj-*.gguf.";
    throw new LoadoutError("model-not-a-model", { file: file.name, got, advice });
  }
  const { metadata, tensors, name } = file;
  const vision = metadata.flag("clip.has_vision_encoder") ? readVision(file) : undefined;
  // sound of Gemma 3n is in files, and not read by the engine (clip.cpp:4021)
  const skipped = typeof vision === "object" && vision.type === "gemma3nv";
  const audio = metadata.flag("clip.has_audio_encoder") && !skipped ? readAudio(metadata) : undefined;
  const unknown = [vision, audio].flatMap((tower) => (typeof tower === "string" ? [tower] : []));
  return {
    name,
    ...(typeof vision === "object" && { vision }),
    ...(typeof audio === "object" && { audio }),
    ...(unknown.length > 0 && { unknown }),
    tensors,
    sizesFrom: "header",
  };
}

function typeOf(metadata: GgufMetadata, modality: "vision" | "audio"): string {
  return metadata.text("clip.projector_type") || metadata.text(`clip.${modality}.projector_type`) || "unnamed";
}

/** The tower, or its kind where that has no row. */
function readVision({ metadata, tensors }: GgufFile): Tower | string {
  const type = typeOf(metadata, "vision");
  const key = (rest: string) => metadata.count(`clip.vision.${rest}`);
  const mergeKey = Object.hasOwn(VISION_ROWS, type) ? VISION_ROWS[type]!.mergeKey : undefined;
  const has = (tensor: string) => tensors.some((each) => each.name === tensor);
  const tower = visionTower(type, {
    ...common(metadata, "vision"),
    imageSize: required(metadata, "clip.vision.image_size"),
    patchSize: required(metadata, "clip.vision.patch_size"),
    merge: mergeKey && key(mergeKey),
    minPixels: key("image_min_pixels"),
    maxPixels: key("image_max_pixels"),
    longestEdge: key("preproc_image_size"),
    grids: pairs(counts(metadata, "clip.vision.image_grid_pinpoints")),
    minTiles: key("preproc_min_tiles"),
    maxTiles: key("preproc_max_tiles"),
    version: metadata.count("clip.minicpmv_version"),
    queries: metadata.count("clip.minicpmv_query_num") || undefined,
    windowPattern: key("n_wa_pattern"),
    featureLayers: counts(metadata, "clip.vision.feature_layer"),
    namedLayers: counts(metadata, "clip.vision.wa_layer_indexes"),
    windowModes: metadata.integers("clip.vision.wa_pattern_mode"),
    expertsUsed: key("expert_used_count"),
    breaksRows: has("v.token_embd.img_break"),
    framed: has("adapter.boi"),
    windowSide: key("projector.window_side"),
    querySide: key("projector.query_side"),
  });
  return tower ?? type;
}

function readAudio(metadata: GgufMetadata): Tower | string {
  const type = typeOf(metadata, "audio");
  if (!Object.hasOwn(AUDIO_ROWS, type)) return type;
  const key = (rest: string, otherwise: number) => metadata.count(`clip.audio.${rest}`) ?? otherwise;
  const { headLength, kvHeads, heads, embeddingLength, ...rest } = common(metadata, "audio");
  return {
    modality: "audio",
    type,
    ...rest,
    heads,
    embeddingLength,
    kvHeads: kvHeads ?? heads,
    headLength: headLength ?? (heads > 0 ? embeddingLength / heads : 0),
    imageSize: 0,
    patchSize: 1,
    merge: 1,
    warmUpSize: 0,
    audio: {
      melBins: required(metadata, "clip.audio.num_mel_bins"),
      stackFactor: key("projector.stack_factor", 0),
      windowLength: key("projector.window_size", 1),
      downsampling: key("projector.downsample_rate", 1),
      groupLength: key("local_group_size", 1),
    },
  };
}

function common(metadata: GgufMetadata, modality: "vision" | "audio") {
  const key = (rest: string) => `clip.${modality}.${rest}`;
  return {
    layers: required(metadata, key("block_count")),
    embeddingLength: required(metadata, key("embedding_length")),
    feedForwardLength: required(metadata, key("feed_forward_length")),
    projectionLength: required(metadata, key("projection_dim")),
    heads: required(metadata, key("attention.head_count")),
    kvHeads: metadata.count(key("attention.head_count_kv")),
    headLength: metadata.count(key("attention.head_dim")),
  };
}

function counts(metadata: GgufMetadata, key: string): readonly number[] | undefined {
  return metadata.has(key) ? metadata.counts(key) : undefined;
}

function pairs(values: readonly number[] = []): ImageSize[] {
  return values.flatMap((width, index) => (index % 2 === 0 ? [{ width, height: values[index + 1] ?? 0 }] : []));
}

function required(metadata: GgufMetadata, key: string): number {
  const value = metadata.count(key);
  if (value !== undefined) return value;
  const advice = "The projector was written by a faulty tool: convert it again.";
  throw new LoadoutError("model-key-missing", { file: metadata.file, key, advice });
}
