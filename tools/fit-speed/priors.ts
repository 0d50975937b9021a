/** What a coefficient is believed to be before the data: natural logarithm, and its standard deviation. */
export interface Prior {
  readonly log: number;
  readonly deviation: number;
}

export type Priors = ReadonlyMap<string, Prior>;

const DESIGNS = [
  "pascal",
  "volta",
  "turing",
  "ampere",
  "ga100",
  "ada",
  "hopper",
  "blackwell",
  "gb10",
  "rdna12",
  "rdna3",
  "rdna35",
  "rdna4",
  "cdna",
  "arc",
];
const BACKENDS = ["cuda", "rocm", "vulkan", "metal", "sycl", "localscore"];
const VENDORS = ["nvidia", "amd", "apple", "intel"];

/**
 * Designs whose every lane of the shaders' peak multiplies integers too. Ampere, Ada and Hopper count lanes that do not, RDNA 3 and
 * later count a second operation of a lane that unpacking hardly finds: their peaks are worth half as much to it.
 */
const WHOLE_PEAKS = ["pascal", "gp100", "volta", "turing", "ga100", "blackwell", "rdna12", "cdna"];

type Row = readonly [name: string, value: number, deviation: number];

const each = (prefix: string, names: readonly string[], value: number, deviation: number): Row[] =>
  names.map((name) => [`${prefix}:${name}`, value, deviation]);

/** Values as factors, deviations of their logarithm. */
const DECODE: readonly Row[] = [
  ["e", 0.88, 0.1],
  ...each("e", DESIGNS, 1, 0.08),
  ...each("e", BACKENDS, 1, 0.05),
  ["hbm", 1, 0.12],
  ["gddr", 1, 0.08],
  ["expert-bytes", 1, 0.15],
  ["unpack:f16", 1, 0.5],
  ["unpack:bf16", 1.5, 0.5],
  ["unpack:bf16-vulkan", 1, 1],
  // 32 tokens of two operations, at a third of the shaders' peak
  ["tiled", 200, 1],
  ["unpack:q8", 1.5, 0.5],
  ["unpack:q6k", 3.5, 0.5],
  ["unpack:q45k", 4, 0.5],
  ["unpack:q23k", 5, 0.5],
  ["unpack:q4_0", 3, 0.5],
  ["unpack:iq4", 4, 0.5],
  ["unpack:iq123", 7, 0.5],
  ["unpack:mxfp4", 3, 0.5],
  ["unpack:other", 4, 0.5],
  // kernels of other makers' back ends may cost several times NVIDIA's; Apple's have been measured on many chips
  ...each("unpack", VENDORS, 1, 1),
  ["unpack:apple", 1, 0.25],
  ...each("unpack", DESIGNS, 1, 0.25),
  ...each("unpack", WHOLE_PEAKS, 0.5, 0.25),
  ["cache", Math.exp(0.1), 0.2],
  ["cache-plain", Math.exp(0.5), 0.3],
  ...each("cache-plain", VENDORS, 1, 0.4),
  ["attention", 4, 0.7],
  ["attention-plain", 4, 1],
  ...each("attention-plain", VENDORS, 1, 0.7),
  ["layer:cuda", 12e-6, 0.5],
  ["layer:rocm", 30e-6, 0.5],
  ["layer:vulkan", 25e-6, 0.5],
  ["layer:metal", 60e-6, 0.5],
  ["layer:sycl", 40e-6, 0.5],
  ["layer:localscore", 60e-6, 0.5],
  ...each("expert-layer", BACKENDS, 1, 0.4),
  ["linear", 1, 0.7],
  ["old", Math.exp(0.7), 0.3],
  ["localscore-apple", Math.exp(0.5), 0.3],
  ["windows", Math.exp(0.3), 0.3],
];

const PREFILL: readonly Row[] = [
  ["m", 0.6, 0.4],
  ...each("m", DESIGNS, 1, 0.3),
  // the best matrix library reaches 36.9 of Strix Halo's 59.4 TFLOP/s (recalled of mamf-finder's figures, not looked up), where NVIDIA's reach nine tenths
  ["m:rdna35", 0.69, 0.3],
  ...each("m", BACKENDS, 1, 0.2),
  ["quantised", Math.exp(-0.3), 0.3],
  ...each("quantised", VENDORS, 1, 0.2),
  ["class:bf16", 1, 0.2],
  ["class:bf16-vulkan", 1, 0.5],
  ["class:q8", 1, 0.2],
  ["class:q4_0", 1, 0.2],
  ["class:iq4", 1, 0.2],
  ["class:iq123", 1, 0.2],
  ["scores", 16, 0.5],
  ["attention", 4, 0.6],
  // without matrix units in its kernels: shaders do half the matrix rate at best
  ["attention:nvidia", 1, 0.3],
  ["attention:apple", 1, 0.3],
  ["attention:amd", 2, 0.5],
  ["attention:intel", 2, 0.5],
  ["padding", 32, 0.7],
  ["linear", 1, 0.7],
  ["old", Math.exp(0.2), 0.3],
  ["old-quantised", Math.exp(0.2), 0.3],
  ["reading", 0.7, 0.2],
  ["fill", 0.1, 1],
  ...each("fill", VENDORS, 1, 0.7),
  ["layer:cuda", 30e-6, 0.7],
  ["layer:rocm", 100e-6, 0.7],
  ["layer:vulkan", 100e-6, 0.7],
  ["layer:metal", 150e-6, 0.7],
  ["layer:sycl", 100e-6, 0.7],
  ["layer:localscore", 60e-6, 0.7],
  ...each("recent", BACKENDS, Math.exp(0.12), 0.12),
  ["power:pascal", 0.15, 0.35],
  ["power:gp100", 0.15, 0.35],
  ["power:volta", 0.25, 0.35],
  ["power:turing", 0.25, 0.35],
  ["power:ampere", 0.25, 0.35],
  ["power:ga100", 0.6, 0.35],
  ["power:ada", 0.45, 0.35],
  ["power:hopper", 0.8, 0.35],
  ["power:blackwell", 0.5, 0.35],
  ["power:gb10", 0.6, 0.35],
  ["power:unknown", 0.5, 0.5],
];

export const PRIORS: Readonly<Record<"decode" | "prefill", Priors>> = {
  decode: priors(DECODE),
  prefill: priors(PREFILL),
};

function priors(rows: readonly Row[]): Priors {
  return new Map(rows.map(([name, value, deviation]) => [name, { log: Math.log(value), deviation }]));
}
