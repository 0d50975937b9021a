import { LoadoutError } from "../../../facts/errors/index.ts";
import type { TensorOverride } from "../../../facts/runtime/index.ts";
import type { DeviceBackend } from "./backends/backend.ts";
import type { BufferType } from "./backends/buffer.ts";

/** Where overrides send a tensor: "host" leaves the choice among the host's memories open; undefined: no override matches. */
export type OverriddenMemory = (name: string) => BufferType | "host" | undefined;

/** The first match decides (llama-model-loader.cpp, `create_tensor`); a device's memory is taken without asking whether it can. */
export function overriddenMemory(
  overrides: readonly TensorOverride[],
  devices: readonly DeviceBackend[],
): OverriddenMemory {
  const rules = overrides.map(({ pattern, buffer }) => ({
    pattern: compiled(pattern, buffer),
    memory: memoryNamed(buffer, pattern, devices),
  }));
  return (name) => rules.find(({ pattern }) => pattern.test(name))?.memory;
}

function compiled(pattern: string, value: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (error) {
    const problem = error instanceof Error ? error.message : "";
    throw new LoadoutError("override-pattern-invalid", { pattern, value, problem }, { cause: error });
  }
}

function memoryNamed(value: string, pattern: string, devices: readonly DeviceBackend[]): BufferType | "host" {
  if (value === "CPU") return "host";
  const device = devices.find(({ name }) => name === value);
  if (device !== undefined) return device.bufferType;
  const known = ["CPU", ...devices.map(({ name }) => name)].join(", ");
  throw new LoadoutError("override-memory-unknown", { pattern, value, known });
}
