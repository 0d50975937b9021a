import type { Device } from "../../../../facts/hardware/index.ts";
import type { ImageSize, Projector, Tower } from "../../../../facts/model/index.ts";
import { LLAMACPP_BUILDS, type LlamaCppBuild, type LlamaCppSettings } from "../../../../facts/runtime/index.ts";
import { formatExactBytes, formatNumber } from "../../../../facts/units/index.ts";
import { between, bytes, sum, type Estimate } from "../../../estimate/index.ts";
import type { EngineBuffer, MemoryPrediction } from "../../memory.ts";
import { peakArithmetic } from "../arithmetic.ts";
import type { ComputeBackend } from "../backends/backend.ts";
import type { BufferType } from "../backends/buffer.ts";
import { cpuBackend, cpuBuffer } from "../backends/cpu.ts";
import { deviceBackend } from "../backends/device.ts";
import { deviceNames, usedDevices } from "../devices.ts";
import type { Line } from "../lines.ts";
import { lowered } from "./image-tokens.ts";
import { tensorsOf, towerCompute, type TowerBuffer, towerWeightBytes, warmUpSize } from "./projector-memory.ts";
import { type Read, readsOf } from "./together.ts";

/** A projector loaded beside a model. */
export interface BesideQuestion {
  readonly projector: Projector;
  /** --no-mmproj-offload: on the processor */
  readonly onHost: boolean;
  readonly build: LlamaCppBuild;
  readonly devices: readonly Device[];
  /** images of a request, piece by piece */
  readonly pieces?: readonly ImageSize[];
  /** bytes of its weights, where a catalog knows their number alone */
  readonly weightBytes?: number;
}

/** Where a projector lies: the first device that takes part, unless it is told to stay on the processor. */
export function projectorPlace(
  { onHost, devices }: Pick<BesideQuestion, "onHost" | "devices">,
  settings: LlamaCppSettings,
): "host" | number {
  // a layer fewer on the device does not move it: only --device does
  const [first] = onHost ? [] : usedDevices(devices, settings).filter(({ device }) => device.node === undefined);
  return first?.rigIndex ?? "host";
}

/** Buffers of rules that were read, not compared with the engine's own sizes: as around the model's (doubt.ts). */
const READ = { low: 0.9, high: 1.15 } as const;
/** The graphs are those of the newest build that is known; others moved by as much as this in half a year. */
const OTHER_BUILD = { low: 0.5, high: 2 } as const;
/** Back ends whose rules were: the processor, and stand-in devices with CUDA's (buffers.test.ts: every graph, all buffers equal). */
const COMPARED: ReadonlySet<Device["backend"]> = new Set(["cuda", "rocm"]);

/** Weights and compute buffers of a projector, as the engine allocates them beside the model (clip.cpp, `load_tensors`, `warmup`). */
export function projectorLines(question: BesideQuestion, settings: LlamaCppSettings): Line[] {
  const { projector, build, devices } = question;
  const place = projectorPlace(question, settings);
  const cpu = cpuBuffer(build.hostAlignmentBytes);
  const backends = backendsOf(place, devices, build, cpu);
  const type = { ...backends[0]!.bufferType, place };
  const towers = [projector.vision, projector.audio].flatMap((tower) => tower ?? []);
  const weights = weightLine(question, type);
  const computes = towers.flatMap((tower) =>
    computeLines(lowered(tower, settings.microBatch), question, backends, place, weights.buffer.bytes),
  );
  return [weights, ...computes];
}

function backendsOf(
  place: "host" | number,
  devices: readonly Device[],
  build: LlamaCppBuild,
  cpu: BufferType,
): ComputeBackend[] {
  if (place === "host") return [cpuBackend(cpu, cpu)];
  const used = { device: devices[place]!, rigIndex: place, name: deviceNames(devices)[place]! };
  return [deviceBackend(used, 0, build, false), cpuBackend(cpu, cpu)];
}

function weightLine({ projector, weightBytes }: BesideQuestion, type: BufferType): Line {
  const { tensors, sizesFrom } = projector;
  const key = "projector-weights";
  const label = `projector (${type.name})`;
  if (tensors.length === 0) {
    const about = weightBytes ?? 0;
    const leaf = between(key, label, [Math.floor(about * 0.5), about, Math.ceil(about * 2.1)], "assumed", {
      formula: `${formatNumber(about / 2, 12)} weights x 2 B [F16]`,
      because: "only the number of its weights is known; a file of another type is smaller or larger",
    });
    return { buffer: bufferOf(type, about), leaf };
  }
  const size = towerWeightBytes(tensors, type);
  const stored = tensors.reduce((total, tensor) => total + tensor.bytes, 0);
  const padding = size - stored;
  const leaf = bytes(key, label, size, sizesFrom, {
    formula: `${formatExactBytes(stored)} [${tensors.length} tensors]${padding > 0 ? ` + ${formatExactBytes(padding)} [alignment]` : ""}`,
    because: sizesFrom === "header" ? "as stored" : "matrices in F16, all else in F32, as its converter writes them",
  });
  return { buffer: bufferOf(type, size), leaf };
}

function computeLines(
  tower: Tower,
  { projector, devices, build, pieces = [] }: BesideQuestion,
  backends: readonly ComputeBackend[],
  place: "host" | number,
  weightBytes: number,
): Line[] {
  const what = tower.modality === "vision" ? "images" : "sound";
  const key = (type: BufferType) => `projector-compute-${tower.modality}-${type.name}`;
  const label = (type: BufferType) => `compute for ${what} (${type.name})`;
  const tensors = tensorsOf(projector, tower.modality);
  const first: Read = { size: warmUpSize(tower), together: 1 };
  // a buffer is made larger where an image needs more than what was reserved, and stays so
  const reads = [first, ...(tower.modality === "vision" ? readsOf(tower, pieces) : [])];
  const buffers = tensors.length === 0 ? undefined : largest(tower, tensors, backends, reads);
  if (buffers === undefined) {
    const type = { ...backends[0]!.bufferType, place };
    const leaf = between(key(type), label(type), [0, Math.round(weightBytes / 2), 2 * weightBytes], "assumed", {
      formula: `${formatExactBytes(weightBytes)} [its weights] / 2`,
      lowFormula: "0 B",
      highFormula: `${formatExactBytes(weightBytes)} x 2`,
      because: `the graph of "${tower.type}" is not written down: of those with layers that are, none takes more than twice its weights`,
    });
    return [{ buffer: bufferOf(type, Math.round(weightBytes / 2)), leaf }];
  }
  return buffers.flatMap(({ type: own, bytes: size, peak, nodes, read }, index): Line[] => {
    if (size <= 1) return [];
    const type = { ...own, place: index === 0 ? place : ("host" as const) };
    const how =
      read === first
        ? "the engine reserves for that before any is sent"
        : "more than the engine reserves before any is sent: it grows with the first";
    const because = `what lies in it at its fullest, of ${nodes} operations on ${readText(tower, read)}: ${how}`;
    const doubt = doubtOf(build, place, devices);
    const leaf: Estimate =
      doubt === undefined
        ? bytes(key(type), label(type), size, "formula", () => ({ formula: peakArithmetic(peak, size), because }))
        : between(
            key(type),
            label(type),
            [Math.floor(size * doubt.low), size, Math.ceil(size * doubt.high)],
            "assumed",
            () => ({
              formula: peakArithmetic(peak, size),
              lowFormula: `${formatExactBytes(size)} x ${doubt.low}`,
              highFormula: `${formatExactBytes(size)} x ${doubt.high}`,
              because: `${because}; ${doubt.because}`,
            }),
          );
    return [{ buffer: bufferOf(type, size), leaf }];
  });
}

interface LargestBuffer extends TowerBuffer {
  readonly read: Read;
}

/** Of every back end the largest buffer, and what needs it. */
function largest(
  tower: Tower,
  tensors: Projector["tensors"],
  backends: readonly ComputeBackend[],
  reads: readonly Read[],
): LargestBuffer[] | undefined {
  let most: LargestBuffer[] | undefined;
  for (const read of reads) {
    const buffers = towerCompute(tower, tensors, backends, read.size, read.together);
    if (buffers === undefined) return undefined;
    most = buffers.map((buffer, index) =>
      most === undefined || buffer.bytes > most[index]!.bytes ? { ...buffer, read } : most[index]!,
    );
  }
  return most;
}

function readText({ modality }: Tower, { size, together }: Read): string {
  if (modality === "audio") return `${size.width} frames of sound`;
  const images = together === 1 ? "an image" : `${together} images`;
  return `${images} of ${size.width} x ${size.height} pixels`;
}

function doubtOf(
  build: LlamaCppBuild,
  place: "host" | number,
  devices: readonly Device[],
): { readonly low: number; readonly high: number; readonly because: string } | undefined {
  const newest = LLAMACPP_BUILDS.at(-1)!;
  if (build !== newest) return { ...OTHER_BUILD, because: `the graph is that of ${newest.id}` };
  if (place === "host" || COMPARED.has(devices[place]!.backend)) return undefined;
  return { ...READ, because: `rules of ${devices[place]!.backend} read from source, not run` };
}

function bufferOf({ name, place }: BufferType, size: number): EngineBuffer {
  return { label: name, term: "projector", place, bytes: size };
}

/** A prediction with what is loaded beside the model. */
export function besideModel(prediction: MemoryPrediction, lines: readonly Line[]): MemoryPrediction {
  if (prediction.kind === "rejected") return prediction;
  const { buffers, places, footprint } = prediction;
  const here = (place: "host" | number) => lines.filter(({ buffer }) => buffer.place === place);
  const parts = (footprint.parts ?? []).map((part) => {
    const place = part.key === "host" ? "host" : Number(part.key.replace("device-", ""));
    const more = here(place).map(({ leaf }) => leaf);
    return more.length === 0 ? part : sum(part.key, part.label, [...(part.parts ?? []), ...more]);
  });
  return {
    ...prediction,
    buffers: [...buffers, ...lines.map(({ buffer }) => buffer)],
    places: places.map((place) => {
      const own = here(place.place).reduce((total, { buffer }) => total + buffer.bytes, 0);
      return own === 0 ? place : { ...place, terms: { ...place.terms, projector: own } };
    }),
    footprint: sum(footprint.key, footprint.label, parts),
  };
}
