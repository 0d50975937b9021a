/**
 * What an architecture does that its metadata does not say: which layers see a window, which have no position encoding,
 * which share a cache. Everything else comes from keys and from the tensors a layer has, alike for all architectures, so
 * that one without a row here is read as plain attention over the whole context.
 * Source: `src/models/*.cpp` of llama.cpp b11434 (October 2026), function `load_arch_hparams` of each.
 */
export interface ArchitectureFacts {
  readonly window?: WindowFacts;
  readonly rope?: RopeFacts;
  /** layers from this one on read an earlier layer's cache instead of owning one */
  readonly ownCaches?: number;
  /** positions per token are four by the architecture, whatever the rope sections say */
  readonly fourPositions?: true;
  /** a layer with this tensor mixes by linear attention although it holds no state-space tensors */
  readonly lightningTensor?: string;
  /** an encoder without a cache, whose tokens see those behind them (`create_memory` of llama-model.cpp) */
  readonly cacheless?: true;
}

/** Sliding or chunked attention. `attention.sliding_window_pattern` in the file overrides the period. */
interface WindowFacts {
  readonly span: "sliding" | "chunked";
  /** every so many layers one is full; 0: none is */
  readonly period: number;
  /** the full layer is the first of its group, not the last */
  readonly fullFirst?: true;
  /** tokens, where the file does not say (`else`), or whatever it says (`always`) */
  readonly length?: { readonly else: number } | { readonly always: number };
  /** only where the file has a window */
  readonly onlyWithKey?: true;
  /** only for models of this many layers */
  readonly onlyWithLayers?: number;
}

/** Layers without rotary position encoding: every n-th, counted from the first or the last of its group, or all full ones. */
type RopeFacts =
  | { readonly noneEvery: number; readonly at: "first" | "last"; readonly onlyWithWindow?: true }
  | { readonly on: "window layers"; readonly onlyWithWindow?: true };

const sliding = (period: number): WindowFacts => ({ span: "sliding", period });
/** The file must have the pattern as an array; the period is never used. */
const listed = sliding(1);

export const ARCHITECTURES: Readonly<Record<string, ArchitectureFacts>> = {
  afmoe: { window: { ...sliding(4), onlyWithKey: true }, rope: { noneEvery: 4, at: "last" } },
  bert: { cacheless: true },
  cohere2: { window: sliding(4), rope: { on: "window layers" } },
  cohere2moe: { window: { ...sliding(4), fullFirst: true }, rope: { on: "window layers" } },
  clef: { fourPositions: true },
  deepseek4: { window: sliding(0) },
  dflash: { window: { ...listed, onlyWithKey: true } },
  dots3note: { window: listed },
  eurobert: { cacheless: true },
  "exaone-moe": { window: { ...sliding(4), length: { else: 128 } }, rope: { on: "window layers" } },
  exaone4: {
    window: { ...sliding(4), length: { else: 4096 }, onlyWithLayers: 64 },
    rope: { on: "window layers", onlyWithWindow: true },
  },
  "gemma-embedding": { window: sliding(6), cacheless: true },
  gemma2: { window: { ...sliding(2), length: { else: 4096 } } },
  gemma3: { window: { ...sliding(6), onlyWithKey: true } },
  gemma3n: { window: sliding(5), ownCaches: 20 },
  gemma4: { window: listed },
  "gemma4-assistant": { window: listed },
  "gpt-oss": { window: sliding(2) },
  granite_swa: { window: listed },
  "jina-bert-v2": { cacheless: true },
  "jina-bert-v3": { cacheless: true },
  laguna: { window: { ...sliding(4), fullFirst: true, onlyWithKey: true } },
  lfm2: { window: { ...sliding(0), onlyWithKey: true } },
  llama4: {
    window: { span: "chunked", period: 4, length: { always: 8192 } },
    rope: { noneEvery: 4, at: "last", onlyWithWindow: true },
  },
  maple: { window: listed },
  mellum: { window: { ...sliding(4), onlyWithKey: true } },
  mimo2: { window: listed },
  "minimax-01": { lightningTensor: "attn_norm_2.weight" },
  "modern-bert": { window: { ...sliding(3), fullFirst: true, onlyWithKey: true }, cacheless: true },
  "muse-glimmer": { window: sliding(4), rope: { on: "window layers" } },
  "neo-bert": { cacheless: true },
  "nomic-bert": { cacheless: true },
  "nomic-bert-moe": { cacheless: true },
  olmo2: { window: { ...sliding(4), onlyWithKey: true } },
  paddleocr: { fourPositions: true },
  plamo3: { window: { ...sliding(8), onlyWithKey: true } },
  qwen2vl: { fourPositions: true },
  qwen35: { fourPositions: true },
  qwen35moe: { fourPositions: true },
  qwen3tts: { fourPositions: true },
  qwen3vl: { fourPositions: true },
  qwen3vlmoe: { fourPositions: true },
  qwen4exp: { fourPositions: true },
  smallthinker: {
    window: { ...sliding(4), fullFirst: true, length: { always: 4096 }, onlyWithKey: true },
    rope: { noneEvery: 4, at: "first", onlyWithWindow: true },
  },
  smollm3: { rope: { noneEvery: 4, at: "last" } },
  spark2_5: { window: listed },
  step35: { window: listed },
};
