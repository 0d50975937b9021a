import { LoadoutError } from "../../../facts/errors/index.ts";
import type { Device } from "../../../facts/hardware/index.ts";
import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";

/** A device that the engine uses, and where it stands in the rig. */
export interface UsedDevice {
  readonly device: Device;
  /** index among the rig's devices: what `place` means outside this folder */
  readonly rigIndex: number;
  /** the engine's name for it and its memory: "CUDA0", "Vulkan1", "RPC0[node]" */
  readonly name: string;
}

/** What the engine calls devices, counted by back end (`GGML_CUDA_NAME` and the like). */
const PREFIX: Readonly<Record<Device["backend"], string>> = {
  cpu: "CPU",
  cuda: "CUDA",
  rocm: "ROCm",
  vulkan: "Vulkan",
  metal: "MTL",
  sycl: "SYCL",
};

/** The engine's name of each device of a rig, in the rig's order; a node's devices are counted by themselves. */
export function deviceNames(devices: readonly Device[]): string[] {
  return devices.map((device, place) => {
    const alike = (before: Device): boolean =>
      before.node === device.node && (device.node !== undefined || before.backend === device.backend);
    const number = devices.slice(0, place).filter(alike).length;
    return device.node === undefined ? `${PREFIX[device.backend]}${number}` : `RPC${number}[${device.node}]`;
  });
}

/**
 * Devices that take part, in the engine's order (llama.cpp, `llama_prepare_model_devices`): those named by `-dev`; else other
 * machines first, then this one's, graphics that share RAM only where there is no card. `-sm none` leaves one of them.
 */
export function usedDevices(devices: readonly Device[], settings: LlamaCppSettings): UsedDevice[] {
  const names = deviceNames(devices);
  const all = devices.map((device, rigIndex): UsedDevice => ({ device, rigIndex, name: names[rigIndex]! }));
  const listed = settings.devices === undefined ? byDefault(all) : settings.devices.map((name) => named(name, all));
  if (settings.splitMode !== "none") return listed;
  const main = settings.mainGpu ?? 0;
  if (main < 0) return [];
  const chosen = listed[main];
  if (chosen === undefined && listed.length > 0) {
    throw new LoadoutError("main-gpu-missing", { value: String(main), count: String(listed.length) });
  }
  return chosen === undefined ? [] : [chosen];
}

function byDefault(all: readonly UsedDevice[]): UsedDevice[] {
  const remote = all.filter(({ device }) => device.node !== undefined);
  const local = all.filter(({ device }) => device.node === undefined);
  const cards = local.filter(({ device }) => !isIntegrated(device));
  return [...remote, ...(cards.length > 0 ? cards : local)];
}

/** What the engine takes for integrated graphics: CUDA, ROCm, SYCL and Vulkan devices in the host's RAM; never Metal's. */
function isIntegrated({ backend, memoryKind }: Device): boolean {
  return memoryKind === "unified" && backend !== "metal";
}

/** "CUDA1"; a device of another machine also without the machine's name, as long as that is clear. */
function named(name: string, all: readonly UsedDevice[]): UsedDevice {
  const found = all.find((used) => used.name === name) ?? all.find((used) => used.name.startsWith(`${name}[`));
  if (found !== undefined) return found;
  throw new LoadoutError("device-missing", { value: name, known: all.map((used) => used.name).join(", ") || "none" });
}
