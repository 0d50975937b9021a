import {
  bufferPlace,
  type EngineLog,
  type LoggedBuffer,
  type LoggedCache,
  type PastedLog,
  type SaidModel,
} from "../../facts/runtime/index.ts";

/** A log as a row of `llamacpp-logs`: what the engine printed, `null` for what it did not; no names of people, files or machines. */
export interface LogRow {
  readonly id: string;
  readonly source: string;
  readonly source_kind: string;
  readonly quality: "full" | "memory" | "partial";
  readonly date: string | null;
  readonly program: string;
  readonly build: string | null;
  readonly backend: string;
  readonly gpus: readonly RowCard[] | null;
  readonly model: Readonly<Record<string, string | number | null>>;
  readonly settings: Readonly<Record<string, string | number | boolean | null>>;
  readonly measured: RowFigures;
  readonly notes: string;
}

interface RowCard {
  readonly name: string;
  readonly count: number;
  readonly vram_MiB: number | null;
  /** free when layers were dealt out */
  readonly free_MiB?: number;
}

type Sizes = Readonly<Record<string, number>> | null;

interface RowFigures {
  readonly model_buffers_MiB: Sizes;
  readonly kv_MiB: Sizes;
  readonly kv_total_MiB: number | null;
  readonly swa_kv_MiB: number | null;
  readonly recurrent_MiB: number | null;
  readonly compute_buffers_MiB: Sizes;
  readonly output_buffer_MiB: number | null;
  readonly device_total_MiB: null;
  readonly oom: boolean;
}

export function rowOfLog(pasted: PastedLog): LogRow {
  const { engine } = pasted;
  const measured = figures(pasted);
  const model = modelOf(pasted);
  const settings = settingsOf(pasted);
  return {
    id: "pasted",
    source: "a log read by loadout reconcile",
    source_kind: "log",
    quality: qualityOf(model, settings, measured),
    date: null,
    program: pasted.program,
    build: pasted.build ?? null,
    backend: backendOf(engine.buffers),
    gpus: cardsOf(pasted),
    model,
    settings,
    measured,
    notes: [
      ...(pasted.since === undefined ? [] : [`lines as printed since ${pasted.since}`]),
      ...(pasted.until === undefined ? [] : [`lines as printed until ${pasted.until}`]),
    ].join("; "),
  };
}

function qualityOf(model: LogRow["model"], settings: LogRow["settings"], measured: RowFigures): LogRow["quality"] {
  const known = (value: unknown): boolean => value !== null;
  const sizes = known(measured.kv_total_MiB) && known(measured.compute_buffers_MiB);
  if (!sizes) return "partial";
  const whole = known(measured.model_buffers_MiB) && known(settings["n_ctx"]) && known(model["n_embd"]);
  return whole ? "full" : "memory";
}

function modelOf({ model: { numbers, words, tensors } }: PastedLog): LogRow["model"] {
  const number = (key: string): number | null => numbers[key] ?? null;
  const size = /^(\d+\.\d+) (MiB|GiB)\b/.exec(words["file size"] ?? words["model size"] ?? "");
  const parameters = /^(\d+\.\d+) (K|M|B|T)$/.exec(words["model params"] ?? "");
  const perBillion: Readonly<Record<string, number>> = { K: 1e-6, M: 1e-3, B: 1, T: 1e3 };
  return {
    name: null,
    arch: words["arch"] ?? null,
    n_layer: numbers["n_layer_all"] ?? number("n_layer"),
    n_embd: number("n_embd"),
    n_head: number("n_head"),
    n_head_kv: number("n_head_kv"),
    head_k: number("n_embd_head_k"),
    head_v: number("n_embd_head_v"),
    n_ff: number("n_ff"),
    n_expert: number("n_expert"),
    n_expert_used: number("n_expert_used"),
    n_vocab: number("n_vocab"),
    n_ctx_train: number("n_ctx_train"),
    n_tensors: tensors ?? null,
    sliding_window: number("n_swa"),
    file_type: words["file type"] ?? words["model ftype"] ?? null,
    file_size_MiB: size?.[2] === "MiB" ? Number(size[1]) : null,
    file_size_GiB: size?.[2] === "GiB" ? Number(size[1]) : null,
    params_B: parameters === null ? null : rounded(Number(parameters[1]) * perBillion[parameters[2]!]!, 6),
  };
}

function settingsOf({ engine, command }: PastedLog): LogRow["settings"] {
  const count = (key: string): number | null => {
    const value = engine.settings[key];
    return value !== undefined && /^\d{1,10}$/.test(value) ? Number(value) : null;
  };
  const types = (pick: (cache: LoggedCache) => string): string | null => {
    const all = new Set(engine.caches.map(pick));
    return all.size === 1 ? [...all][0]! : null;
  };
  const unified = flag(engine.settings["kv_unified"]);
  const sequences =
    count("n_seq_max") ?? engine.caches.map(({ sequences: each }) => each).find((each) => each > 0) ?? null;
  const cells = count("n_ctx");
  const each = count("n_ctx_seq") ?? count("n_ctx_per_seq");
  // of one context they agree; where they do not, they are of two
  const agree = cells === null || each === null || [1, sequences ?? 1].some((by) => Math.floor(cells / by) === each);
  return {
    n_ctx: agree ? cells : null,
    n_ctx_per_seq: agree ? each : null,
    n_seq_max: sequences,
    n_batch: count("n_batch"),
    n_ubatch: count("n_ubatch"),
    n_outputs_max: count("n_outputs_max"),
    flash_attn: engine.flashAttention ?? attention(engine.settings["flash_attn"]),
    type_k: types(({ typeK }) => typeK),
    type_v: types(({ typeV }) => typeV),
    n_gpu_layers: null,
    offloaded: engine.offloaded === undefined ? null : `${engine.offloaded.layers}/${engine.offloaded.of}`,
    mmap: engine.buffers.some(({ holds, label }) => holds === "model" && label.endsWith("_Mapped")) ? true : null,
    kv_unified: unified,
    extra_flags: command === undefined ? null : keptFlags(command),
  };
}

function flag(value: string | undefined): boolean | null {
  if (value === "true" || value === "1") return true;
  return value === "false" || value === "0" ? false : null;
}

/** "auto" that came to nothing printed is still auto: the engine decides when it starts, as the prediction does. */
function attention(value: string | undefined): boolean | "auto" | null {
  if (value === "auto" || value === "-1") return "auto";
  if (value === "enabled") return true;
  return value === "disabled" ? false : flag(value);
}

/** Flags that change where things lie; paths, names, addresses and keys of the command are not kept. */
const KEPT =
  /^(?:-ot|--override-tensor|-ncmoe|--n-cpu-moe|-cmoe|--cpu-moe|-ts|--tensor-split|-sm|--split-mode|-mg|--main-gpu|-nkvo|--no-kv-offload|--swa-full|--no-op-offload|-nopo|--no-host|--no-repack)$/;

function keptFlags(command: string): string | null {
  const [program = "", ...words] = command.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  const kept = words.flatMap((word, index) => {
    if (!KEPT.test(word)) return [];
    const value = words[index + 1];
    return value === undefined || value.startsWith("-") || /[/\\@]/.test(value) ? [word] : [word, value];
  });
  return [program, ...kept].join(" ");
}

function figures({ engine, model }: PastedLog): RowFigures {
  const windows = model.numbers["n_swa"];
  const { total, window } = cacheTotals(engine, windows);
  const output = engine.buffers.filter(({ holds }) => holds === "output");
  return {
    model_buffers_MiB: weightsByLabel(engine.buffers, model),
    kv_MiB: cacheByLabel(engine.buffers, total !== null, windows),
    kv_total_MiB: total,
    swa_kv_MiB: window,
    recurrent_MiB: engine.recurrent === undefined ? null : Number(engine.recurrent.printed),
    compute_buffers_MiB: byLabel(engine.buffers, "compute"),
    output_buffer_MiB: output.length === 1 ? Number(output[0]!.sizes.at(-1)!.printed) : null,
    device_total_MiB: null,
    oom: false,
  };
}

/** Devices of other machines carry their address: "RPC0[10.0.0.7:50052]". */
function withoutAddress(label: string): string {
  return label.replace(/\[.*\]$/, "");
}

/** Sizes by label; what caches of two kinds share under one is added up. */
function byLabel(buffers: readonly LoggedBuffer[], holds: string): Sizes {
  const entries = buffers
    .filter((each) => each.holds === holds)
    .map(({ label, sizes }) => [withoutAddress(label), sum(sizes.map(({ printed }) => Number(printed)))] as const);
  return entries.length === 0 ? null : Object.fromEntries(entries);
}

/** Caches by label; of a model with windows, or that may have some, only where no line of its two caches is lost. */
function cacheByLabel(buffers: readonly LoggedBuffer[], whole: boolean, window: number | undefined): Sizes {
  if (!whole && window !== 0) return null;
  return byLabel(window === 0 ? buffers.filter(({ sizes }) => sizes.length === 1) : buffers, "KV");
}

/**
 * Weights by label. Of a file in parts each part is printed under the host's label, mapped wider than what is read of it; whether all of
 * them are there cannot be told, so they are left out, and so is all where the line is lost that says whether there are parts.
 */
function weightsByLabel(buffers: readonly LoggedBuffer[], { tensors, split }: SaidModel): Sizes {
  if (tensors === undefined) return null;
  const sure = buffers.filter(
    ({ holds, label, sizes }) =>
      holds === "model" && sizes.length === 1 && !(split === true && bufferPlace(label).device === "host"),
  );
  return byLabel(sure, "model");
}

/**
 * The cache of full layers and that of windows, where the log leaves no doubt which is which and that no line of either is lost. A model
 * with windows has two caches since 2025, announced one by one; before, one for all layers.
 */
function cacheTotals(
  { caches }: EngineLog,
  window: number | undefined,
): { total: number | null; window: number | null } {
  const sure = caches.filter(({ whole }) => whole);
  const nothing = { total: null, window: null };
  if (sure.length !== caches.length || caches.length === 0 || caches.length > 2) return nothing;
  const size = (cache: LoggedCache | undefined): number | null => (cache === undefined ? null : Number(cache.printed));
  const announced = caches.some((cache) => cache.announced);
  if (announced) {
    if (!caches.every((cache) => cache.announced)) return nothing;
    const full = caches.filter((cache) => !cache.window);
    const rolling = caches.filter((cache) => cache.window);
    // the first figure means full layers only where the second stands beside it
    return full.length === 1 && rolling.length === 1 ? { total: size(full[0]), window: size(rolling[0]) } : nothing;
  }
  if (caches.length > 1) return nothing;
  // cells are not printed of old builds, which have one cache for all
  const old = caches[0]!.cells === 0;
  return window === 0 || old ? { total: size(caches[0]), window: null } : nothing;
}

const BACKENDS = ["CUDA", "ROCm", "Vulkan", "Metal", "MTL", "SYCL"] as const;

function backendOf(buffers: readonly LoggedBuffer[]): string {
  const found = BACKENDS.find((name) => buffers.some(({ label }) => label.startsWith(name)));
  return found === "MTL" ? "Metal" : (found ?? "CPU");
}

function cardsOf({ engine, cards }: PastedLog): RowCard[] | null {
  if (engine.devices.length > 0)
    return engine.devices.map(({ name, freeBytes }) => ({
      name,
      count: 1,
      vram_MiB: null,
      free_MiB: Math.round(freeBytes / 2 ** 20),
    }));
  if (cards.length === 0) return null;
  return [...new Set(cards)].map((name) => ({
    name,
    count: cards.filter((each) => each === name).length,
    vram_MiB: null,
  }));
}

function sum(numbers: readonly number[]): number {
  return rounded(
    numbers.reduce((total, each) => total + each, 0),
    4,
  );
}

function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
