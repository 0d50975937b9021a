type Cell = string | number | boolean | null;

/** A row of published figures, as far as a log is written of it. */
export interface WrittenRow {
  readonly id: string;
  readonly quality: string;
  readonly program: string;
  readonly build: string | null;
  readonly model: Readonly<Record<string, string | number | null>>;
  readonly settings: Readonly<Record<string, string | number | boolean | null>>;
  readonly measured: {
    readonly model_buffers_MiB: Readonly<Record<string, number>> | null;
    readonly kv_MiB: Readonly<Record<string, number>> | null;
    readonly kv_total_MiB: number | null;
    readonly swa_kv_MiB: number | null;
    readonly recurrent_MiB: number | null;
    readonly compute_buffers_MiB: Readonly<Record<string, number>> | null;
    readonly output_buffer_MiB: number | null;
  };
}

/** The lines in which an engine would have printed a row, of mid-2025 or of late 2026. */
export function writeLog(row: WrittenRow, year: 2025 | 2026): string[] {
  return [...modelLines(row), ...contextLines(row, year)];
}

const MODEL_KEYS: Readonly<Record<string, string>> = {
  arch: "arch",
  n_ctx_train: "n_ctx_train",
  n_embd: "n_embd",
  n_layer: "n_layer",
  n_head: "n_head",
  n_head_kv: "n_head_kv",
  n_swa: "sliding_window",
  n_embd_head_k: "head_k",
  n_embd_head_v: "head_v",
  n_ff: "n_ff",
  n_expert: "n_expert",
  n_expert_used: "n_expert_used",
  n_vocab: "n_vocab",
};

/** What a row leaves out because it is nothing. */
const UNSAID: Readonly<Record<string, number>> = { n_swa: 0 };

function modelLines({ model, settings, measured }: WrittenRow): string[] {
  const split = Object.keys(measured.model_buffers_MiB ?? {}).some((label) => label.includes("#"));
  const parts = split ? "-00001-of-00003" : "";
  const lines = [
    `llama_model_loader: loaded meta data with 29 key-value pairs and 399 tensors from /home/jane/secret/weights${parts}.gguf (version GGUF V3 (latest))`,
    "llama_model_loader: - kv   0:                       general.architecture str              = x",
    ...said("print_info: file format = ", "GGUF V3 (latest)"),
    ...said("print_info: file type   = ", model["file_type"]),
  ];
  for (const [key, field] of Object.entries(MODEL_KEYS))
    lines.push(...said(`print_info: ${key.padEnd(16)} = `, model[field] ?? UNSAID[key]));
  lines.push("load_tensors: loading model tensors, this can take a while... (mmap = true)");
  if (settings["offloaded"] !== null)
    lines.push(`load_tensors: offloaded ${String(settings["offloaded"])} layers to GPU`);
  for (const [label, size] of Object.entries(measured.model_buffers_MiB ?? {}))
    lines.push(`load_tensors: ${label.replace(/#\d+$/, "").padStart(12)} model buffer size = ${mib(size)} MiB`);
  return lines;
}

function contextLines({ settings, measured, model }: WrittenRow, year: 2025 | 2026): string[] {
  const setting = (key: string, value: Cell | undefined): string[] =>
    said(`llama_context: ${key.padEnd(13)} = `, value);
  const swa = measured.swa_kv_MiB;
  const types = `K (${String(settings["type_k"])}):  1.00 MiB, V (${String(settings["type_v"])}):  1.00 MiB`;
  const summed = (size: number, cells: unknown): string =>
    `llama_kv_cache: size = ${mib(size)} MiB ( ${String(cells)} cells,  ${String(model["n_layer"])} layers,  ${String(settings["n_seq_max"] ?? 1)}/1 seqs), ${types}`;
  const caches =
    swa === null
      ? [
          ...buffers("llama_kv_cache", "KV", measured.kv_MiB),
          ...(measured.kv_total_MiB === null ? [] : [summed(measured.kv_total_MiB, settings["n_ctx"])]),
        ]
      : (["non-SWA", "SWA"] as const).flatMap((kind) => {
          const size = kind === "SWA" ? swa : measured.kv_total_MiB!;
          const label = Object.keys(measured.kv_MiB ?? { CPU: 0 })[0]!;
          return [
            `llama_kv_cache_iswa: creating ${kind.padStart(7)} KV cache, size = 1024 cells`,
            ...buffers("llama_kv_cache", "KV", { [label]: size }),
            summed(size, 1024),
          ];
        });
  const recent = year === 2026;
  return [
    "llama_context: constructing llama_context",
    ...setting("n_seq_max", settings["n_seq_max"]),
    ...setting("n_ctx", settings["n_ctx"]),
    ...setting(recent ? "n_ctx_seq" : "n_ctx_per_seq", settings["n_ctx_per_seq"]),
    ...setting("n_batch", settings["n_batch"]),
    ...setting("n_ubatch", settings["n_ubatch"]),
    ...setting("flash_attn", recent ? flash(settings["flash_attn"]) : bit(settings["flash_attn"])),
    ...setting("kv_unified", settings["kv_unified"]),
    ...buffers(
      "llama_context",
      "output",
      measured.output_buffer_MiB === null ? null : { Host: measured.output_buffer_MiB },
    ),
    ...caches,
    ...buffers(
      "llama_memory_recurrent",
      "RS",
      measured.recurrent_MiB === null ? null : { CPU: measured.recurrent_MiB },
    ),
    ...(measured.recurrent_MiB === null
      ? []
      : [
          `llama_memory_recurrent: size = ${mib(measured.recurrent_MiB)} MiB ( 1 cells, 30 layers, 1 seqs), R (f32): 1.00 MiB, S (f32): 2.00 MiB`,
        ]),
    ...buffers(recent ? "sched_reserve" : "llama_context", "compute", measured.compute_buffers_MiB),
    ...(recent
      ? ["sched_reserve: graph: nodes = 1179, splits = 2, input objects = 4, input tensors = 10"]
      : ["llama_context: graph nodes  = 1179", "llama_context: graph splits = 2"]),
  ];
}

function said(before: string, value: Cell | undefined): string[] {
  return value === null || value === undefined ? [] : [`${before}${String(value)}`];
}

function buffers(who: string, holds: string, sizes: Readonly<Record<string, number>> | null): string[] {
  return Object.entries(sizes ?? {}).map(
    ([label, size]) => `${who}: ${label.padStart(10)} ${holds} buffer size = ${mib(size)} MiB`,
  );
}

function mib(size: number): string {
  return size.toFixed(2).padStart(8);
}

function flash(value: Cell | undefined): Cell | undefined {
  if (typeof value !== "boolean") return value;
  return value ? "enabled" : "disabled";
}

function bit(value: Cell | undefined): Cell | undefined {
  return typeof value === "boolean" ? Number(value) : value;
}
