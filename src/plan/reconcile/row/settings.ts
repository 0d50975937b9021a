import type { Device } from "../../../facts/hardware/index.ts";
import type { CacheType, LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { RowError, type Fields } from "../fields.ts";

/** What is not known of a row's settings, by what it stands in the way of. */
export interface Unknown {
  readonly cache?: string;
  readonly compute?: string;
  readonly places?: string;
}

export interface RowSettings {
  readonly settings: LlamaCppSettings;
  readonly unknown: Unknown;
}

/** Settings as printed. What was not printed is not guessed: it is said what it stands in the way of. */
export function settingsOfRow(row: Fields, layers: number, places: readonly string[]): RowSettings {
  const settings = row.group("settings");
  const flags = settings.text("extra_flags");
  const sequences = settings.count("n_seq_max", 1);
  const placed = gpuLayers(row, layers, places);
  const flash = settings.is("flash_attn", "auto") ? "auto" : settings.flag("flash_attn", true);
  const overrides = tensorOverrides(flags);
  const experts = expertLayers(flags);
  return {
    settings: {
      context: settings.count("n_ctx"),
      sequences,
      unifiedCache: settings.flag(
        "kv_unified",
        sequences === 1 || settings.number("n_ctx_per_seq") === settings.number("n_ctx"),
      ),
      batch: settings.count("n_batch", Math.max(2048, settings.count("n_ubatch", 512))),
      microBatch: settings.count("n_ubatch", 512),
      flashAttention: flash,
      cacheTypeK: settings.has("type_k") ? cacheType(settings.text("type_k")) : "f16",
      cacheTypeV: settings.has("type_v") ? cacheType(settings.text("type_v")) : "f16",
      gpuLayers: placed ?? "all",
      ...(overrides.length > 0 ? { tensorOverrides: overrides } : {}),
      ...(experts === undefined ? {} : { expertLayersOnHost: experts }),
      ...flaggedSettings(flags),
      ...(settings.has("mmap") ? { memoryMap: settings.flag("mmap") } : {}),
    },
    unknown: unknownOf(settings, placed),
  };
}

const CACHE_TYPES: readonly CacheType[] = ["f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl"];

/** A type of the KV cache by the engine's name for it. */
export function cacheType(name: string): CacheType {
  const found = CACHE_TYPES.find((type) => type === name.toLowerCase());
  if (found === undefined) throw new RowError(`${name} is no cache type of llama.cpp`);
  return found;
}

function unknownOf(settings: Fields, placed: number | "all" | undefined): Unknown {
  const missing = (...keys: string[]): string | undefined => {
    const absent = keys.filter((key) => !settings.has(key));
    return absent.length === 0 ? undefined : `not printed: ${absent.join(", ")}`;
  };
  const cache = missing("n_ctx", "type_k", "type_v");
  const compute = cache ?? missing("n_ubatch", "flash_attn");
  const places = placed === undefined ? "how many layers were on devices is not said" : undefined;
  return {
    ...(cache === undefined ? {} : { cache }),
    ...(compute === undefined ? {} : { compute }),
    ...(places === undefined ? {} : { places }),
  };
}

/** Layers on devices: as printed, as asked, or all where every cache lies on a device. */
function gpuLayers(row: Fields, layers: number, places: readonly string[]): number | "all" | undefined {
  const settings = row.group("settings");
  const offloaded = /^(\d+)\/(\d+)$/.exec(settings.text("offloaded"));
  if (offloaded !== null) return offloaded[1] === offloaded[2] ? "all" : Number(offloaded[1]);
  if (places.length === 0) return 0;
  if (/\bfull offload\b/.test(settings.text("extra_flags"))) return "all";
  if (settings.has("n_gpu_layers"))
    return settings.count("n_gpu_layers") > layers ? "all" : settings.count("n_gpu_layers");
  const caches = row.group("measured").group("kv_MiB").keys();
  if (caches.length === 0) return undefined;
  if (caches.every((label) => deviceOf(label) !== undefined)) return "all";
  return caches.every((label) => deviceOf(label) === undefined) ? 0 : undefined;
}

function tensorOverrides(flags: string): { pattern: string; buffer: string }[] {
  return [...flags.matchAll(/(?:-ot|--override-tensor)\s+(?:"([^"]+)"|'([^']+)'|(\S+))/g)].flatMap(([, a, b, c]) =>
    (a ?? b ?? c ?? "").split(",").map((part) => {
      const at = part.lastIndexOf("=");
      return { pattern: part.slice(0, at), buffer: part.slice(at + 1) };
    }),
  );
}

/** What else a command says of where things lie. */
function flaggedSettings(flags: string): Partial<LlamaCppSettings> {
  const has = (...names: readonly string[]): boolean => flags.split(/\s+/).some((word) => names.includes(word));
  return {
    ...(has("--swa-full") ? { fullWindowCache: true } : {}),
    ...(has("-nkvo", "--no-kv-offload") ? { cacheOnHost: true } : {}),
    ...(has("--no-op-offload") ? { opOffload: false } : {}),
    ...(has("--no-host") ? { pinnedHostWeights: false } : {}),
    ...(has("--no-repack") ? { repack: false } : {}),
  };
}

function expertLayers(flags: string): number | "all" | undefined {
  const some = /(?:-ncmoe|--n-cpu-moe)\s+(\d+)/.exec(flags);
  if (some !== null) return Number(some[1]);
  return /(?:^|\s)(?:-cmoe|--cpu-moe)\b/.test(flags) ? "all" : undefined;
}

const BACKENDS: Readonly<Record<string, Device["backend"]>> = {
  CUDA: "cuda",
  ROCm: "rocm",
  Vulkan: "vulkan",
  Metal: "metal",
  MTL: "metal",
  SYCL: "sycl",
};

/** Number of the device that a label names ("CUDA0", "Metal"), undefined for the host's. */
export function deviceOf(label: string): number | undefined {
  const match = /^([A-Za-z]+?)(\d*)(?:_Mapped|_Private)?(?:#\d+)?$/.exec(label);
  if (match === null || /^(?:CPU|Host|AMX|BLAS|total)/.test(label) || label.includes("_Host")) return undefined;
  return Number(match[2] || 0);
}

const SIZES = ["model_buffers_MiB", "kv_MiB", "compute_buffers_MiB", "breakdown_MiB"] as const;

/** Labels of the row's devices in their order: those it prints, and those it says it has beside them. */
export function deviceLabels(row: Fields): string[] {
  const measured = row.group("measured");
  const labels = SIZES.flatMap((key) => (measured.has(key) ? measured.group(key).keys() : []))
    .map((label) => label.replace(/(?:_Mapped|_Private)?(?:#\d+)?$/, ""))
    .filter((label) => deviceOf(label) !== undefined && backendOf(label) !== undefined);
  return [...new Set(labels)].sort((a, b) => deviceOf(a)! - deviceOf(b)!);
}

function backendOf(label: string): Device["backend"] | undefined {
  return BACKENDS[label.replace(/\d+$/, "")];
}

/** Devices of the row, with the free memory of like cards: how unlike ones were dealt to is not printed. */
export function devicesOfRow(row: Fields, labels: readonly string[]): Device[] {
  const backend = labels.length > 0 ? backendOf(labels[0]!) : BACKENDS[row.text("backend")];
  const cards = row.groups("gpus").reduce((sum, card) => sum + card.count("count", 1), 0);
  const count = Math.max(labels.length, backend === undefined ? 0 : cards);
  const free = freeBytes(row);
  if (count > 0 && backend === undefined) throw new RowError(`memory rules of ${row.text("backend")} are not known`);
  return Array.from({ length: count }, (_, index) => ({
    id: `card-${index}`,
    name: "card",
    vendor: "unknown",
    backend: backend!,
    memoryKind: backend === "metal" ? "unified" : "discrete",
    totalBytes: free[index] ?? 24 * 2 ** 30,
    freeBytes: free[index] ?? 24 * 2 ** 30,
  }));
}

/** Free memory by which layers were dealt out, where a row says it of every card. */
function freeBytes(row: Fields): number[] {
  const cards = row.groups("gpus");
  return cards.every((card) => card.has("free_MiB")) ? cards.map((card) => card.count("free_MiB") * 2 ** 20) : [];
}

/** Whether the cards are of one kind, so that layers were dealt out evenly. */
export function areAlike(row: Fields): boolean {
  return (
    (row.groups("gpus").length <= 1 || freeBytes(row).length > 0) &&
    !/(?:^|\s)(?:-ts|--tensor-split)\b/.test(row.group("settings").text("extra_flags"))
  );
}
