import type { Device, DeviceLink } from "../../../src/facts/hardware/index.ts";
import { overridesOf, type LlamaCppSettings } from "../../../src/facts/runtime/index.ts";
import { layerPlaces } from "../../../src/predict/memory/index.ts";
import type { PaceInput } from "../../../src/predict/speed/index.ts";
import { hostOf } from "./cpus.ts";
import { deviceOf, isGuessed, isProcessor } from "./device.ts";
import { modelOf } from "./model.ts";
import type { SpeedRow } from "./row.ts";
import { cacheType } from "./cache-type.ts";

/** What the speed model is asked for a row, or why it cannot be. */
export function paceQuestion(row: SpeedRow): PaceInput | string {
  const model = modelOf(row);
  if (!model) return `no model is known by "${row.model}"`;
  const processor =
    (!(deviceOf(row) && !/CPU/.test(row.backend)) && isProcessor(row.device) && !UNNAMED_CARD.test(row.device)) ||
    /^(?:CPU|ollama or llama.cpp \(CPU\))$|\) CPU$/.test(row.backend);
  const devices = processor ? [] : devicesOf(row);
  if (typeof devices === "string") return devices;
  const { host } = hostOf(processor || UNNAMED_CARD.test(row.device) ? row.device : row.notes);
  const settings = settingsOf(row, model.geometry.layers.length);
  const placement = layerPlaces(model.geometry, settings, devices);
  return {
    geometry: model.geometry,
    tensors: model.tensors,
    host: { ...host, os: row.notes.includes("Windows") ? "win32" : host.os },
    devices,
    placement,
    threads: Math.min(row.threads ?? host.cpu.physicalCores, host.cpu.physicalCores),
    cacheTypeK: settings.cacheTypeK,
    cacheTypeV: settings.cacheTypeV,
    microBatch: settings.microBatch,
    overrides: overridesOf(settings),
    cacheOnHost: settings.cacheOnHost ?? false,
    flashAttention: row.flashAttention ?? false,
    streams: row.streams,
    links: linksOf(devices),
    ...builtOf(row),
    program: programOf(row),
  };
}

/** A card that the row does not name, beside a processor that it does: with all experts in RAM the card matters little. */
const UNNAMED_CARD = /^NVIDIA GPU \+ /;
const ASSUMED_CARD = "NVIDIA GeForce RTX 4070";

/** Sources whose rows say no date, and the month of the newest change that their text names. */
const WRITTEN: readonly (readonly [source: string, month: string])[] = [
  // "with this latest PR", 15157 of August 2025; the experts that are used were copied alone from 15346 on
  ["gokawiil.com/article/74814", "2025-08"],
];

function builtOf({ date, source }: SpeedRow): Pick<PaceInput, "built"> {
  const built = date?.slice(0, 7) ?? WRITTEN.find(([name]) => name === source)?.[1];
  return built === undefined ? {} : { built };
}

/** Programs around or beside llama.cpp; a card behind one lane of a small board is no rig that the model knows either. */
const OTHERS = /ds4|OpenCL|MLX|ktrans|BLAS|CANN|Hexagon|ollama|llama\.cpp Vulkan/;
const ODD = /raspberry|\bPi |eGPU|outlier|not representative|abnormally|fork|shared with/i;

function programOf(row: SpeedRow): "localscore" | "other" | "llama.cpp" {
  if (row.backend.includes("LocalScore")) return "localscore";
  return OTHERS.test(row.backend) || ODD.test(row.notes) || isGuessed(row) ? "other" : "llama.cpp";
}

/** Cards on a Raspberry Pi have one lane of the third generation. */
const ONE_LANE = /raspberry|\bPi /i;
const LANE_BYTES_PER_SEC = 0.985e9;

/** All of a kind, as rows have them; of an RPC run the second and further ones are other machines. */
function devicesOf(row: SpeedRow): Device[] | string {
  const remote = row.backend.includes("RPC") && row.deviceCount > 1;
  const devices: Device[] = [];
  for (let index = 0; index < row.deviceCount; index++) {
    const device = deviceOf(UNNAMED_CARD.test(row.device) ? { ...row, device: ASSUMED_CARD } : row, index);
    if (!device)
      return row.device === "" ? "the row names no device" : `no row of the device catalog is "${row.device}"`;
    if (device.bandwidthBytesPerSec === undefined)
      return `the memory bandwidth of "${row.device}" depends on what is fitted`;
    if (ONE_LANE.test(row.notes)) {
      devices.push({ ...device, slotBytesPerSec: LANE_BYTES_PER_SEC });
      continue;
    }
    devices.push(remote && index > 0 ? { ...device, node: `node${index}` } : device);
  }
  return devices;
}

/** Clusters of small machines in the rows have links of 2.5 to 5 Gbit/s. */
const NODE_BYTES_PER_SEC = 0.3e9;

function linksOf(devices: readonly Device[]): DeviceLink[] {
  return devices.flatMap(({ node }) =>
    node === undefined ? [] : [{ between: ["host", node], kind: "network", bandwidthBytesPerSec: NODE_BYTES_PER_SEC }],
  );
}

function settingsOf(row: SpeedRow, layers: number): LlamaCppSettings {
  const microBatch = Math.min(row.microBatch ?? 512, row.batch ?? Math.max(2048, row.microBatch ?? 0));
  return {
    context: 4096,
    sequences: row.streams,
    unifiedCache: true,
    batch: row.batch ?? 2048,
    microBatch: Math.max(1, microBatch),
    flashAttention: row.flashAttention ?? false,
    cacheTypeK: cacheType(row.typeK),
    cacheTypeV: cacheType(row.typeV),
    gpuLayers: row.ngl === undefined || row.ngl > layers ? "all" : row.ngl,
    expertLayersOnHost: row.expertLayersOnCpu > 500 ? "all" : row.expertLayersOnCpu,
    ...(row.notes.includes("nkvo=1") && { cacheOnHost: true }),
  };
}
