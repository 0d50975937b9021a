import type { Llama, LlamaLogLevel } from "node-llama-cpp";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { Backend } from "../../../facts/hardware/index.ts";

export type Library = typeof import("node-llama-cpp");

/** The engine's name for our back ends. It has no build for the others. */
const GPU_OF: Readonly<Partial<Record<Backend | "auto", "auto" | "cuda" | "vulkan" | "metal" | false>>> = {
  auto: "auto",
  cpu: false,
  cuda: "cuda",
  vulkan: "vulkan",
  metal: "metal",
};

/** Loads node-llama-cpp on first use: it is optional, and heavy. */
export async function loadLibrary(load: () => Promise<Library> = () => import("node-llama-cpp")): Promise<Library> {
  try {
    return await load();
  } catch (cause) {
    throw new LoadoutError("engine-missing", { what: "node-llama-cpp" }, { cause });
  }
}

export interface OpenOptions {
  /** the ceiling that `Llama.maxThreads` can be lowered from later, without loading anything again */
  readonly maxThreads?: number;
  readonly logger: (level: LlamaLogLevel, message: string) => void;
}

/**
 * Opens a back end, without ever building one from source. The library quietly answers with another build where it lacks
 * the one asked for, and opens a GPU build without a GPU: both are refused here, and "auto" means the processor then.
 */
export async function openBackend(library: Library, backend: Backend | "auto", options: OpenOptions): Promise<Llama> {
  const gpu = GPU_OF[backend];
  if (gpu === undefined) throw missing(backend, "it is never built for it");
  const llama = await open(library, gpu, options).catch((error: unknown) => {
    throw missing(backend, error instanceof Error ? error.message : String(error), error);
  });
  if (llama.gpu === false) {
    if (backend === "cpu" || backend === "auto") return llama;
    throw missing(backend, "only the build for the processor opens");
  }
  const devices = await llama.getGpuDeviceNames();
  if (devices.length > 0 && (backend === "auto" || backend === llama.gpu)) return llama;
  const got = devices.length === 0 ? "it lists no device" : `the build for ${llama.gpu} opens instead`;
  await llama.dispose();
  if (backend === "auto") return open(library, false, options);
  throw missing(backend, got);
}

function open(
  library: Library,
  gpu: "auto" | "cuda" | "vulkan" | "metal" | false,
  options: OpenOptions,
): Promise<Llama> {
  return library.getLlama({
    gpu,
    build: "never",
    progressLogs: false,
    logLevel: library.LlamaLogLevel.debug,
    ...(options.maxThreads === undefined ? {} : { maxThreads: options.maxThreads }),
    logger: options.logger,
  });
}

function missing(backend: string, got: string, cause?: unknown): LoadoutError {
  const platform = `${process.platform}-${process.arch}`;
  return new LoadoutError("engine-build-missing", { backend, platform, got, available: "cpu" }, { cause });
}

export function backendOf(llama: Llama): Backend {
  return llama.gpu === false ? "cpu" : llama.gpu;
}
