import type { WrittenRow } from "./write-log.ts";

const MODEL_KEYS: Readonly<Record<string, string>> = {
  arch: "arch",
  n_vocab: "n_vocab",
  n_embd: "n_embd",
  n_head: "n_head",
  n_head_kv: "n_head_kv",
  n_layer: "n_layer",
  n_embd_head_k: "head_k",
  n_embd_head_v: "head_v",
  n_ff: "n_ff",
  n_expert: "n_expert",
  n_expert_used: "n_expert_used",
  "model ftype": "file_type",
};

/** A row in the lines of a build of spring 2024: one total of the cache, no sequences, no windows. */
export function writeOldLog({ build, model, settings, measured }: WrittenRow & { readonly build: string }): string[] {
  const lines = (who: string, holds: string, sizes: Readonly<Record<string, number>> | null): string[] =>
    Object.entries(sizes ?? {}).map(
      ([label, size]) => `${who}: ${label.padStart(10)} ${holds}buffer size = ${size.toFixed(2).padStart(8)} MiB`,
    );
  const total = measured.kv_total_MiB!.toFixed(2);
  return [
    `main: build = ${build}`,
    "llama_model_loader: loaded meta data with 22 key-value pairs and 291 tensors from models/8B/ggml-model.gguf (version GGUF V3 (latest))",
    ...Object.entries(MODEL_KEYS).map(
      ([key, field]) => `llm_load_print_meta: ${key.padEnd(16)} = ${String(model[field])}`,
    ),
    `llm_load_tensors: offloaded ${String(settings["offloaded"])} layers to GPU`,
    ...lines("llm_load_tensors", "", measured.model_buffers_MiB),
    ...(["n_ctx", "n_batch", "n_ubatch", "flash_attn"] as const).map(
      (key) => `llama_new_context_with_model: ${key.padEnd(10)} = ${Number(settings[key])}`,
    ),
    ...lines("llama_kv_cache_init", "KV ", measured.kv_MiB),
    `llama_new_context_with_model: KV self size  = ${total} MiB, K (f16):  512.00 MiB, V (f16):  512.00 MiB`,
    ...lines("llama_new_context_with_model", "compute ", measured.compute_buffers_MiB),
    "llama_new_context_with_model: graph nodes  = 1030",
    "llama_new_context_with_model: graph splits = 2",
  ];
}
