import { overridesOf } from "../../../facts/runtime/index.ts";
import { amxBuffer, canUseAmx, hasAmx } from "./amx.ts";
import type { ComputeBackend, DeviceBackend } from "./backends/backend.ts";
import type { BufferType } from "./backends/buffer.ts";
import { cpuBackend, cpuBuffer, matrixLibrary, repackBuffer } from "./backends/cpu.ts";
import { deviceBackend } from "./backends/device.ts";
import type { UsedDevice } from "./devices.ts";
import { overriddenMemory } from "./overrides.ts";
import { canRepack } from "./repack.ts";
import type { LlamaCppQuestion } from "./question.ts";
import { textOf } from "./text-of.ts";
import type { Preference, WeightPlaces } from "./weights.ts";

/** The memories and back ends of one engine on one rig. */
export interface Memories {
  /** devices in order, then the CPU */
  readonly backends: readonly ComputeBackend[];
  readonly devices: readonly BufferType[];
  readonly cpu: BufferType;
  /** host memory that a device copies from fast, by device */
  readonly deviceHosts: readonly (BufferType | undefined)[];
  /** every device can be part of a pipeline */
  readonly pipelines: boolean;
  /** names of the devices whose back end's rules were only read */
  readonly notCompared: readonly string[];
  readonly weights: WeightPlaces;
}

/** Memories of one engine on one rig, by what of its settings decides them: placements share them. */
const MOST_KNOWN = 8;
const KNOWN = new WeakMap<LlamaCppQuestion["devices"], Map<string, Untold>>();

/** Before anything is told to one of them. */
type Untold = Omit<Memories, "weights"> & {
  readonly weights: Omit<WeightPlaces, "overridden">;
  readonly named: readonly DeviceBackend[];
};

/** `used` are the devices that take part, in the engine's order. */
export function memoriesOf(question: Omit<LlamaCppQuestion, "tensors">, used: readonly UsedDevice[]): Memories {
  const { devices, settings, build, cpuFeatures, dryRun } = question;
  const { pinnedHostWeights, repack, loadMode, memoryMap } = settings;
  const decides = {
    pinnedHostWeights,
    repack,
    loadMode,
    memoryMap,
    cpuFeatures,
    matrixLibrary: question.matrixLibrary,
    dryRun,
  };
  const names = used.map(({ rigIndex, name }) => `${rigIndex} ${name}`);
  const key = `${JSON.stringify([names, decides])} ${textOf(build)}`;
  const known = KNOWN.get(devices) ?? new Map<string, Untold>();
  KNOWN.set(devices, known);
  const untold = known.get(key) ?? untoldMemories(question, used);
  if (known.size >= MOST_KNOWN && !known.has(key)) known.delete(known.keys().next().value!);
  known.set(key, untold);
  const { named, weights, ...memories } = untold;
  return { ...memories, weights: { ...weights, overridden: overriddenMemory(overridesOf(settings), named) } };
}

function untoldMemories(question: Omit<LlamaCppQuestion, "tensors">, used: readonly UsedDevice[]): Untold {
  const { build, cpuFeatures, settings } = question;
  const cpu = cpuBuffer(build.hostAlignmentBytes);
  const repack = repackBuffer(build.hostAlignmentBytes);
  const devices = used.map((each, place) => deviceBackend(each, place, build, question.dryRun === true));
  const mapped = mapsFile(question, devices);
  const deviceHosts = devices.map(({ hostBufferType }) => hostBufferType);
  const cpuOnly = cpuBackend(cpu, deviceHosts[0] ?? cpu);
  const repacker: ComputeBackend = { ...cpuOnly, supports: (operation) => canRepack(operation, cpuFeatures) };
  const amx = { bufferType: amxBuffer(build.hostAlignmentBytes), backend: { ...cpuOnly, supports: canUseAmx } };
  const rearranged: Preference = [...(hasAmx(cpuFeatures) ? [amx] : []), { bufferType: repack, backend: repacker }];
  const host: Preference = [
    ...(settings.pinnedHostWeights === false ? [] : firstHost(devices)),
    ...(settings.repack === false ? [] : rearranged),
    { bufferType: cpu, backend: cpuOnly },
  ];
  const pages = devices.filter(({ usesPages }) => usesPages).map(({ bufferType }) => bufferType);
  return {
    backends: [...devices, ...(question.matrixLibrary === true ? [matrixLibrary(cpu)] : []), cpuOnly],
    devices: devices.map(({ bufferType }) => bufferType),
    cpu,
    deviceHosts,
    pipelines: devices.every(({ pipelines }) => pipelines),
    named: devices,
    notCompared: devices.filter(({ compared }) => !compared).map(({ name }) => name),
    weights: {
      host,
      devices: devices.map((backend) => [{ bufferType: backend.bufferType, backend }]),
      mapped: mapped ? [cpu, ...pages] : [],
      plainHost: cpu,
      before: new WeakMap(),
    },
  };
}

/** Weights of the host are kept where the first device that has such memory copies from fast. */
function firstHost(devices: readonly DeviceBackend[]): Preference {
  const backend = devices.find(({ hostBufferType }) => hostBufferType !== undefined);
  return backend?.hostBufferType === undefined ? [] : [{ bufferType: backend.hostBufferType, backend }];
}

/** Ways to read a file that map it (llama-model-loader.cpp); "auto" maps where every device wants that. */
function mapsFile({ dryRun, settings }: Omit<LlamaCppQuestion, "tensors">, devices: readonly DeviceBackend[]): boolean {
  if (dryRun === true) return false;
  const auto = devices.every(({ wantsMapping }) => wantsMapping);
  if (settings.loadMode === undefined) return settings.memoryMap ?? auto;
  return settings.loadMode === "auto" ? auto : settings.loadMode.startsWith("mmap");
}
