import type { Llama } from "node-llama-cpp";
import type { Backend } from "../../../facts/hardware/index.ts";
import type { EngineDevice } from "../engine.ts";
import { backendOf, loadLibrary, openBackend } from "./library.ts";

/** Names of devices that the processor draws. Sources: Mesa (llvmpipe, lavapipe, softpipe), SwiftShader, Windows (WARP). */
const SOFTWARE = /llvmpipe|lavapipe|softpipe|swiftshader|microsoft basic render/i;

/** llama.cpp's names of a back end's devices, before their number. */
const LABEL: Readonly<Partial<Record<Backend, string>>> = { cuda: "CUDA", vulkan: "Vulkan", metal: "MTL" };

/**
 * Devices of an open back end. The engine gives memory of all devices together only, so sizes are said where there is one.
 */
export async function deviceList(llama: Llama): Promise<EngineDevice[]> {
  const backend = backendOf(llama);
  if (backend === "cpu") return [];
  const names = await llama.getGpuDeviceNames();
  const memory = names.length === 1 ? await llama.getVramState() : undefined;
  return names.map((name, index) => ({
    backend,
    label: `${LABEL[backend] ?? backend}${index}`,
    name,
    ...(memory ? { totalBytes: memory.total, freeBytes: memory.free } : {}),
    software: SOFTWARE.test(name),
  }));
}

/** Devices of the back ends that can be opened here; those that cannot have none. */
export async function allDevices(backends: readonly Backend[]): Promise<EngineDevice[]> {
  const library = await loadLibrary();
  const devices: EngineDevice[] = [];
  for (const backend of backends) {
    try {
      const llama = await openBackend(library, backend, { logger: () => {} });
      devices.push(...(await deviceList(llama)));
    } catch {
      continue; // no build, or no device for it: the same to the reader of a list
    }
  }
  return devices;
}
