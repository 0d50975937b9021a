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
export async function loadLibrary(): Promise<Library> {
  try {
    return await import("node-llama-cpp");
  } catch (cause) {
    throw new LoadoutError("engine-missing", { what: "node-llama-cpp" }, { cause });
  }
}

/**
 * Opens a back end without ever building one from source.
 * `maxThreads` is the ceiling that {@link Llama.maxThreads} can be lowered from later, without loading anything again.
 */
export async function openBackend(
  library: Library,
  backend: Backend | "auto",
  options: { maxThreads?: number; logger: (level: LlamaLogLevel, message: string) => void },
): Promise<Llama> {
  const gpu = GPU_OF[backend];
  const missing = (got: string, cause?: unknown) =>
    new LoadoutError(
      "engine-build-missing",
      { backend, platform: `${process.platform}-${process.arch}`, got, available: "cpu" },
      { cause },
    );
  if (gpu === undefined) throw missing("it is not built for it");
  try {
    return await library.getLlama({
      gpu,
      build: "never",
      progressLogs: false,
      logLevel: library.LlamaLogLevel.debug,
      ...(options.maxThreads === undefined ? {} : { maxThreads: options.maxThreads }),
      logger: options.logger,
    });
  } catch (cause) {
    throw missing(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

export function backendOf(llama: Llama): Backend {
  return llama.gpu === false ? "cpu" : llama.gpu;
}
