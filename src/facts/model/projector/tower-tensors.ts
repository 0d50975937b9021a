import type { DraftTensor } from "../../weights/index.ts";
import type { Tower } from "./tower.ts";

/** Width of the model that a tower's embeddings go into, and lengths that its settings do not say. */
export interface TensorLengths {
  readonly width: number;
  /** rows of the table of places; absent: the trained image's patches */
  readonly places?: number;
  /** between the two layers of the projector; absent: as wide as what goes in */
  readonly between?: number;
  /** layers that give features of their own (Qwen3-VL) */
  readonly deepLayers?: readonly number[];
}

/**
 * What a projector file of a kind holds, as the converters write one: matrices in half precision, the rest in single; in a BF16 file
 * the kernels of convolutions too, which back ends have no BF16 for.
 */
export function towerTensors(tower: Tower, lengths: TensorLengths, half: "F16" | "BF16" = "F16"): DraftTensor[] {
  const own = Object.hasOwn(KINDS, tower.type) ? KINDS[tower.type]! : undefined;
  if (own === undefined) throw new RangeError(`projectors of type "${tower.type}" cannot be written`);
  return own(tower, lengths).map(([name, ...shape]) => ({
    name,
    shape,
    type: shape.length > 1 && !SINGLE.test(name) && (half === "F16" || !KERNEL.test(name)) ? half : "F32",
  }));
}

/** Tables of places, and the projection of Gemma 3 and 4, stay in single precision. */
const SINGLE = /position_embd|resampler\.(?:pos|query)|img_break|\.[be]oi$/;

const KERNEL = /(?:patch_embd|patch_merger)\.weight/;

type Entry = readonly [name: string, ...shape: number[]];
type Kind = (tower: Tower, lengths: TensorLengths) => Entry[];

interface LayerParts {
  readonly fused?: true;
  readonly bias: boolean;
  readonly gate?: true;
  /** norms have biases */
  readonly normBias: boolean;
  readonly headNorms?: true;
  readonly postNorms?: true;
  readonly scales?: true;
  readonly withoutKeyBias?: true;
}

function layersOf(tower: Tower, parts: LayerParts, prefix = "v"): Entry[] {
  return Array.from({ length: tower.layers }, (_, layer) => layerOf(tower, parts, `${prefix}.blk.${layer}`)).flat();
}

function layerOf(tower: Tower, parts: LayerParts, name: string): Entry[] {
  const { embeddingLength: width, feedForwardLength: inner, heads, kvHeads, headLength } = tower;
  const matrix = (part: string, from: number, to: number, bias = parts.bias): Entry[] => [
    [`${name}.${part}.weight`, from, to],
    ...(bias ? [[`${name}.${part}.bias`, to] as const] : []),
  ];
  const norm = (part: string, length = width, bias = parts.normBias): Entry[] => [
    [`${name}.${part}.weight`, length],
    ...(bias ? [[`${name}.${part}.bias`, length] as const] : []),
  ];
  const attention = parts.fused
    ? matrix("attn_qkv", width, 3 * width)
    : [
        ...matrix("attn_q", width, heads * headLength),
        ...matrix("attn_k", width, kvHeads * headLength, parts.bias && !parts.withoutKeyBias),
        ...matrix("attn_v", width, kvHeads * headLength),
      ];
  return [
    ...attention,
    ...matrix("attn_out", heads * headLength, width),
    ...norm("ln1"),
    ...norm("ln2"),
    ...(parts.headNorms ? [...norm("attn_q_norm", headLength, false), ...norm("attn_k_norm", headLength, false)] : []),
    ...(parts.postNorms ? [...norm("attn_post_norm", width, false), ...norm("ffn_post_norm", width, false)] : []),
    ...(parts.scales ? [...norm("ls1", width, false), ...norm("ls2", width, false)] : []),
    ...matrix("ffn_up", width, inner),
    ...(parts.gate ? matrix("ffn_gate", width, inner) : []),
    ...matrix("ffn_down", inner, width),
  ];
}

const PLAIN = { bias: true, normBias: true } as const;

function patchesOf({ patchSize, embeddingLength }: Tower, bias = true): Entry[] {
  return [
    ["v.patch_embd.weight", patchSize, patchSize, 3, embeddingLength],
    ...(bias ? [["v.patch_embd.bias", embeddingLength] as const] : []),
  ];
}

function placesOf({ embeddingLength, imageSize, patchSize }: Tower, more = 0, places?: number): Entry[] {
  return [["v.position_embd.weight", embeddingLength, places ?? Math.trunc(imageSize / patchSize) ** 2 + more]];
}

function normOf(name: string, length: number, bias = true): Entry[] {
  return [[`${name}.weight`, length], ...(bias ? [[`${name}.bias`, length] as const] : [])];
}

function linear(name: string, from: number, to: number, bias = true): Entry[] {
  return [[`${name}.weight`, from, to], ...(bias ? [[`${name}.bias`, to] as const] : [])];
}

function twoLayers(first: string, second: string, from: number, between: number, to: number, bias = true): Entry[] {
  return [...linear(first, from, between, bias), ...linear(second, between, to, bias)];
}

function siglip(tower: Tower, { places }: TensorLengths): Entry[] {
  return [
    ...patchesOf(tower),
    ...placesOf(tower, 0, places),
    ...layersOf(tower, PLAIN),
    ...normOf("v.post_ln", tower.embeddingLength),
  ];
}

const square = ({ embeddingLength, merge }: Tower) => embeddingLength * merge * merge;

function twoFrames(tower: Tower, bias: boolean): Entry[] {
  const { patchSize, embeddingLength } = tower;
  return [...patchesOf(tower, bias), ["v.patch_embd.weight.1", patchSize, patchSize, 3, embeddingLength]];
}

function whisper(tower: Tower): Entry[] {
  const { embeddingLength: width, audio } = tower;
  return [
    ["a.conv1d.1.weight", 3, audio!.melBins, width],
    ["a.conv1d.1.bias", 1, width],
    ["a.conv1d.2.weight", 3, width, width],
    ["a.conv1d.2.bias", 1, width],
    ["a.position_embd.weight", width, 1500],
    ...layersOf(tower, { ...PLAIN, withoutKeyBias: true }, "a"),
    ...normOf("a.post_ln", width),
  ];
}

const KINDS: Readonly<Record<string, Kind>> = {
  mlp: (tower, { width, between = width }) => [
    ["v.class_embd", tower.embeddingLength],
    ...patchesOf(tower, false),
    ...placesOf(tower, 1),
    ...normOf("v.pre_ln", tower.embeddingLength),
    ...layersOf(tower, PLAIN),
    ...twoLayers("mm.0", "mm.2", tower.embeddingLength, between, width),
  ],
  gemma3: (tower, lengths) => [
    ...siglip(tower, lengths),
    ["mm.input_projection.weight", lengths.width, tower.embeddingLength],
    ["mm.soft_emb_norm.weight", tower.embeddingLength],
  ],
  idefics3: (tower, lengths) => [...siglip(tower, lengths), ["mm.model.fc.weight", square(tower), lengths.width]],
  lfm2: (tower, lengths) => [
    ...siglip(tower, lengths),
    ...normOf("mm.input_norm", square(tower)),
    ...twoLayers("mm.1", "mm.2", square(tower), lengths.between ?? lengths.width, lengths.width),
  ],
  janus_pro: (tower, lengths) => [
    ...siglip(tower, lengths),
    ...twoLayers("mm.0", "mm.1", tower.embeddingLength, lengths.between ?? lengths.width, lengths.width),
  ],
  kimivl: (tower, lengths) => [
    ...siglip(tower, lengths),
    ...normOf("mm.input_norm", tower.embeddingLength),
    ...twoLayers("mm.1", "mm.2", square(tower), lengths.between ?? square(tower), lengths.width),
  ],
  kimik25: (tower, lengths) => [
    ...siglip(tower, lengths).filter(([name]) => name !== "v.position_embd.weight"),
    ["v.position_embd.weight", tower.embeddingLength, 64, 64],
    ...normOf("mm.input_norm", tower.embeddingLength),
    ...twoLayers("mm.1", "mm.2", square(tower), lengths.between ?? square(tower), lengths.width),
  ],
  "qwen2.5vl_merger": (tower, { width, between = square(tower) }) => [
    ...twoFrames(tower, false),
    ...layersOf(tower, { bias: true, normBias: false, gate: true }),
    ...normOf("v.post_ln", tower.embeddingLength, false),
    ...twoLayers("mm.0", "mm.2", square(tower), between, width),
  ],
  qwen2vl_merger: (tower, { width, between = square(tower) }) => [
    ...twoFrames(tower, false),
    ...layersOf(tower, PLAIN),
    ...normOf("v.post_ln", tower.embeddingLength),
    ...twoLayers("mm.0", "mm.2", square(tower), between, width),
  ],
  qwen3vl_merger: (tower, { width, places = 48 ** 2, between = square(tower), deepLayers = [] }) => [
    ...twoFrames(tower, true),
    ...placesOf(tower, 0, places),
    ...layersOf(tower, { ...PLAIN, fused: true }),
    ...normOf("v.post_ln", tower.embeddingLength),
    ...twoLayers("mm.0", "mm.2", square(tower), between, width),
    ...deepLayers.flatMap((layer) => [
      ...normOf(`v.deepstack.${layer}.norm`, square(tower)),
      ...twoLayers(`v.deepstack.${layer}.fc1`, `v.deepstack.${layer}.fc2`, square(tower), square(tower), width),
    ]),
  ],
  glm4v: (tower, { width, places, between = 3 * width }) => [
    ...twoFrames(tower, true),
    ...placesOf(tower, 0, places),
    ...normOf("v.norm_embd", tower.embeddingLength, false),
    ...layersOf(tower, { bias: false, normBias: false, gate: true, fused: true }),
    ...normOf("v.post_ln", tower.embeddingLength, false),
    ["mm.patch_merger.weight", tower.merge, tower.merge, tower.embeddingLength, width],
    ["mm.patch_merger.bias", width],
    ["mm.model.fc.weight", width, width],
    ...normOf("mm.post_norm", width),
    ["mm.up.weight", width, between],
    ["mm.gate.weight", width, between],
    ["mm.down.weight", between, width],
  ],
  pixtral: (tower, { width }) => [
    ...patchesOf(tower, false),
    ...normOf("v.pre_ln", tower.embeddingLength, false),
    ...layersOf(tower, { bias: false, normBias: false, gate: true }),
    ...(tower.merge > 1
      ? ([
          ["mm.input_norm.weight", tower.embeddingLength],
          ["mm.patch_merger.weight", square(tower), tower.embeddingLength],
        ] as const)
      : []),
    // the published Pixtral has biases, Mistral 3 has none
    ...twoLayers("mm.1", "mm.2", tower.embeddingLength, width, width, tower.merge === 1),
    ...(tower.breaksRows ? [["v.token_embd.img_break", width] as const] : []),
  ],
  internvl: (tower, { width, between = width }) => [
    ["v.class_embd", tower.embeddingLength],
    ...patchesOf(tower),
    ...placesOf(tower, 1),
    ...layersOf(tower, { ...PLAIN, scales: true }),
    ...normOf("mm.model.mlp.0", square(tower)),
    ...twoLayers("mm.model.mlp.1", "mm.model.mlp.3", square(tower), between, width),
  ],
  llama4: (tower, { width, between = 4096 }) => [
    ["v.class_embd", tower.embeddingLength],
    ["v.patch_embd.weight", 3 * tower.patchSize ** 2, tower.embeddingLength],
    ...placesOf(tower, 1),
    ...normOf("v.pre_ln", tower.embeddingLength),
    ...layersOf(tower, PLAIN),
    ...normOf("v.post_ln", tower.embeddingLength),
    ["mm.model.mlp.1.weight", square(tower), between],
    ["mm.model.mlp.2.weight", between, between],
    ["mm.model.fc.weight", between, width],
  ],
  gemma4v: (tower, { width, places = 10_240 }) => [
    ...patchesOf(tower, false),
    ["v.position_embd.weight", tower.embeddingLength, places, 2],
    ...layersOf(tower, { bias: false, normBias: false, gate: true, headNorms: true, postNorms: true }),
    ...normOf("v.std_bias", tower.embeddingLength, false).map(([, length]): Entry => ["v.std_bias", length!]),
    ["v.std_scale", tower.embeddingLength],
    ["mm.input_projection.weight", tower.embeddingLength, width],
  ],
  resampler: (tower, { width, places }) => [
    ...siglip(tower, { width, ...(places !== undefined && { places }) }),
    ["resampler.pos_embed_k", width, 4900],
    ["resampler.query", width, tower.queries ?? 64],
    ["resampler.proj.weight", width, width],
    ["resampler.kv.weight", tower.embeddingLength, width],
    ...["q", "k", "v", "out"].flatMap((part) => linear(`resampler.attn.${part}`, width, width)),
    ...["q", "kv", "post"].flatMap((part) => normOf(`resampler.ln_${part}`, width)),
  ],
  cogvlm: (tower, { width, between = 4 * width }) => [
    ["v.class_embd", tower.embeddingLength],
    ...patchesOf(tower),
    ...placesOf(tower, 1),
    ...layersOf(tower, { ...PLAIN, fused: true }),
    ["mm.model.fc.weight", tower.embeddingLength, width],
    ...normOf("mm.post_fc_norm", width),
    ["mm.up.weight", width, between],
    ["mm.gate.weight", width, between],
    ["mm.down.weight", between, width],
    ["v.boi", width],
    ["v.eoi", width],
  ],
  ultravox: (tower, { width, between = width }) => [
    ...whisper(tower),
    ["mm.a.norm_pre.weight", tower.embeddingLength * tower.audio!.stackFactor],
    ["mm.a.mlp.1.weight", tower.embeddingLength * tower.audio!.stackFactor, between],
    ["mm.a.norm_mid.weight", between / 2],
    ["mm.a.mlp.2.weight", between / 2, width],
  ],
  voxtral: (tower, { width }) => [
    ...whisper(tower),
    ["mm.a.mlp.1.weight", tower.embeddingLength * tower.audio!.stackFactor, width],
    ["mm.a.mlp.2.weight", width, width],
  ],
  qwen2a: (tower, { width }) => [...whisper(tower), ...linear("mm.a.fc", tower.embeddingLength, width)],
};
