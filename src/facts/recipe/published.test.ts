import { expect, it } from "vitest";
import { type Geometry, tensorList } from "../model/index.ts";
import { quantized, weightBytes } from "./index.ts";
import { alike } from "./testing/models.ts";

/**
 * Sizes of published files in GB, as model cards print them: rounded to 10 MB, with 7 to 12 MB of header that recipes leave
 * out. Sources: cards of bartowski's conversions of
 * Llama 3.1, Qwen3, Qwen2.5, Gemma 2 and 3, Mistral Nemo, Mistral Small, Yi 1.5, Phi 3 (2024 and 2025).
 */
const PUBLISHED: readonly (readonly [string, Geometry, Readonly<Record<string, number>>])[] = [
  [
    "Llama 3.1 8B",
    alike({ ...llama(32, 4096, 32, 14_336), vocabulary: 128_256 }),
    {
      Q2_K: 3.18,
      Q3_K_S: 3.66,
      Q3_K_M: 4.02,
      Q3_K_L: 4.32,
      IQ4_XS: 4.45,
      Q4_0: 4.68,
      Q4_K_S: 4.69,
      Q4_K_M: 4.92,
      Q5_K_M: 5.73,
      Q6_K: 6.6,
      Q8_0: 8.54,
      F16: 16.07,
    },
  ],
  [
    "Llama 3.1 70B",
    alike({ ...llama(80, 8192, 64, 28_672), vocabulary: 128_256 }),
    {
      IQ3_M: 31.94,
      Q3_K_S: 30.91,
      Q3_K_M: 34.27,
      Q3_K_L: 37.14,
      IQ4_XS: 37.9,
      Q4_0: 40.12,
      Q4_K_S: 40.35,
      Q4_K_M: 42.52,
      Q5_K_S: 48.66,
      Q5_K_M: 49.95,
      Q6_K: 57.89,
      Q8_0: 74.98,
    },
  ],
  [
    "Qwen3 30B-A3B",
    alike({
      architecture: "qwen3moe",
      layers: 48,
      width: 2048,
      heads: 32,
      kvHeads: 4,
      headLength: 128,
      feedForward: { experts: 128, expertLength: 768 },
      vocabulary: 151_936,
    }),
    { Q5_K_S: 21.1, Q5_K_M: 21.74, Q6_K: 25.1, Q8_0: 32.48, BF16: 61.1 },
  ],
  [
    "Qwen2.5 14B",
    alike({ ...llama(48, 5120, 40, 13_824), architecture: "qwen2", vocabulary: 152_064 }),
    { Q4_K_M: 8.99, Q5_K_M: 10.51, Q6_K: 12.12, Q8_0: 15.7 },
  ],
  [
    "Gemma 3 4B",
    alike({
      architecture: "gemma3",
      layers: 34,
      width: 2560,
      heads: 8,
      kvHeads: 4,
      headLength: 256,
      feedForward: 10_240,
      vocabulary: 262_144,
      tied: true,
    }),
    { Q4_K_M: 2.49, Q4_1: 2.56, Q5_K_S: 2.76, Q5_K_M: 2.83, Q6_K: 3.19, Q8_0: 4.13, BF16: 7.77 },
  ],
  ["Gemma 2 9B", alike({ ...gemma2(42, 3584, 16, 8, 256, 14_336) }), { Q4_K_M: 5.76, Q8_0: 9.83 }],
  ["Gemma 2 27B", alike({ ...gemma2(46, 4608, 32, 16, 128, 36_864) }), { Q4_K_M: 16.65, Q5_K_M: 19.41 }],
  ["Mistral Nemo", alike({ ...llama(40, 5120, 32, 14_336), headLength: 128, vocabulary: 131_072 }), { Q4_K_M: 7.48 }],
  ["Mistral Small 22B", alike({ ...llama(56, 6144, 48, 16_384), vocabulary: 32_768 }), { Q4_K_M: 13.34 }],
  ["Yi 1.5 9B", alike({ ...llama(48, 4096, 32, 11_008), kvHeads: 4, vocabulary: 64_000 }), { Q4_K_M: 5.32 }],
  [
    "Phi 3 medium",
    alike({ ...llama(40, 5120, 40, 17_920), architecture: "phi3", kvHeads: 10, vocabulary: 32_064 }),
    { Q4_K_M: 8.57, Q8_0: 14.83 },
  ],
];

it("reproduces published sizes within 0.3%, at most 1%", () => {
  const errors = PUBLISHED.flatMap(([name, geometry, sizes]) =>
    Object.entries(sizes).map(([fileType, gigabytes]) => {
      const bytes = weightBytes(quantized(geometry, tensorList(geometry)!, fileType));
      return { of: `${name} ${fileType}`, error: bytes / (gigabytes * 1e9) - 1 };
    }),
  );
  const sorted = errors.map(({ error }) => Math.abs(error)).sort((a, b) => a - b);
  expect(sorted[sorted.length >> 1]).toBeLessThan(0.003);
  for (const { of, error } of errors) expect(Math.abs(error), of).toBeLessThan(0.01);
});

function llama(layers: number, width: number, heads: number, feedForward: number) {
  return { architecture: "llama", layers, width, heads, kvHeads: 8, headLength: width / heads, feedForward };
}

function gemma2(
  layers: number,
  width: number,
  heads: number,
  kvHeads: number,
  headLength: number,
  feedForward: number,
) {
  return {
    architecture: "gemma2",
    layers,
    width,
    heads,
    kvHeads,
    headLength,
    feedForward,
    vocabulary: 256_000,
    tied: true,
  } as const;
}
