import { readBreakdown, type BreakdownRow } from "./breakdown.ts";

/** What a buffer holds. "lora" is the adapters' weights. */
export const BUFFER_TERMS = ["weights", "repacked", "kv", "recurrent", "compute", "output", "lora"] as const;
export type BufferTerm = (typeof BUFFER_TERMS)[number];

/** A size as printed: the digits are kept, because comparing is done at their precision. */
export interface PrintedSize {
  /** digits of MiB as they stand in the log: "92.10" */
  readonly printed: string;
  readonly bytes: number;
}

/** What one line says, for the lines that say something about memory, placement or the graph. */
export type LogFact =
  | { readonly kind: "model-begins" }
  | { readonly kind: "model-says" }
  | { readonly kind: "context-begins" }
  | { readonly kind: "buffer"; readonly label: string; readonly holds: string; readonly size: PrintedSize }
  | { readonly kind: "exact-compute"; readonly label: string; readonly size: PrintedSize }
  | { readonly kind: "weights-begin" }
  | { readonly kind: "recurrent-total"; readonly size: PrintedSize }
  | { readonly kind: "old-cache"; readonly size: PrintedSize; readonly typeK: string; readonly typeV: string }
  | { readonly kind: "cache-kind"; readonly window: boolean; readonly cells: number }
  | {
      readonly kind: "cache";
      readonly size: PrintedSize;
      readonly cells: number;
      readonly layers: number;
      readonly sequences: number;
      readonly streams: number;
      readonly typeK: string;
      readonly typeV: string;
    }
  | { readonly kind: "context-setting"; readonly name: string; readonly value: string }
  | { readonly kind: "nodes"; readonly nodes: number }
  | { readonly kind: "splits"; readonly splits: number }
  | { readonly kind: "device"; readonly label: string; readonly name: string; readonly freeBytes: number }
  | { readonly kind: "offloaded"; readonly layers: number; readonly of: number }
  | { readonly kind: "flash-attention"; readonly on: boolean }
  | { readonly kind: "breakdown"; readonly row: BreakdownRow }
  | { readonly kind: "slots"; readonly slots: number; readonly cells: number; readonly unified: boolean }
  | { readonly kind: "verbosity"; readonly level: number };

const MIB = 2 ** 20;

/** Rows of the grammar: a tail of a line, and the fact in it. Source: the printing calls of llama.cpp, 2024 to October 2026. */
const GRAMMAR: readonly (readonly [pattern: RegExp, read: (match: RegExpExecArray) => LogFact])[] = [
  [/llama_model_loader: loaded meta data/, () => ({ kind: "model-begins" })],
  // dimensions of a model, which come before its weights and its context
  [/(?:print_info|llm_load_print_meta):\s+(?:arch|n_\w+)\s*= /, () => ({ kind: "model-says" })],
  [/constructing llama_context/, () => ({ kind: "context-begins" })],
  [
    /~llama_context:\s+(\S+) compute buffer size (?:is|of)\s+(\d+\.\d+) MiB/,
    (m) => ({ kind: "exact-compute", label: m[1]!, size: size(m[2]!) }),
  ],
  // behind a function's name: a label whose beginning is lost is none; the encoder of images ("alloc_compute_meta") has buffers of its own, which are not these
  [
    /(?<![\w-])(?:init|~?[a-z]+_\w+)(?<!_compute_meta):\s+([^\s\uFFFD]+)\s+(model|KV|compute|output|RS|LoRA) buffer size =\s*(\d+\.\d+) MiB/,
    (m) => ({ kind: "buffer", label: m[1]!, holds: m[2]!, size: size(m[3]!) }),
  ],
  // before 2025 weights were not named
  [
    /load_tensors:\s+([^\s\uFFFD]+) buffer size =\s*(\d+\.\d+) MiB/,
    (m) => ({ kind: "buffer", label: m[1]!, holds: "model", size: size(m[2]!) }),
  ],
  [/load_tensors: loading model tensors/, () => ({ kind: "weights-begin" })],
  [/size =\s*(\d+\.\d+) MiB \(.*\), R \(\w+\):.* MiB, S \(/, (m) => ({ kind: "recurrent-total", size: size(m[1]!) })],
  // one line for all devices until early 2025
  [
    /KV self size\s+=\s*(\d+\.\d+) MiB, K \((\w+)\):.*V \((\w+)\):/,
    (m) => ({ kind: "old-cache", size: size(m[1]!), typeK: m[2]!, typeV: m[3]! }),
  ],
  [
    /creating\s+(non-SWA|SWA) KV cache, size = (\d+) cells/,
    (m) => ({ kind: "cache-kind", window: m[1] === "SWA", cells: Number(m[2]) }),
  ],
  [
    /size =\s*(\d+\.\d+) MiB \(\s*(\d+) cells,\s*(\d+) layers,\s*(\d+)(?:\/\s*(\d+))? seqs\), K \((\w+)\):.*V \((\w+)\):/,
    (m) => ({
      kind: "cache",
      size: size(m[1]!),
      cells: Number(m[2]),
      layers: Number(m[3]),
      sequences: Number(m[4]),
      streams: Number(m[5] ?? 1),
      typeK: m[6]!,
      typeV: m[7]!,
    }),
  ],
  [
    /llama_(?:context|new_context_with_model): (n_\w+|flash_attn|kv_unified)\s+= ([\w.-]+)\s*$/,
    (m) => ({ kind: "context-setting", name: m[1]!, value: m[2]! }),
  ],
  // two lines until mid-2026, one since
  [/graph:? nodes\s+= (\d+)(?=\s*$|,)/, (m) => ({ kind: "nodes", nodes: Number(m[1]) })],
  [/graph(?:: nodes = \d+,)? splits = (\d+)(?=[\s,]|$)/, (m) => ({ kind: "splits", splits: Number(m[1]) })],
  [
    /using device (\S+) \((.+?)\)(?: \([^()]*\))? - (\d+) MiB free/,
    (m) => ({ kind: "device", label: m[1]!, name: m[2]!, freeBytes: Number(m[3]) * MIB }),
  ],
  [/offloaded (\d+)\/(\d+) layers to GPU/, (m) => ({ kind: "offloaded", layers: Number(m[1]), of: Number(m[2]) })],
  [
    /Flash Attention (?:was auto, set to )?(enabled|disabled)/,
    (m) => ({ kind: "flash-attention", on: m[1] === "enabled" }),
  ],
  [
    /initializing, n_slots = (\d+), n_ctx_slot = (\d+), kv_unified = '(\w+)'/,
    (m) => ({ kind: "slots", slots: Number(m[1]), cells: Number(m[2]), unified: m[3] === "true" }),
  ],
  [/verbosity = (\d+)(?=\s|$)/, (m) => ({ kind: "verbosity", level: Number(m[1]) })],
];

/** What a line says: nothing for most, two things for a few. */
export function readFacts(text: string): LogFact[] {
  const row = readBreakdown(text);
  if (row) return [{ kind: "breakdown", row }];
  const facts: LogFact[] = [];
  for (const [pattern, read] of GRAMMAR) {
    const match = pattern.exec(text);
    if (match) facts.push(read(match));
  }
  return facts;
}

function size(printed: string): PrintedSize {
  return { printed, bytes: Math.round(Number(printed) * MIB) };
}
