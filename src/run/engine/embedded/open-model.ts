import type { Llama, LlamaModel } from "node-llama-cpp";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { Loaded, LoadArgs } from "./protocol.ts";
import { deviceList } from "./devices.ts";
import { backendOf, loadLibrary, openBackend, type Library } from "./library.ts";
import type { LogRelay } from "./log-relay.ts";

/** How long to wait for log lines that are already printed but not delivered. */
export const LOG_LIMIT_MS = 2000;

/** A model in memory, without a context yet. */
export interface OpenModel {
  readonly library: Library;
  readonly llama: Llama;
  readonly model: LlamaModel;
  /** the context is created for these; fewer can be used later */
  readonly mostThreads: number;
  readonly modelMs: number;
}

export async function openModel(
  args: LoadArgs,
  relay: LogRelay,
  onLoading: (share: number) => void,
): Promise<OpenModel> {
  const library = await loadLibrary();
  const llama = await openBackend(library, args.backend, {
    ...(args.threads === undefined ? {} : { maxThreads: args.threads }),
    logger: (level, message) => relay.take(level, message),
  });
  const mostThreads = args.threads ?? llama.cpuMathCores;
  llama.maxThreads = mostThreads;
  const began = performance.now();
  const model = await loadModel(args, llama, library, relay, onLoading);
  return { library, llama, model, mostThreads, modelMs: performance.now() - began };
}

export async function engineInfo({ library, llama }: OpenModel): Promise<Loaded["info"]> {
  return {
    name: "embedded",
    version: await library.getModuleVersion(),
    build: `llama.cpp ${llama.llamaCppRelease.release}`,
    backend: backendOf(llama),
    system: llama.systemInfo.trim(),
    devices: await deviceList(llama),
  };
}

async function loadModel(
  args: LoadArgs,
  llama: Llama,
  library: Library,
  relay: LogRelay,
  onLoading: (share: number) => void,
): Promise<LlamaModel> {
  const { gpuLayers, memoryMap } = args.settings;
  relay.expect();
  try {
    const model = await llama.loadModel({
      modelPath: args.modelPath,
      gpuLayers: gpuLayers === "all" ? "max" : gpuLayers,
      ...(memoryMap === undefined ? {} : { useMmap: memoryMap }),
      onLoadProgress: onLoading,
    });
    await relay.seen(["buffer"], LOG_LIMIT_MS);
    return model;
  } catch (error) {
    throw await failure(error, "engine-bad-model", args.modelPath, library, relay);
  }
}

/** The engine's exceptions say little ("Failed to load model"); its last error lines say why. */
export async function failure(
  error: unknown,
  otherwise: "engine-bad-model" | "engine-rejected",
  path: string,
  library: Library,
  relay: LogRelay,
): Promise<LoadoutError> {
  if (error instanceof LoadoutError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const lines = await relay.lastErrors();
  const got = lines === "" || message.includes(lines) ? message : `${message}: ${lines}`;
  if (error instanceof library.InsufficientMemoryError)
    return new LoadoutError("engine-out-of-memory", { what: path, got }, { cause: error });
  return new LoadoutError(otherwise, { path, got }, { cause: error });
}

export function totals({ ram, vram }: { ram: number; vram: number }): { ramBytes: number; deviceBytes: number } {
  return { ramBytes: ram, deviceBytes: vram };
}
