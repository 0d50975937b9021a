import { like } from "../graph/operations.ts";
import type { Architecture } from "./architecture.ts";
import { plainDecoder, type DecoderParts } from "./decoder.ts";
import type { Routing } from "./experts.ts";
import { outputGate } from "./output-gate.ts";
import { normedAndTurned } from "./rope.ts";

// Models whose attention has a gate on its result, and norms of queries and keys.

function gated(name: string, parts: DecoderParts | ((builder: Parameters<Architecture["build"]>[0]) => DecoderParts)) {
  return {
    name,
    build: (builder) =>
      plainDecoder(builder, (heads, positions, layer) => normedAndTurned(builder, heads, positions, layer), {
        attention: (layer, x) => outputGate(builder, layer, x),
        ...(typeof parts === "function" ? parts(builder) : parts),
      }),
  } satisfies Architecture;
}

const ROUTING: Routing = { usualGating: "sigmoid", normalized: "as-file" };

/** Trinity (src/models/afmoe.cpp): embeddings scaled, norms on both sides, positions only in windows. */
export const afmoe = gated("afmoe", (builder) => ({
  scaled: "constant",
  afterAttention: (mixed, layer) => builder.norm(mixed, "post_attention_norm", layer),
  normAfterFeedForward: { name: "post_ffw_norm", pinned: true },
  routing: ROUTING,
}));

/** Muse Glimmer (src/models/muse-glimmer.cpp): embeddings are normed, the norms behind both parts are pinned to no device. */
export const museGlimmer = gated("muse-glimmer", (builder) => ({
  embedded: (x) => like("rms_norm", x),
  afterAttention: (mixed, layer) => builder.norm(mixed, "post_attention_norm", layer, false),
  normAfterFeedForward: { name: "post_ffw_norm", pinned: false },
  finish: (logits) => like("scale", logits),
}));

/** Laguna (src/models/laguna.cpp): one gate a head, more heads in windows. */
export const laguna = gated("laguna", { routing: ROUTING });

/** Step 3.5 (src/models/step35.cpp): one gate a head; wider windows have more heads. */
export const step35 = gated("step35", { routing: ROUTING, rowsAtEnd: "before norm" });
