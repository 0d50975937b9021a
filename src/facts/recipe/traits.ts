import type { Geometry } from "../model/index.ts";
import type { ModelTraits } from "./conditions.ts";

/** Layers by which the engine takes a model for one of 70B (`LLM_TYPE_70B` in `src/models`, llama.cpp b11434). */
const SEVENTY_BILLION: Readonly<Record<string, number>> = { llama: 80, qwen2: 80, deci: 80, olmo: 80, jais2: 68 };

/** Hybrids whose files say one count of key-value heads for all layers, so that the first has it although it is recurrent. */
const ONE_COUNT: ReadonlySet<string> = new Set(["minimax-01", "qwen3next", "qwen35", "qwen35moe"]);

export function traitsOf(geometry: Geometry): ModelTraits {
  const { architecture, layers } = geometry;
  const { heads, kvHeads } = firstHeads(geometry);
  const trunk = layers.filter(({ kind }) => kind === "trunk").length;
  // Llama's first generation of that depth has a key-value head for each head.
  const everyHead = architecture === "llama" && heads === kvHeads;
  return {
    architecture,
    layers: layers.length,
    experts: Math.max(
      0,
      ...layers.map(({ feedForward }) => (feedForward.kind === "experts" ? feedForward.experts : 0)),
    ),
    queryGroup: kvHeads === 0 ? 0 : Math.trunc(heads / kvHeads),
    seventyBillion: SEVENTY_BILLION[architecture] === trunk && !everyHead,
  };
}

function firstHeads({ architecture, layers }: Geometry): { heads: number; kvHeads: number } {
  const counts = layers.map(({ mixer }) => {
    if (mixer.kind === "attention") return mixer;
    if (mixer.kind === "parallel") return mixer.attention;
    // the latent is one head for all queries
    return mixer.kind === "mla" ? { heads: mixer.heads, kvHeads: 1 } : undefined;
  });
  const found = ONE_COUNT.has(architecture) ? counts.find((count) => count !== undefined) : counts[0];
  return found ?? { heads: 0, kvHeads: 0 };
}
