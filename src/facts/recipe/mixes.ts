import {
  all,
  any,
  type Condition,
  eightExperts,
  falcon,
  first,
  firstEighth,
  firstEighthCounted,
  firstSixteenth,
  grouped,
  groupedOrExperts,
  importance,
  middle,
  moreBits,
  not,
} from "./conditions.ts";
import type { Role } from "./roles.ts";

/** A type, and when: without a condition always. The first that holds decides; none: the mix's own type. */
export type Choice = readonly [type: string, when?: Condition];

export interface Mix {
  /** type of all matrices that nothing else is said of */
  readonly own: string;
  /** below three bits: other rules for models of eight experts and of 70B */
  readonly low?: true;
  /** type of matrices stacked in three dimensions, where they differ: experts */
  readonly stacked?: string;
  readonly roles?: Partial<Readonly<Record<Role, readonly Choice[]>>>;
}

const alike = (...names: readonly string[]): [string, Mix][] => names.map((own) => [own, { own }]);

/** Eight experts: attention's output takes five bits (not in Falcon, which never has experts). */
const OUTPUT_OF_EIGHT: Choice = ["Q5_K", eightExperts];

const lowBits = (own: string, head: { embedding: string; early: string; output?: string }): Mix => ({
  own,
  low: true,
  roles: {
    output: [["Q5_K"]],
    embedding: [[head.embedding]],
    value: [["Q4_K", groupedOrExperts], [head.early]],
    key: [["Q4_K", eightExperts]],
    attentionOutput: [OUTPUT_OF_EIGHT, ...(head.output === undefined ? [] : [[head.output] as const])],
    down: [[head.early, firstEighthCounted]],
  },
});

const fourBitIndices = (own: string): Mix => ({
  own,
  roles: {
    value: [["Q5_K", grouped]],
    attentionOutput: [OUTPUT_OF_EIGHT],
    down: [["Q5_K", all(firstEighth, not(importance))]],
  },
});

/**
 * llama.cpp's file types as choices by role. Output matrices are Q6_K where nothing else is said.
 * Source: `llama_ftype_get_default_type` and `llama_tensor_get_type_impl` of `src/llama-quant.cpp`, llama.cpp b11434.
 */
export const MIXES: ReadonlyMap<string, Mix> = new Map<string, Mix>([
  ...alike("F32", "F16", "BF16", "Q4_1", "Q5_1", "Q8_0", "Q6_K", "Q1_0"),
  ["Q5_K_S", { own: "Q5_K" }],
  ["Q4_0", { own: "Q4_0", roles: { down: [["Q4_1", all(importance, firstEighth)]] } }],
  ["Q5_0", { own: "Q5_0", roles: { down: [["Q5_1", all(importance, firstEighth)]] } }],
  ["Q2_0", { own: "Q2_0", roles: { embedding: [["Q4_K"]] } }],
  ["TQ1_0", { own: "TQ1_0", roles: { embedding: [["Q4_K"]] } }],
  ["TQ2_0", { own: "TQ2_0", roles: { embedding: [["Q4_K"]] } }],
  ["MXFP4_MOE", { own: "Q8_0", stacked: "MXFP4" }],
  [
    "Q2_K",
    {
      own: "Q2_K",
      roles: {
        value: [["Q4_K", grouped], ["Q3_K"]],
        attentionOutput: [OUTPUT_OF_EIGHT, ["Q3_K", not(falcon)]],
        down: [["Q3_K"]],
      },
    },
  ],
  ["Q2_K_S", { own: "Q2_K", roles: { value: [["Q4_K", grouped]], down: [["Q4_K", firstEighth]] } }],
  ["Q3_K_S", { own: "Q3_K", roles: { attentionOutput: [OUTPUT_OF_EIGHT] } }],
  [
    "Q3_K_M",
    {
      own: "Q3_K",
      roles: {
        value: [["Q5_K", first(2)], ["Q4_K"]],
        attentionOutput: [OUTPUT_OF_EIGHT, ["Q4_K", not(falcon)]],
        down: [
          ["Q5_K", firstSixteenth],
          ["Q4_K", any(not(falcon), moreBits)],
        ],
      },
    },
  ],
  [
    "Q3_K_L",
    {
      own: "Q3_K",
      roles: {
        value: [["Q5_K"]],
        attentionOutput: [
          ["Q4_K", falcon],
          ["Q5_K", not(eightExperts)],
        ],
        down: [["Q4_K", falcon], ["Q5_K"]],
      },
    },
  ],
  [
    "Q4_K_S",
    {
      own: "Q4_K",
      roles: {
        value: [["Q5_K", first(4)]],
        attentionOutput: [OUTPUT_OF_EIGHT],
        down: [["Q5_K", all(not(falcon), firstEighth)]],
      },
    },
  ],
  [
    "Q4_K_M",
    {
      own: "Q4_K",
      roles: {
        value: [["Q6_K", moreBits]],
        attentionOutput: [OUTPUT_OF_EIGHT],
        down: [
          ["Q6_K", any(all(falcon, firstSixteenth), all(not(falcon), moreBits))],
          ["Q5_K", all(falcon, moreBits)],
        ],
      },
    },
  ],
  ["Q5_K_M", { own: "Q5_K", roles: { value: [["Q6_K", moreBits]], down: [["Q6_K", moreBits]] } }],
  ["IQ4_NL", fourBitIndices("IQ4_NL")],
  ["IQ4_XS", fourBitIndices("IQ4_XS")],
  ["IQ3_S", { own: "IQ3_S", roles: { value: [["Q4_K", grouped]], attentionOutput: [OUTPUT_OF_EIGHT] } }],
  [
    "IQ3_M",
    {
      own: "IQ3_S",
      roles: {
        value: [["Q4_K"]],
        attentionOutput: [OUTPUT_OF_EIGHT, ["Q4_K", not(falcon)]],
        down: [["Q4_K", any(firstEighth, all(eightExperts, moreBits))]],
      },
    },
  ],
  [
    "IQ3_XS",
    {
      own: "IQ3_S",
      roles: {
        value: [["Q4_K", grouped]],
        key: [["IQ3_XXS"]],
        query: [["IQ3_XXS"]],
        attentionOutput: [OUTPUT_OF_EIGHT],
        gate: [["IQ3_XXS", middle]],
        up: [["IQ3_XXS", middle]],
      },
    },
  ],
  [
    "IQ3_XXS",
    {
      own: "IQ3_XXS",
      roles: {
        output: [["Q5_K"]],
        embedding: [["IQ3_S"]],
        value: [
          ["Q4_K", grouped],
          ["IQ3_S", not(importance)],
        ],
        key: [["IQ2_S"]],
        query: [["IQ2_S"]],
        attentionOutput: [OUTPUT_OF_EIGHT, ["IQ3_S", not(falcon)]],
        down: [
          ["Q4_K", all(not(importance), firstEighth)],
          ["Q3_K", not(importance)],
        ],
      },
    },
  ],
  ["IQ2_M", lowBits("IQ2_S", { embedding: "IQ3_S", early: "IQ3_S", output: "IQ3_S" })],
  ["IQ2_S", lowBits("IQ2_XS", { embedding: "IQ3_S", early: "IQ3_S", output: "IQ3_S" })],
  ["IQ2_XS", lowBits("IQ2_XS", { embedding: "Q2_K", early: "Q2_K" })],
  ["IQ2_XXS", lowBits("IQ2_XXS", { embedding: "Q2_K", early: "Q2_K" })],
  ["IQ1_M", lowBits("IQ1_M", { embedding: "Q2_K", early: "Q2_K", output: "IQ2_XXS" })],
  ["IQ1_S", lowBits("IQ1_S", { embedding: "Q2_K", early: "Q2_K", output: "IQ2_XXS" })],
]);
