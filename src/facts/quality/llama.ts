import type { QualityRow, QualityStudy } from "./study.ts";

const WITH = true;
const PLAIN = false;

/** [file type, importance matrix, GiB, perplexity, mean KL divergence] */
type Line = readonly [scheme: string, importance: boolean, gibibytes: number, perplexity: number, divergence: number];

/** llama.cpp's own table; f16 against the same in f16 shows the noise of the tool. */
const LLAMA_3_8B: readonly Line[] = [
  ["F16", PLAIN, 14.97, 6.2332, 0.00055],
  ["Q8_0", PLAIN, 7.96, 6.2343, 0.00136],
  ["Q6_K", PLAIN, 6.14, 6.2534, 0.00545],
  ["Q5_K_M", PLAIN, 5.33, 6.2886, 0.01076],
  ["Q5_K_S", PLAIN, 5.21, 6.3366, 0.0166],
  ["Q5_1", PLAIN, 5.65, 6.3379, 0.01805],
  ["Q5_0", PLAIN, 5.21, 6.3632, 0.02224],
  ["Q4_K_M", WITH, 4.58, 6.3829, 0.02815],
  ["Q4_K_M", PLAIN, 4.58, 6.4071, 0.03127],
  ["Q4_K_S", WITH, 4.37, 6.4097, 0.03195],
  ["IQ4_NL", WITH, 4.35, 6.4556, 0.03574],
  ["IQ4_XS", WITH, 4.14, 6.4597, 0.03633],
  ["Q4_K_S", PLAIN, 4.37, 6.5005, 0.04314],
  ["Q4_1", PLAIN, 4.78, 6.6827, 0.07168],
  ["Q4_0", PLAIN, 4.34, 6.7001, 0.07194],
  ["Q3_K_L", WITH, 4.03, 6.6712, 0.07308],
  ["Q3_K_M", WITH, 3.74, 6.7343, 0.08436],
  ["Q3_K_M", PLAIN, 3.74, 6.8885, 0.10191],
  ["IQ3_M", WITH, 3.53, 6.8983, 0.10253],
  ["IQ3_S", WITH, 3.42, 6.9655, 0.11128],
  ["IQ3_XS", WITH, 3.28, 7.163, 0.13869],
  ["IQ3_XXS", WITH, 3.05, 7.4584, 0.18363],
  ["Q3_K_S", WITH, 3.41, 7.6029, 0.19982],
  ["IQ2_M", WITH, 2.74, 8.6008, 0.32599],
  ["Q2_K", WITH, 2.96, 8.6478, 0.33222],
  ["Q2_K_S", WITH, 2.96, 9.3238, 0.40336],
  ["IQ2_S", WITH, 2.56, 9.6508, 0.4392],
  ["Q2_K", PLAIN, 2.96, 9.7516, 0.44513],
  ["IQ2_XS", WITH, 2.43, 10.7614, 0.54629],
  ["IQ2_XXS", WITH, 2.24, 14.0918, 0.81202],
  ["IQ1_M", WITH, 2.01, 25.4937, 1.39308],
  ["IQ1_S", WITH, 1.88, 58.0978, 2.21128],
];

const README = "llama.cpp `tools/perplexity/README.md` (commit c392e509)";
const rowOf = ([scheme, importance, gibibytes, perplexity, divergence]: Line): QualityRow => ({
  scheme,
  importance,
  gibibytes,
  perplexity,
  divergence,
});

export const LLAMA_STUDIES: readonly QualityStudy[] = [
  {
    id: "llama-3-8b-readme",
    models: ["meta-llama/Meta-Llama-3-8B-Instruct", "meta-llama/Meta-Llama-3-8B"],
    family: "llama",
    measured: "LLaMA 3 8B",
    on: "wikitext-2 test, llama-perplexity, revision f364eb6f, RTX 4090",
    base: { type: "F16", perplexity: 6.2332 },
    rows: LLAMA_3_8B.map(rowOf),
    note: "importance matrices were made from wikitext's training text",
    source: README,
    date: "2026-11-22",
    dated: "read",
  },
  {
    id: "llama-2-7b-readme",
    models: ["meta-llama/Llama-2-7b-hf", "meta-llama/Llama-2-7b-chat-hf"],
    family: "llama",
    measured: "Llama 2 7B",
    on: "wikitext-2 test, llama-perplexity",
    base: { type: "F16" },
    rows: [
      { scheme: "Q8_0", divergence: 0.0004, sameTop: 0.988 },
      { scheme: "Q6_K", divergence: 0.0021, sameTop: 0.975 },
      { scheme: "Q4_K_M", divergence: 0.0127, sameTop: 0.947 },
      { scheme: "Q2_K", divergence: 0.1089, sameTop: 0.856 },
    ],
    note: "older models, trained on fewer tokens, lose less than LLaMA 3 does",
    source: README,
    date: "2026-11-22",
    dated: "read",
  },
  {
    id: "llama-3.1-8b-2601.14277",
    models: ["meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.1-8B"],
    family: "llama",
    measured: "Llama 3.1 8B",
    on: "wikitext",
    base: { type: "F16", perplexity: 7.32 },
    rows: [{ scheme: "Q4_K_M", perplexity: 7.56 }],
    source: "arXiv 2601.14277",
    date: "2026-01",
    dated: "published",
  },
  {
    id: "llama-2-7b-awq",
    models: ["meta-llama/Llama-2-7b-hf", "meta-llama/Llama-2-7b-chat-hf"],
    family: "llama",
    measured: "Llama 2 7B",
    on: "wikitext-2, 4 bits, groups of 128",
    base: { type: "FP16", perplexity: 5.47 },
    rows: [
      { scheme: "awq", perplexity: 5.6 },
      { scheme: "gptq", perplexity: 5.87 },
    ],
    note: "a re-run; 13B: AWQ 4.97, GPTQ 4.97 of 4.88; 70B: 3.41, 3.52 of 3.32",
    source: "dwithchenna/llm-quantization",
    date: "2026-11-22",
    dated: "read",
  },
  {
    id: "llama-3.3-70b-exl2",
    models: ["meta-llama/Llama-3.3-70B-Instruct"],
    family: "llama",
    measured: "Llama 3.3 70B",
    on: "the card's text; EXL2, ExLlamaV2's format",
    base: { type: "none given" },
    rows: [5, 4.5, 4, 3.5, 3, 2.25].map((bitsPerWeight, index) => ({
      scheme: Number.isInteger(bitsPerWeight) ? `exl2-${bitsPerWeight}bpw` : "exl2",
      variant: `${bitsPerWeight} bpw`,
      bitsPerWeight,
      perplexity: [4.7932, 4.8894, 5.0079, 5.3992, 7.2686, 8.8764][index]!,
    })),
    source: "Dracones Llama-3.3-70B EXL2 card",
    date: "2026-11-22",
    dated: "read",
  },
];
