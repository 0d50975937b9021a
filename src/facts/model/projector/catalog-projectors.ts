import { placeDrafts } from "./place-drafts.ts";
import type { CatalogModel } from "../catalog/row.ts";
import type { Projector, Tower } from "./tower.ts";
import { towerTensors } from "./tower-tensors.ts";
import { visionTower, type VisionValues } from "./vision-tower.ts";

/** A family of catalogued models whose encoder of images is known, by the beginning of their names. */
interface Family {
  readonly models: RegExp;
  readonly type: string;
  /** what a row of the catalog does not say of its encoder; absent layers: only its tokens are known */
  readonly values: Partial<VisionValues> & Pick<VisionValues, "patchSize" | "imageSize">;
  /** kind of the encoder of sound beside it, of which only tokens are known */
  readonly sound?: string;
  readonly places?: number;
  readonly between?: number | ((width: number) => number);
  /** layers that give features of their own, by the number of layers */
  readonly deepLayers?: Readonly<Record<number, readonly number[]>>;
  readonly source: string;
}

const CONFIG = "the publisher's config.json and preprocessor_config.json";
const QWEN = { patchSize: 16, imageSize: 768, merge: 2 } as const;
const PIXTRAL = {
  patchSize: 14,
  imageSize: 1540,
  merge: 2,
  heads: 16,
  feedForwardLength: 4096,
  breaksRows: true,
} as const;

const FAMILIES: readonly Family[] = [
  {
    models: /^Qwen\/Qwen3-VL-/,
    type: "qwen3vl_merger",
    values: QWEN,
    places: 48 ** 2,
    deepLayers: { 24: [5, 11, 17], 27: [8, 16, 24] },
    source: CONFIG,
  },
  { models: /^Qwen\/Qwen3\.\d/, type: "qwen3vl_merger", values: QWEN, places: 48 ** 2, source: CONFIG },
  {
    models: /^Qwen\/Qwen2\.5-VL-/,
    type: "qwen2.5vl_merger",
    values: { patchSize: 14, imageSize: 560, merge: 2, heads: 16, windowPattern: 8 },
    source: CONFIG,
  },
  { models: /^google\/gemma-3-/, type: "gemma3", values: { patchSize: 14, imageSize: 896, heads: 16 }, source: CONFIG },
  // two towers in one number of weights
  { models: /^google\/gemma-3n-/, type: "gemma3nv", values: { patchSize: 3, imageSize: 768 }, source: CONFIG },
  {
    models: /^google\/gemma-4-(?:26B|31B)/,
    type: "gemma4v",
    values: { patchSize: 16, imageSize: 768, heads: 16 },
    source: CONFIG,
  },
  {
    models: /^google\/gemma-4-(?:E2B|E4B)/,
    type: "gemma4v",
    sound: "gemma4a",
    values: { patchSize: 16, imageSize: 768 },
    source: CONFIG,
  },
  { models: /^google\/gemma-4-12B/, type: "gemma4uv", values: { patchSize: 16, imageSize: 768 }, source: CONFIG },
  {
    models: /^mistralai\/Pixtral-12B-/,
    type: "pixtral",
    values: { ...PIXTRAL, patchSize: 16, imageSize: 1024, merge: 1 },
    source: CONFIG,
  },
  { models: /^mistralai\/(?:Ministral-3|Mistral-Small-(?:3|4))/, type: "pixtral", values: PIXTRAL, source: CONFIG },
  {
    models: /^mistralai\/Mistral-Large-3/,
    type: "pixtral",
    values: { patchSize: 14, imageSize: 1540, merge: 2, breaksRows: true },
    source: CONFIG,
  },
  {
    models: /^meta-llama\/Llama-4-/,
    type: "llama4",
    values: { patchSize: 14, imageSize: 336, merge: 2, heads: 16, feedForwardLength: 5632 },
    source: CONFIG,
  },
  {
    models: /^zai-org\/GLM-4\.6V-Flash/,
    type: "glm4v",
    values: { patchSize: 14, imageSize: 336, merge: 2, heads: 12, feedForwardLength: 4096 },
    places: 24 ** 2,
    between: 13_696,
    source: CONFIG,
  },
  {
    models: /^moonshotai\/Kimi-K2/,
    type: "kimik25",
    values: { patchSize: 14, imageSize: 896, merge: 2, heads: 16, feedForwardLength: 4304 },
    source: CONFIG,
  },
  {
    models: /^openbmb\/MiniCPM-V-4_5/,
    type: "resampler",
    values: { patchSize: 14, imageSize: 448, heads: 16, feedForwardLength: 4304, version: 6 },
    places: 70 ** 2,
    source: CONFIG,
  },
];

/** A catalogued model's projector: its towers, and its tensors where enough is known; undefined where nothing is. */
export function catalogProjector(row: CatalogModel): (Projector & { readonly source: string }) | undefined {
  const family = FAMILIES.find(({ models }) => models.test(row.id));
  if (family === undefined) return undefined;
  const { vision } = row;
  const { values } = family;
  const heads = values.heads ?? (vision ? HEADS[vision.width] : undefined);
  const inner = vision?.feedForward ?? values.feedForwardLength;
  const whole = vision !== undefined && heads !== undefined && inner !== undefined;
  const tower = visionTower(family.type, {
    ...values,
    layers: whole ? vision.layers : 0,
    embeddingLength: whole ? vision.width : 0,
    feedForwardLength: whole ? inner : 0,
    heads: whole ? heads : 1,
    projectionLength: row.width,
  });
  if (tower === undefined) return undefined;
  const { between, places, deepLayers } = family;
  const tensors = whole
    ? towerTensors(tower, {
        width: row.width,
        ...(places !== undefined && { places }),
        ...(between !== undefined && { between: typeof between === "number" ? between : between(row.width) }),
        // a row says how many layers give features
        ...(deepLayers && vision.deepstack && { deepLayers: deepLayers[vision.layers] ?? [] }),
      })
    : [];
  return {
    name: `the projector of ${row.name}`,
    vision: tower,
    ...(family.sound !== undefined && { audio: soundTower(family.sound, row.width) }),
    tensors: placeDrafts(tensors),
    sizesFrom: "formula",
    source: family.source,
  };
}

function soundTower(type: string, width: number): Tower {
  return {
    modality: "audio",
    type,
    layers: 0,
    embeddingLength: 0,
    feedForwardLength: 0,
    heads: 1,
    kvHeads: 1,
    headLength: 0,
    projectionLength: width,
    imageSize: 0,
    patchSize: 1,
    merge: 1,
    warmUpSize: 0,
    audio: { melBins: 128, stackFactor: 0, windowLength: 1, downsampling: 1, groupLength: 1 },
  };
}

/** Heads by width, of the encoders of Qwen. */
const HEADS: Readonly<Record<number, number>> = { 768: 12, 1024: 16, 1152: 16, 1280: 16 };
