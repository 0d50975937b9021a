import { type Geometry, modelCatalog, tensorList } from "../../../src/facts/model/index.ts";
import { FILE_TYPE_NAMES, quantized } from "../../../src/facts/recipe/index.ts";
import type { Tensor } from "../../../src/facts/weights/index.ts";
import { approximate, type CatalogModel } from "./approximate.ts";
import type { SpeedRow } from "./row.ts";

const { MODELS, geometryFromRow } = await modelCatalog();

/** A model as a row names it. */
export interface NamedModel {
  readonly geometry: Geometry;
  readonly tensors: readonly Tensor[];
  /** names and sizes agree with a catalogued model; false: the nearest of its kind, scaled */
  readonly known: boolean;
}

const GIB = 2 ** 30;
/** Families in labels that are architectures under another name. */
const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = {
  llama: ["llama", "phi3"],
  phi4: ["phi3"],
  mistral3: ["mistral3", "llama"],
  "qwen3.8": ["qwen35"],
  nemotron: ["nemotron", "nemotron_h", "nemotron_h_moe"],
  glm4moe: ["glm4moe"],
  qwen2: ["qwen2", "qwen2vl"],
  hunyuan: ["hunyuan-moe", "hunyuan-dense"],
  minimax: ["minimax-m2"],
  deepseek: ["deepseek4", "deepseek2"],
};

const known = new Map<string, NamedModel | undefined>();

/** The model and its tensors, scaled to the file's size where that is stated. */
export function modelOf(row: SpeedRow): NamedModel | undefined {
  const key = [row.model, row.arch, row.quant, row.sizeGiB, row.parametersB].join("|");
  if (!known.has(key)) known.set(key, build(row));
  return known.get(key);
}

function build(row: SpeedRow): NamedModel | undefined {
  const found = catalogRow(row);
  if (!found) return undefined;
  const { model, exact } = found;
  const scale = exact || row.parametersB === undefined ? 1 : (row.parametersB * 1e9) / model.parameters.text;
  const geometry = geometryFromRow(model);
  const shapes = geometry && tensorList(geometry);
  const type = fileType(row);
  if (!geometry || !shapes) {
    const rough = approximate(model, type.name);
    return sized({ ...rough, known: false }, row, scale, type.known);
  }
  const tensors = quantized(geometry, shapes, type.name).map((tensor) => ({ ...tensor, offset: 0, file: 0 }));
  return sized({ geometry, tensors, known: exact && type.known }, row, scale, type.known);
}

/** Bytes as the file has them: publishers' own mixes differ from the recipe, and the total says by how much. */
function sized(model: NamedModel, row: SpeedRow, scale: number, typeKnown: boolean): NamedModel {
  const total = model.tensors.reduce((sum, { bytes }) => sum + bytes, 0);
  const bits = typeKnown ? undefined : /(\d)/.exec(row.quant ?? "")?.[1];
  const guessed = bits === undefined ? undefined : ((row.parametersB ?? 0) * 1e9 * (Number(bits) + 0.5)) / 8;
  const wanted = row.sizeGiB === undefined ? guessed || total * scale : row.sizeGiB * GIB;
  if (Math.abs(wanted / total - 1) < 0.002) return model;
  const factor = wanted / total;
  return { ...model, tensors: model.tensors.map((tensor) => ({ ...tensor, bytes: tensor.bytes * factor })) };
}

function catalogRow(row: SpeedRow): { readonly model: CatalogModel; readonly exact: boolean } | undefined {
  const label = row.model.toLowerCase();
  const first = /^[a-z]+[\d._]*[a-z]*(?:[-_](?:oss|moe|h|next))*/.exec(label)?.[0] ?? "";
  const family = row.arch ?? first;
  const names = ARCHITECTURES[first] ?? ARCHITECTURES[family] ?? [family, first.replace(/[._]/g, "")];
  const parameters = row.parametersB ?? labelParameters(label, row.sizeGiB);
  if (parameters === undefined) return undefined;
  const expert = /moe|a\d+b|oss|x\d+e|deepseek2|minimax|next|deepseek[-_ ]?v?4/.test(label);
  const own = MODELS.filter(({ architecture = "" }) => names.includes(architecture));
  const dense = /ternary|r1-distill/.test(label) ? MODELS.filter(({ experts }) => !experts) : [];
  const candidates =
    own.length > 0 ? [...own, ...dense] : MODELS.filter(({ experts }) => (experts !== undefined) === expert);
  const distance = (model: CatalogModel) =>
    Math.min(...totals(model).map((total) => Math.abs(Math.log(total / 1e9 / parameters))));
  const versioned = candidates.filter(({ name }) =>
    label.startsWith(name.toLowerCase().split(" ").slice(0, 2).join(" ")),
  );
  const [best] = [...(versioned.length > 0 && row.parametersB === undefined ? versioned : candidates)].sort(
    (a, b) => distance(a) - distance(b) || a.priority - b.priority,
  );
  if (!best) return undefined;
  return { model: best, exact: own.length > 0 && distance(best) < (row.parametersB === undefined ? 0.1 : 0.03) };
}

/** Weights of a model's files: some carry blocks for multi-token prediction, or a tied matrix twice. */
function totals({ parameters: { text, mtp = 0 }, tied, vocabulary, width }: CatalogModel): readonly number[] {
  return [text, text + mtp, ...(tied ? [text + vocabulary * width] : [])];
}

/** "llama 8B Q4_0" says eight billion; labels that were printed with "?" are told by the file's size. */
function labelParameters(label: string, sizeGiB: number | undefined): number | undefined {
  const match = /(?:^|[ _-])(\d+(?:\.\d+)?)b\b/.exec(label.replace(/\.a\d+(?:\.\d+)?b/, ""));
  if (match) return Number(match[1]);
  if (label.includes("v4-flash")) return 284.3;
  if (/\be[24]b\b/.test(label)) return label.includes("e4b") ? 7.5 : 4.65;
  return sizeGiB === undefined ? undefined : sizeGiB * 1.9;
}

/** The row's file type, or the nearest one that has a recipe. */
function fileType(row: SpeedRow): { readonly name: string; readonly known: boolean } {
  const stated = (row.quant ?? row.model.split(" ").at(-1) ?? "").toUpperCase();
  const name = stated
    .replace(/ - MEDIUM/, "_M")
    .replace(/ - SMALL/, "_S")
    .replace(/ - LARGE/, "_L")
    .replace(/^UD-/, "")
    .replace(/_XL$/, "_M")
    .replace(/ .*$/, "")
    .replace(/_R\d+$/, "")
    .replace(/^MXFP4$/, "MXFP4_MOE");
  if (FILE_TYPE_NAMES.includes(name)) return { name, known: true };
  const bits = /(\d)/.exec(name)?.[1];
  const near: Readonly<Record<string, string>> = {
    1: "IQ1_M",
    2: "IQ2_M",
    3: "Q3_K_M",
    4: "Q4_K_M",
    5: "Q5_K_M",
    6: "Q6_K",
    8: "Q8_0",
  };
  return { name: near[bits ?? ""] ?? "Q4_K_M", known: false };
}
