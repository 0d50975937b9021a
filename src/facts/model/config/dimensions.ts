import { LoadoutError } from "../../errors/index.ts";
import { ARCHITECTURES } from "../architectures.ts";
import type { Dimensions } from "../catalog/row.ts";
import { blocksOf, headsOf, latentOf, windowLength, windowOf } from "./attention.ts";
import { ConfigValues, isObject } from "./config-values.ts";
import { expertsOf } from "./experts.ts";
import { denseLengths } from "./feed-forward.ts";
import { INNER_DEFAULTS } from "./inner-defaults.ts";
import { type LayerKind, layerKinds } from "./layer-kinds.ts";
import { BEYOND, MODEL_TYPES, type ModelType } from "./model-types.ts";
import { recurrentPart } from "./recurrent.ts";
import { visionOf } from "./vision.ts";

/** As in GGUF files: LLAMA_MAX_LAYERS of llama.cpp. */
const MOST_LAYERS = 512;
const LAYERS = ["num_hidden_layers", "n_layer", "n_layers", "num_layers"];
const WIDTH = ["hidden_size", "n_embd", "d_model", "model_dim"];
const CONTEXT = [
  "max_position_embeddings",
  "n_positions",
  "max_sequence_length",
  "model_max_length",
  "seq_length",
  "max_seq_len",
  "n_ctx",
];
const MTP = ["num_nextn_predict_layers", "mtp_num_hidden_layers", "num_mtp_modules", "num_mtp_layers"];

/** What a configuration says of a model, in the terms of a catalog row. `file` is how errors call it. */
export function dimensionsFromConfig(config: unknown, file = "config.json"): Dimensions {
  const given = ConfigValues.of(config, file);
  const { name, type } = modelType(given);
  const inner = given.isInner ? INNER_DEFAULTS[name.replace(/_text$/, "")] : undefined;
  const values = given.withDefaults({ ...inner, ...type?.defaults });
  const layers = layerCount(values);
  const width = values.required(...WIDTH);
  if (width < 1)
    throw values.wrong(
      WIDTH.find((key) => values.has(key))!,
      "at least 1",
      width,
    );
  const common = {
    layers,
    width,
    vocabulary: paddedVocabulary(values, type),
    ...(isTied(values) && { tied: true as const }),
    context: type?.recurrentOnly ? (values.count(...CONTEXT) ?? 2 ** 20) : values.required(...CONTEXT),
  };
  const what = beyond(values);
  if (what !== undefined) throw new LoadoutError("config-beyond", { file, type: name, got: what });
  if (type?.recurrentOnly) return { ...common, ...recurrentOnly(values, type, layers, width) };

  const base = type?.architecture ?? name;
  const window = ARCHITECTURES[base]?.window;
  const kinds = withoutWindows(values, window, layerKinds(values, layers, window));
  const recurrent = type?.parallel || kinds.includes("recurrent");
  const experts = expertsOf(values, type, base, layers);
  const architecture = architectureOf(type, name, experts !== undefined, recurrent);
  if (kinds.includes("experts") && !experts) throw values.wrong("n_routed_experts", "at least 2", "fewer");
  const pattern = patternOf(kinds);
  const full = kinds.flatMap((kind, layer) => (kind === "full" ? [layer] : []));
  if (recurrent && kinds.includes("windowed")) {
    throw new LoadoutError("config-beyond", { file, type: name, got: "recurrent layers and layers with windows" });
  }
  const dense = denseLengths(values, type, architecture, hasDense(kinds, experts));
  const mla = latentOf(values, type);
  const blocks = blocksOf(values);
  const vision = visionOf(values);
  const mtpLayers = values.count(...MTP) ?? 0;
  if (layers + mtpLayers > MOST_LAYERS) {
    throw values.wrong(
      MTP.find((key) => values.has(key))!,
      `at most ${MOST_LAYERS - layers}`,
      mtpLayers,
    );
  }
  const residualStreams = values.count("hc_mult") ?? 0;
  const residualBlock = values.count("attn_res_block_size") ?? 0;
  const perLayerEmbedding = values.count("hidden_size_per_layer_input") ?? 0;
  const sharedCaches = values.count("num_kv_shared_layers") ?? 0;
  if (sharedCaches >= layers) throw values.wrong("num_kv_shared_layers", `fewer than ${layers} layers`, sharedCaches);
  const windowed = windowOf(values, type, window, kinds);
  return {
    architecture,
    ...common,
    ...headsOf(values, type, width),
    ...(dense !== undefined && { feedForward: dense }),
    ...(full.length < layers && !type?.parallel && { full }),
    ...(windowed && { window: windowed }),
    ...(sharedCaches > 0 && { sharedCaches }),
    ...(mla && { mla }),
    ...(blocks && { blocks }),
    ...(experts && { experts }),
    ...(recurrent && {
      linear: { ...recurrentPart(values, width), ...(type?.parallel && { parallel: true as const }) },
    }),
    ...(pattern !== undefined && { pattern }),
    ...(perLayerEmbedding > 0 && { perLayerEmbedding }),
    ...(residualStreams > 1 && { residualStreams }),
    ...(residualBlock > 0 && { residualBlock }),
    ...(mtpLayers > 0 && { mtpLayers }),
    ...(hasSections(values, architecture) && { fourPositions: true as const }),
    ...(hasTemperature(values, architecture) && { queryTemperature: true as const }),
    ...(vision && { vision }),
  };
}

/** The row of the model's type, innermost type first, since a model with encoders has the type of what is around it. */
function modelType(values: ConfigValues): { name: string; type?: ModelType } {
  const classes = values.every("architectures").flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  const types = values
    .every("model_type")
    .flatMap((type) => (typeof type === "string" ? [type, type.replace(/_text$/, "")] : []));
  const known = [...classes, ...types].find(
    (name): name is string => typeof name === "string" && Object.hasOwn(MODEL_TYPES, name),
  );
  const [name] = types;
  if (known !== undefined) return { name: name ?? known, type: MODEL_TYPES[known]! };
  if (name === undefined) values.required("model_type");
  return { name: name ?? "" };
}

function layerCount(values: ConfigValues): number {
  const layers = values.count(...LAYERS) ?? values.words("layers_block_type")?.length ?? values.required(...LAYERS);
  if (layers < 1 || layers > MOST_LAYERS) throw values.wrong("num_hidden_layers", `1 to ${MOST_LAYERS}`, layers);
  return layers;
}

function beyond(values: ConfigValues): string | undefined {
  if (values.flag("is_encoder_decoder")) return "an encoder and a decoder";
  const key = Object.keys(BEYOND).find((name) => {
    const [value] = values.every(name);
    return Array.isArray(value) ? value.length > 0 : isObject(value) || (typeof value === "number" && value > 0);
  });
  return key === undefined ? undefined : BEYOND[key];
}

function architectureOf(type: ModelType | undefined, name: string, experts: boolean, recurrent: boolean): string {
  if (!type) return name;
  if (experts && type.withExperts !== undefined) return type.withExperts;
  return (recurrent ? undefined : type.withoutRecurrent) ?? type.architecture;
}

function isTied(values: ConfigValues): boolean {
  return values.flag("tie_word_embeddings") ?? values.flag("tie_embedding") ?? false;
}

/** Windows that the configuration turns off, or that the engine does not have for a model of so many layers, are none. */
function withoutWindows(
  values: ConfigValues,
  facts: (typeof ARCHITECTURES)[string]["window"],
  kinds: readonly LayerKind[],
): LayerKind[] {
  const other = facts?.onlyWithLayers !== undefined && facts.onlyWithLayers !== kinds.length;
  if (!other && (windowLength(values, facts) ?? 0) > 0) return [...kinds];
  return kinds.map((kind) => (kind === "windowed" ? "full" : kind));
}

const LETTERS: Readonly<Record<LayerKind, string>> = {
  full: "*",
  windowed: "*",
  recurrent: "M",
  "feed-forward": "-",
  experts: "E",
};

/** Whether a layer has a feed-forward without experts. */
function hasDense(kinds: readonly LayerKind[], experts: Dimensions["experts"]): boolean {
  if (patternOf(kinds) !== undefined) return kinds.includes("feed-forward");
  return experts === undefined || experts.dense !== undefined;
}

/** Where layers are blocks of one kind each. */
function patternOf(kinds: readonly LayerKind[]): string | undefined {
  if (!kinds.includes("feed-forward") && !kinds.includes("experts")) return undefined;
  return kinds.map((kind) => LETTERS[kind]).join("");
}

function recurrentOnly(
  values: ConfigValues,
  type: ModelType,
  layers: number,
  width: number,
): Omit<Dimensions, "layers" | "width" | "vocabulary" | "context"> {
  const linear = recurrentPart(values, width);
  const none = { heads: 0, kvHeads: 0, keyLength: 0, valueLength: 0 };
  return { architecture: type.architecture, ...none, linear, pattern: "M".repeat(layers) };
}

/** The first Mamba models pad their vocabularies, and their configurations give the length before. */
function paddedVocabulary(values: ConfigValues, type: ModelType | undefined): number {
  const vocabulary = values.required("vocab_size", "padded_vocab_size", "n_vocab");
  const multiple = type?.recurrentOnly ? Math.max(1, values.count("pad_vocab_size_multiple") ?? 8) : 1;
  return Math.ceil(vocabulary / multiple) * multiple;
}

/** As `use_mrope` of the engine: sections of four positions in architectures that may have one or four. */
function hasSections(values: ConfigValues, architecture: string): boolean {
  if (!["glm4", "glm4moe", "hunyuan_vl"].includes(architecture)) return false;
  const rope = values.nested("rope_scaling") ?? values.nested("rope_parameters");
  const sections = rope?.list("mrope_section") ?? [];
  return (sections[0] ?? 0) > 0 && (sections[1] ?? 0) > 0;
}

function hasTemperature(values: ConfigValues, architecture: string): boolean {
  const rope = values.nested("rope_parameters") ?? values.nested("rope_scaling");
  return architecture === "mistral3" && (rope?.number("llama_4_scaling_beta") ?? 0) !== 0;
}
