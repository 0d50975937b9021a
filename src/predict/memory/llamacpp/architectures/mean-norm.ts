import type { Architecture } from "./architecture.ts";
import { plainDecoder, type DecoderParts } from "./decoder.ts";
import { turned } from "./rope.ts";

/** A plain decoder with norms by mean and variance. */
function meanNormed(name: string, parts: DecoderParts = {}): Architecture {
  return {
    name,
    build: (builder) =>
      plainDecoder(builder, (heads, positions, layer) => turned(builder, heads, positions, layer), {
        ...parts,
        norm: "norm",
      }),
  };
}

/** StarCoder 2 (src/models/starcoder2.cpp): biases everywhere, no gate. */
export const starcoder2 = meanNormed("starcoder2");

/** Nemotron 4 and Minitron (src/models/nemotron.cpp): no gate, the activation is squared. */
export const nemotron = meanNormed("nemotron", { activation: "squared" });

/** StableLM 2 (src/models/stablelm.cpp). */
export const stablelm = meanNormed("stablelm");
