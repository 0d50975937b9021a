import { LoadoutError } from "../../../facts/errors/index.ts";
import type { Geometry } from "../../../facts/model/index.ts";
import type { LlamaCppBuild, LlamaCppSettings } from "../../../facts/runtime/index.ts";
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

/** Thrown where a refusal only shows while the context is set up. */
export class EngineRefusal extends Error {
  readonly rejection: Rejection;

  constructor(rejection: Rejection) {
    super(rejection.because);
    this.rejection = rejection;
  }
}

/** The checks the engine makes before it allocates anything (llama-context.cpp, `llama_init_from_model`), each with what helps. */
export function checkSettings(
  geometry: Geometry,
  settings: LlamaCppSettings,
  build: LlamaCppBuild,
): Rejection | undefined {
  const { splitMode } = settings;
  if (splitMode === "row" || splitMode === "tensor") {
    throw new LoadoutError("split-mode-unpredicted", { value: splitMode });
  }
  if (settings.sequences > MAX_SEQUENCES) {
    return rejected(
      "too-many-sequences",
      `-np ${settings.sequences}: the engine takes at most ${MAX_SEQUENCES} sequences; ask for fewer`,
    );
  }
  if (settings.tensorSplit?.some((share) => !(share >= 0 && share < Infinity)) === true) {
    return rejected("share-not-a-number", `-ts ${settings.tensorSplit.join(",")}: shares are numbers from 0 up`);
  }
  return checkTypes(geometry, settings, build);
}

function checkTypes(geometry: Geometry, settings: LlamaCppSettings, build: LlamaCppBuild): Rejection | undefined {
  const [key, value] = [elementType(settings.cacheTypeK)!, elementType(settings.cacheTypeV)!];
  if (key !== value && build.latentTypesAgree && geometry.layers.some(({ mixer }) => mixer.kind === "mla")) {
    return rejected(
      "latent-cache-of-two-types",
      `-ctk ${settings.cacheTypeK} -ctv ${settings.cacheTypeV}: latent attention keeps values inside its keys; give both the same type`,
    );
  }
  if (value.quantized && settings.flashAttention === false) return quantizedValuesNeedFlash(settings, "which is off");
  if (settings.flashAttention === false || !(key.quantized || value.quantized)) return undefined;
  for (const layer of geometry.layers) {
    if (layer.kind === "mtp") continue;
    const attention = attentionOf(layer);
    if (attention === undefined) continue;
    const checks = [
      [key, attention.keyLength, `-ctk ${settings.cacheTypeK}`],
      [value, attention.valueLength, `-ctv ${settings.cacheTypeV}`],
    ] as const;
    for (const [type, length, flag] of checks) {
      if (type.quantized && length % type.block !== 0) {
        return rejected(
          "head-not-in-blocks",
          `${flag}: a head of ${length} elements does not fill blocks of ${type.block}; use f16 or bf16`,
        );
      }
    }
  }
  return undefined;
}

export function quantizedValuesNeedFlash({ cacheTypeV }: LlamaCppSettings, why: string): Rejection {
  return rejected(
    "quantized-values-need-flash-attention",
    `-ctv ${cacheTypeV}: a quantised value cache needs flash attention, ${why}; use -fa on, or -ctv f16`,
  );
}

/** The engine ends its process where a batch leaves fewer rows of logits than there are sequences (`output_reserve`). */
export function checkSizes({ outputRows, sequences }: ContextSizes): Rejection | undefined {
  if (outputRows >= sequences) return undefined;
  return rejected(
    "batch-below-sequences",
    `-b ${outputRows} -np ${sequences}: a batch keeps a row of logits for every sequence; use -b ${sequences} or more`,
  );
}

export function rejected(reason: string, because: string): Rejection {
  return { kind: "rejected", reason, because };
}
