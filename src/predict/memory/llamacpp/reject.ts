import type { Geometry } from "../../../facts/model/index.ts";
import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { MAX_SEQUENCES, type ContextSizes } from "./context.ts";
import { attentionOf } from "./geometry.ts";
import { elementType } from "./graph/element.ts";

/** Why the engine would refuse to start. */
export interface Rejection {
  readonly kind: "rejected";
  /** stable name of the rule */
  readonly reason: string;
  /** the rule with its numbers */
  readonly because: string;
}

/** The checks the engine makes before it allocates anything (llama-context.cpp, `llama_init_from_model`). */
export function checkSettings(geometry: Geometry, settings: LlamaCppSettings): Rejection | undefined {
  if (settings.sequences > MAX_SEQUENCES) {
    return rejected(
      "too-many-sequences",
      `the engine takes at most ${MAX_SEQUENCES} sequences, not ${settings.sequences}`,
    );
  }
  const [key, value] = [elementType(settings.cacheTypeK)!, elementType(settings.cacheTypeV)!];
  if (value.quantized && settings.flashAttention === false) {
    return rejected(
      "quantized-values-need-flash-attention",
      `a ${settings.cacheTypeV} value cache needs flash attention`,
    );
  }
  if (geometry.layers.some(({ mixer }) => mixer.kind === "mla") && key !== value) {
    return rejected(
      "latent-cache-of-one-type",
      `a latent cache has one type, not ${settings.cacheTypeK} and ${settings.cacheTypeV}`,
    );
  }
  if (settings.flashAttention === false) return undefined;
  for (const layer of geometry.layers) {
    const attention = attentionOf(layer);
    if (attention === undefined) continue;
    const checks = [
      [key, attention.keyLength, settings.cacheTypeK],
      [value, attention.valueLength, settings.cacheTypeV],
    ] as const;
    for (const [type, length, name] of checks) {
      if (type.quantized && length % type.block !== 0) {
        return rejected(
          "head-not-in-blocks",
          `a head of ${length} elements does not fill ${name} blocks of ${type.block}`,
        );
      }
    }
  }
  return undefined;
}

/** The engine ends its process where a batch leaves fewer rows of logits than there are sequences (`output_reserve`). */
export function checkSizes({ outputRows, sequences }: ContextSizes): Rejection | undefined {
  if (outputRows >= sequences) return undefined;
  return rejected("batch-below-sequences", `a batch of ${outputRows} has no row of logits for ${sequences} sequences`);
}

export function rejected(reason: string, because: string): Rejection {
  return { kind: "rejected", reason, because };
}
