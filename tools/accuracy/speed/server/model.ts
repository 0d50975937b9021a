import { modelCatalog, tensorList } from "../../../../src/facts/model/index.ts";
import { loadOf, type Load } from "../../../../src/predict/speed/index.ts";
import type { ServerRow } from "./row.ts";

const { findModel, geometryFromRow, MODELS } = await modelCatalog();

export interface ServerModel {
  readonly name: string;
  readonly load: Load;
  readonly width: number;
  readonly recurrent: boolean;
}

/** Bytes of a weight of the layers, by how the quantization's name begins to tell; the output stays in 16 bit. */
const BITS: readonly (readonly [pattern: RegExp, bytes: number])[] = [
  [/fp4|nvfp4|mxfp4/, 0.56],
  [/int4|4bit|w4a16|q4|awq(?!.*8)/, 0.56],
  [/6\.0bpw/, 0.75],
  [/q5/, 0.7],
  [/q2/, 0.36],
  [/fp8|int8|w8a8|q8|8bit/, 1.02],
  [/bf16|f16|fp16/, 2],
];
const HALF_BYTES = 2;

export function weightBytes(quant: string, model: string): number {
  const said = quant.toLowerCase();
  // "bf16" beside a file that its name says is quantized is the type it computes in
  const text = /bf16|^$/.test(said) && /awq|gptq|int4|fp8/i.test(model) ? model.toLowerCase() : said;
  return BITS.find(([pattern]) => pattern.test(text))?.[1] ?? HALF_BYTES;
}

const models = new Map<string, ServerModel | undefined>();

export function serverModel(row: ServerRow): ServerModel | undefined {
  const key = `${row.model}|${row.quant}`;
  if (!models.has(key)) models.set(key, build(row));
  return models.get(key);
}

function build(row: ServerRow): ServerModel | undefined {
  const found = catalogRow(row.model);
  const geometry = found && geometryFromRow(found);
  const shapes = geometry && tensorList(geometry);
  if (!found || !geometry || !shapes) return undefined;
  const each = weightBytes(row.quant, row.model);
  const tensors = shapes.map(({ name, shape }) => {
    const parameters = shape.reduce((product, length) => product * length, 1);
    const whole = shape.length < 2 || !name.startsWith("blk.");
    return {
      name,
      shape,
      type: each < HALF_BYTES && !whole ? "Q4_K" : "F16",
      bytes: parameters * (whole ? HALF_BYTES : each),
    };
  });
  const types = { cacheTypeK: "f16", cacheTypeV: "f16" } as const;
  return {
    name: found.id,
    load: loadOf({ geometry, ...types }, tensors, () => true),
    width: geometry.embeddingLength,
    recurrent: geometry.layers.some(({ mixer }) => mixer.kind === "recurrent"),
  };
}

/** Repositories and files as servers print them: what people added to the model's name is taken off from the end. */
function catalogRow(label: string): (typeof MODELS)[number] | undefined {
  const plain = label
    .replace(/^.*\//, "")
    .replace(/(?:\.[qf]\w+)?\.gguf$/i, "")
    .replace(/^Meta-/, "")
    .replace(/^QwQ/, "Qwen2.5");
  const words = plain.split(/[-_ ]/);
  for (let count = words.length; count > 0; count--) {
    for (const ending of ["", "-Instruct", "-it", "-hf"]) {
      const match = findModel(words.slice(0, count).join("-") + ending);
      if (match.kind === "found") return match.row;
    }
  }
  return MODELS.find(({ name }) => name.toLowerCase().startsWith(plain.toLowerCase().slice(0, 12)));
}
