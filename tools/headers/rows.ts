import type { DraftValue } from "../../src/facts/weights/index.ts";

export type Entry = readonly [key: string, value: DraftValue];

/**
 * What a header of an architecture says that does not follow from the geometry: keys the engine asks for, and constants that
 * add operations to the graph. Values are those of published models where one value is common. Source: `load_arch_hparams` in
 * `src/models/*.cpp` of llama.cpp b11434.
 */
export interface HeaderRow {
  /** keys without the architecture's name before them */
  readonly constants?: readonly Entry[];
  /** layers without attention are told by having no key-value heads */
  readonly headless?: true;
  /** layers without attention are told by having no heads at all */
  readonly attentionFree?: true;
  /** every so many layers one has attention: written as `full_attention_interval` */
  readonly interval?: true;
  /** lengths of windowed heads are asked for even where they are the same */
  readonly windowedLengths?: true;
  /** which layers are windowed is asked for even where the period is usual */
  readonly windowPattern?: true;
  /** the shared experts' key holds the length of one of them */
  readonly sharedEach?: true;
  /** every so many layers one has experts: written as `interleave_moe_layer_step` */
  readonly expertStep?: true;
  /** key of the width of the experts' stream, where it is not the usual */
  readonly latentKey?: string;
  /** layers that have an indexer are listed */
  readonly indexerTypes?: true;
  /** keys that have no architecture's name before them */
  readonly bare?: readonly Entry[];
  /** norms are by mean and variance: a file with the other norm's epsilon would say otherwise */
  readonly meanNorms?: true;
  /** frequency factors of the rotary encoding stand in a tensor */
  readonly frequencies?: "full layers" | "all layers";
}

const f32 = (key: string, value: number): Entry => [key, { type: "f32", value }];
const sections = (...values: readonly number[]): Entry => [
  "rope.dimension_sections",
  { type: "array", of: "i32", values },
];
const GRANITE: readonly Entry[] = [
  f32("logit_scale", 8),
  f32("residual_scale", 0.22),
  f32("embedding_scale", 12),
  f32("attention.scale", 0.015625),
];

export const HEADER_ROWS: Readonly<Record<string, HeaderRow>> = {
  apertus: { bare: ["alpha_n", "alpha_p", "beta", "eps"].map((name) => f32(`xielu.${name}`, 0.5)) },
  bailingmoe2: { sharedEach: true },
  bailingmoe3: { constants: [f32("kda.gate_lower_bound", -5)], headless: true },
  deci: { headless: true, attentionFree: true },
  cohere2: { constants: [f32("logit_scale", 0.25)] },
  cohere2moe: { constants: [f32("logit_scale", 0.25)], meanNorms: true, windowPattern: true },
  "command-r": { constants: [f32("logit_scale", 0.0625)] },
  "ernie4_5-moe": { expertStep: true },
  gemma2: { constants: [f32("attn_logit_softcapping", 50), f32("final_logit_softcapping", 30)] },
  gemma4: {
    constants: [f32("final_logit_softcapping", 30)],
    windowedLengths: true,
    windowPattern: true,
    frequencies: "full layers",
  },
  "glm5-next": {
    constants: [
      f32("kda.gate_lower_bound", -5),
      f32("hyper_connection.epsilon", 1e-6),
      ["hyper_connection.sinkhorn_iterations", { type: "u32", value: 20 }],
    ],
    headless: true,
  },
  "glm-dsa": { indexerTypes: true },
  granite: { constants: GRANITE },
  granitehybrid: { constants: GRANITE, headless: true },
  granitemoe: { constants: GRANITE },
  jamba: { headless: true },
  "kimi-k3": {
    constants: [
      f32("kda.gate_lower_bound", -5),
      f32("activation.situ_beta", 4),
      f32("activation.situ_linear_beta", 25),
    ],
    headless: true,
    latentKey: "expert_latent_length",
  },
  "kimi-linear": { headless: true },
  lfm2: { headless: true },
  lfm2moe: { headless: true },
  llama: { frequencies: "all layers" },
  "llama-embed": { frequencies: "all layers" },
  llama4: { expertStep: true },
  "minimax-01": { constants: [f32("residual_scale", 3.5565588200778455)], interval: true },
  mimo2: { constants: [f32("attention.value_scale", 0.75)], windowPattern: true },
  "muse-glimmer": { constants: [f32("logit_scale", 0.25)], windowPattern: true },
  nemotron_h: { headless: true },
  nemotron_h_moe: { headless: true },
  qwen2vl: { constants: [sections(16, 24, 24, 0)] },
  qwen35: { constants: [sections(11, 11, 10, 0)], interval: true },
  qwen35moe: { constants: [sections(11, 11, 10, 0)], interval: true },
  qwen3next: { interval: true },
  qwen3vl: { constants: [sections(24, 20, 20, 0)] },
  step35: { windowPattern: true },
  qwen3vlmoe: { constants: [sections(24, 20, 20, 0)] },
};
