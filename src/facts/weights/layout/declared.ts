/** What a configuration says of its quantization, whatever the tensors are. */
export interface Declared {
  /** as the configuration names it: "gptq", "awq", "fp8", "compressed-tensors", "modelopt", ... */
  readonly method: string;
  /** one of the schemes of {@link LAYOUTS}, where the configuration tells it */
  readonly scheme?: string;
  readonly bits?: number;
  readonly groupLength?: number;
  /** modules left as they were, as the configuration writes them: names, with "*", or "re:" before an expression */
  readonly left: readonly string[];
  /** type of the cache that the publisher chose */
  readonly cache?: string;
}

type Values = Readonly<Record<string, unknown>>;

/** Keys of the modules left out, by who writes them. */
const LEFT = [
  "ignore",
  "modules_to_not_convert",
  "exclude_modules",
  "ignored_layers",
  "llm_int8_skip_modules",
  "skip_modules",
];
const INNER = ["text_config", "llm_config", "language_config"];

/**
 * The quantization that a parsed `config.json` (its `quantization_config`, wherever it lies; MLX's `quantization`) or a
 * `hf_quant_config.json` declares, `undefined` where neither does.
 */
export function declaredQuantization(config: unknown): Declared | undefined {
  if (!isObject(config)) return undefined;
  const inner = INNER.map((key) => config[key]).filter(isObject);
  for (const holder of [config, ...inner]) {
    const found = holder["quantization_config"] ?? holder["quantization"] ?? holder["compression_config"];
    if (isObject(found)) return read(found);
  }
  return undefined;
}

function read(values: Values): Declared {
  const algorithm = text(values["quant_algo"]);
  const group = groupOf(values);
  const method =
    text(values["quant_method"]) ?? (algorithm === undefined ? undefined : "modelopt") ?? mlx(values) ?? "unknown";
  const scheme = schemeOf(values, method, algorithm, group);
  const bits = whole(values["bits"]) ?? whole(group["num_bits"]) ?? whole(values["w_bit"]) ?? bitsOfBnb(values);
  const groupLength = whole(values["group_size"]) ?? whole(group["group_size"]) ?? whole(values["q_group_size"]);
  const cache = text(values["kv_cache_quant_algo"]) ?? cacheOf(values["kv_cache_scheme"]);
  const left = LEFT.map((key) => values[key]).find(Array.isArray) as readonly unknown[] | undefined;
  return {
    method,
    ...(scheme !== undefined && { scheme }),
    ...(bits !== undefined && { bits }),
    ...(groupLength !== undefined && { groupLength }),
    left: (left ?? []).filter((name): name is string => typeof name === "string"),
    ...(cache !== undefined && { cache }),
  };
}

/** Weights of the first group of compressed-tensors and modelopt. */
function groupOf(values: Values): Values {
  const groups = values["config_groups"];
  const first = isObject(groups) ? Object.values(groups).find(isObject) : undefined;
  const weights = first?.["weights"];
  return isObject(weights) ? weights : {};
}

/** Method alone, or method and what else is said; in order. */
const SCHEMES: readonly (readonly [method: string, said: RegExp, scheme: string])[] = [
  ["modelopt", /^nvfp4|w4a16_nvfp4|w4a4/i, "nvfp4"],
  ["modelopt", /^mixed/i, "mixed"],
  ["modelopt", /mxfp8/i, "mxfp8"],
  ["modelopt", /fp8/i, "fp8"],
  ["modelopt", /int4_awq|w4a16_awq/i, "awq"],
  ["compressed-tensors", /^nvfp4/, "nvfp4"],
  ["compressed-tensors", /^mxfp4/, "mxfp4"],
  ["compressed-tensors", /^pack-quantized|^marlin/, "packed-int"],
  ["compressed-tensors", /^int-quantized/, "int8"],
  ["compressed-tensors", /^float-quantized/, "fp8"],
  ["compressed-tensors", /^naive-quantized.*float/, "fp8"],
  ["compressed-tensors", /^mixed/, "mixed"],
  ["fp8", /fourbits/, "mixed"],
  ["fp8", /block/, "fp8-block"],
  ["fp8", /^/, "fp8"],
  ["fbgemm_fp8", /^/, "fp8"],
  ["mxfp4", /^/, "mxfp4"],
  ["gptq", /^/, "gptq"],
  ["gptqmodel", /^/, "gptq"],
  ["auto-round", /awq/, "awq"],
  ["auto-round", /^/, "gptq"],
  ["intel/auto-round", /^/, "gptq"],
  ["awq", /^/, "awq"],
  ["bitsandbytes", /8bit/, "int8"],
  ["bitsandbytes", /^/, "bnb-4bit"],
  ["hqq", /^/, "hqq"],
  ["exl2", /^/, "exl2"],
  ["exl3", /^/, "exl3"],
  ["mlx", /^/, "mlx"],
];

function schemeOf(values: Values, method: string, algorithm: string | undefined, group: Values): string | undefined {
  const said = [
    algorithm ?? text(values["format"]) ?? (method === "modelopt" && group["num_bits"] === 4 ? "nvfp4" : undefined),
    text(group["type"]),
    Array.isArray(values["weight_block_size"]) ? "block" : undefined,
    // experts in four bits within a model of eight (NVFP4 made of DeepSeek-V4)
    method === "fp8" && group["num_bits"] === 4 ? "fourbits" : undefined,
    values["load_in_8bit"] === true ? "8bit" : undefined,
    text(values["packing_format"]),
  ]
    .filter((word) => word !== undefined)
    .join(" ");
  return SCHEMES.find(([name, pattern]) => name === method && pattern.test(said))?.[2];
}

/** compressed-tensors describes the cache's type as it does those of weights. */
function cacheOf(scheme: unknown): string | undefined {
  if (!isObject(scheme)) return undefined;
  const bits = whole(scheme["num_bits"]);
  const type = text(scheme["type"]);
  return bits === undefined || type === undefined ? undefined : `${type === "float" ? "FP" : "INT"}${bits}`;
}

/** MLX writes a group and a width, and no method. */
function mlx(values: Values): string | undefined {
  return whole(values["group_size"]) !== undefined && whole(values["bits"]) !== undefined ? "mlx" : undefined;
}

function bitsOfBnb(values: Values): number | undefined {
  if (values["load_in_4bit"] === true) return 4;
  return values["load_in_8bit"] === true ? 8 : undefined;
}

function whole(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value <= 2 ** 20 ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
