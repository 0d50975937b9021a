import {
  sharesHostMemory,
  type Backend,
  type Device,
  type DeviceLimits,
  type Host,
} from "../../facts/hardware/index.ts";
import { present } from "./parsers/cells.ts";
import type { DrmShared } from "./parsers/drm-sysfs.ts";
import type { SeenGpu, SeenPart } from "./parsers/seen.ts";

/** A card, or one of its parts: what a program sees as one device. */
export interface Unit {
  readonly card: SeenGpu & DrmShared;
  readonly part?: SeenPart;
}

/** A unit and the device made of it. */
export interface Placed extends Unit {
  readonly device: Device;
}

/** Cards, and the parts of those that are cut. Programs that draw are no devices. */
export function unitsOf(cards: readonly (SeenGpu & DrmShared)[]): Unit[] {
  return cards
    .filter((card) => card.software !== true)
    .flatMap((card): Unit[] =>
      card.partitioned === true ? instances(card.parts ?? []).map((part) => ({ card, part })) : [{ card }],
    );
}

/** The letters an engine puts before a device's number. */
const PREFIX: Readonly<Record<Backend, string>> = {
  cpu: "CPU",
  cuda: "CUDA",
  rocm: "ROCm",
  vulkan: "Vulkan",
  metal: "MTL",
  sycl: "SYCL",
};

/** Devices of units in their order, numbered for each API as an engine would. */
export function placeDevices(units: readonly Unit[], host: Host): Placed[] {
  const counts = new Map<Backend, number>();
  return units.map((unit) => {
    const backend = unit.card.backend ?? "vulkan";
    const count = counts.get(backend) ?? 0;
    counts.set(backend, count + 1);
    const id = `${PREFIX[backend]}${count}`;
    const { card, part } = unit;
    return { ...unit, device: part === undefined ? wholeCard(card, id, host) : partOfCard(card, part, id) };
  });
}

/** Parts that share one memory are one device for placing: their memory is there once. */
function instances(parts: readonly SeenPart[]): SeenPart[] {
  return parts.filter((part, at) => {
    if (part.instance === undefined) return true;
    return parts.findIndex((other) => other.instance === part.instance) === at;
  });
}

function wholeCard(card: SeenGpu & DrmShared, id: string, host: Host): Device {
  const unified = card.memoryKind === "unified" || sharesHostMemory(card);
  return present<Device>({
    ...common(card, id),
    name: card.name ?? (card.pciId === undefined ? "GPU without a name" : `GPU ${card.pciId}`),
    memoryKind: unified ? "unified" : "discrete",
    ...(unified ? sharedMemory(card, host) : ownMemory(card)),
  });
}

function partOfCard(card: SeenGpu, part: SeenPart, id: string): Device {
  const name = [card.name ?? "GPU without a name", part.name].filter((word) => word !== undefined).join(" ");
  return present<Device>({ ...common(card, id), name, memoryKind: "discrete", ...ownMemory(part) });
}

function common(card: SeenGpu, id: string): Pick<Device, "id" | "vendor" | "backend"> & Partial<Device> {
  const limits: DeviceLimits | undefined =
    card.maxAllocationBytes === undefined ? undefined : { maxAllocationBytes: card.maxAllocationBytes };
  const { vendor, backend = "vulkan", driver, powerLimitWatts, architecture, pciAddress, cores: gpuCores } = card;
  return {
    id,
    vendor,
    backend,
    ...present<Partial<Device>>({ driver, powerLimitWatts, architecture, pciAddress, gpuCores, limits }),
  };
}

type Memory = Partial<Pick<Device, "totalBytes" | "freeBytes">>;

/** Free is what the driver says, never total minus used: drivers keep a part for themselves. */
function ownMemory({ totalBytes, freeBytes }: Memory): Memory {
  const capped = freeBytes === undefined ? undefined : Math.min(freeBytes, totalBytes ?? freeBytes);
  return present<Memory>({ totalBytes: totalBytes === 0 ? undefined : totalBytes, freeBytes: capped });
}

/**
 * Memory of a device that shares the host's. On AMD a part is carved out by the firmware (VRAM, not in the host's total) and
 * the rest is host memory that the driver maps (GTT); elsewhere it is what the host has, or the system's limit on it.
 */
function sharedMemory(card: SeenGpu & DrmShared, host: Host): Memory {
  if (card.gttBytes !== undefined) {
    const mapped = Math.min(card.gttBytes, host.ramBytes);
    const mappedFree = Math.min(card.gttFreeBytes ?? mapped, host.availableBytes);
    return { totalBytes: (card.totalBytes ?? 0) + mapped, freeBytes: (card.freeBytes ?? 0) + mappedFree };
  }
  const totalBytes = Math.min(card.totalBytes ?? host.ramBytes, host.ramBytes);
  return { totalBytes, freeBytes: Math.min(card.freeBytes ?? totalBytes, totalBytes, host.availableBytes) };
}
