import { expect, it } from "vitest";
import { geometryFromConfig, tensorList } from "../model/index.ts";
import { quantized, weightBytes } from "./index.ts";

// A model that no row and no file describes has sizes all the same, from its publisher's configuration.

/** Mistral's Mathstral 7B, and its Q4_K_M file as listed: 4.37 GB with a header of less than a megabyte. */
const MATHSTRAL = {
  architectures: ["MistralForCausalLM"],
  hidden_size: 4096,
  intermediate_size: 14_336,
  max_position_embeddings: 32_768,
  model_type: "mistral",
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
  sliding_window: null,
  tie_word_embeddings: false,
  vocab_size: 32_768,
};

function bytesOf(config: object, fileType: string): number {
  const geometry = geometryFromConfig(config);
  return weightBytes(quantized(geometry, tensorList(geometry)!, fileType));
}

it("sizes follow from a configuration alone", () => {
  // vectors are stored in 32 bits whatever the file type: those of 65 norms count twice
  expect(bytesOf(MATHSTRAL, "BF16") / 2).toBe(7_248_023_552 + 65 * 4096);
  expect(bytesOf(MATHSTRAL, "Q4_K_M") / 1e9).toBeCloseTo(4.37, 2);
  expect(bytesOf(MATHSTRAL, "Q8_0") / 1e9).toBeCloseTo(7.7, 2);
});

it("sizes change with what the configuration says", () => {
  const tied = { ...MATHSTRAL, tie_word_embeddings: true };
  expect(bytesOf(MATHSTRAL, "BF16") - bytesOf(tied, "BF16")).toBe(2 * 32_768 * 4096);
  const experts = { ...MATHSTRAL, model_type: "mixtral", num_local_experts: 8, num_experts_per_tok: 2 };
  expect(bytesOf(experts, "Q4_K_M") / bytesOf(MATHSTRAL, "Q4_K_M")).toBeGreaterThan(6);
});
