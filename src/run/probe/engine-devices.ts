import { sharesHostMemory, type Device, type Host, type Rig } from "../../facts/hardware/index.ts";
import { present } from "./parsers/cells.ts";
import type { EngineDevice } from "./parsers/engine-device.ts";
import { readLlamacppDevices } from "./parsers/llamacpp-devices.ts";
import { readMetalInit } from "./parsers/llamacpp-metal.ts";
import { readSyclDevices } from "./parsers/llamacpp-sycl.ts";
import { vendorOfName } from "./parsers/seen.ts";

/** Devices that llama.cpp names in a text: its device list, its log, rpc-server's start. In the engine's order. */
export function engineDevices(text: string): EngineDevice[] {
  const listed = readLlamacppDevices(text);
  const extra = [...readMetalInit(text), ...readSyclDevices(text)];
  const merged = listed.map((device) => {
    const same = extra.find(
      (other) => other.id === device.id || (other.backend === "metal" && device.backend === "metal"),
    );
    return same === undefined ? device : { ...same, ...device };
  });
  const unlisted = extra.filter((other) => !listed.some((device) => device.backend === other.backend));
  return [...merged, ...unlisted];
}

/** What a device that shares the host's memory is held against. */
export type HostMemory = Pick<Host, "ramBytes" | "availableBytes"> & {
  /** memory that the firmware carved out of the host's for graphics: not in `ramBytes`, and the device's alone */
  readonly carvedOutBytes?: number;
};

/**
 * The devices with figures that can be planned on: free is never above total, and on shared memory neither is above what
 * the host has. Engines print both wrong there: Vulkan adds up heaps, ROCm reads the host's free memory.
 */
export function capEngineDevices(devices: readonly EngineDevice[], host: HostMemory): EngineDevice[] {
  const carved = host.carvedOutBytes ?? 0;
  return devices.map((device) => {
    const unified = device.memoryKind === "unified" || (device.memoryKind === undefined && sharesHostMemory(device));
    const totalLimit = unified ? host.ramBytes + carved : Infinity;
    const freeLimit = unified ? host.availableBytes + carved : Infinity;
    const totalBytes = device.totalBytes === undefined ? undefined : Math.min(device.totalBytes, totalLimit);
    const free =
      device.freeBytes === undefined ? undefined : Math.min(device.freeBytes, totalBytes ?? Infinity, freeLimit);
    return present<EngineDevice>({
      ...device,
      totalBytes,
      freeBytes: free,
      memoryKind: unified ? "unified" : device.memoryKind,
    });
  });
}

/**
 * The rig as the engine sees it: its devices, in its order, under its names, each with what the probe knows of the same
 * card. Devices of other machines (RPC) are not this rig's. Programs that say they are GPUs count only when asked for.
 */
export function withEngineDevices(
  rig: Rig,
  devices: readonly EngineDevice[],
  options: { readonly keepSoftware?: boolean } = {},
): Rig {
  const usable = devices.filter(
    (device) => device.backend !== undefined && (options.keepSoftware === true || device.software !== true),
  );
  const left = [...rig.devices];
  const renamed = new Map<string, string>();
  const capped = usable.map((device) => {
    const at = findSame(left, device);
    const [known] = at < 0 ? [] : left.splice(at, 1);
    if (known !== undefined) renamed.set(known.id, device.id);
    return asDevice(device, known, rig.host);
  });
  const links = rig.links?.flatMap(({ between: [from, to], ...link }) => {
    const [newFrom, newTo] = [renamed.get(from), renamed.get(to)];
    return newFrom === undefined || newTo === undefined ? [] : [{ ...link, between: [newFrom, newTo] as const }];
  });
  return { ...rig, devices: capped, ...(links === undefined ? {} : { links }) };
}

function asDevice(engine: EngineDevice, known: Device | undefined, host: Host): Device {
  const memoryKind = known?.memoryKind ?? engine.memoryKind;
  const carvedOutBytes =
    memoryKind === "unified" && known?.totalBytes !== undefined ? Math.max(known.totalBytes - host.ramBytes, 0) : 0;
  const [device = engine] = capEngineDevices([present<EngineDevice>({ ...engine, memoryKind })], {
    ...host,
    carvedOutBytes,
  });
  // Where the figure may be a heap's size, the driver's own tool knows better, and nothing is better than a wrong one. On
  // shared memory it was held against what the host has free.
  const doubtful = device.freeIsMeasured === false && device.memoryKind !== "unified";
  const freeBytes = doubtful ? known?.freeBytes : (device.freeBytes ?? known?.freeBytes);
  const totalBytes = device.totalBytes ?? known?.totalBytes ?? (doubtful ? device.freeBytes : undefined);
  return present<Device>({
    ...known,
    id: engine.id,
    name: engine.name ?? known?.name ?? engine.id,
    vendor: engine.software === true ? "generic" : (known?.vendor ?? vendorOfName(engine.name)),
    backend: engine.backend ?? known?.backend ?? "vulkan",
    memoryKind: device.memoryKind ?? "discrete",
    totalBytes,
    freeBytes: freeBytes === undefined ? undefined : Math.min(freeBytes, totalBytes ?? freeBytes),
    pciAddress: engine.pciAddress ?? known?.pciAddress,
    architecture: engine.architecture ?? known?.architecture,
  });
}

/** The probe's entry for a device of the engine: by bus address, by name, the only one of its vendor, by size. */
function findSame(devices: readonly Device[], engine: EngineDevice): number {
  const by = (test: (device: Device) => boolean) => devices.findIndex(test);
  if (engine.pciAddress !== undefined) {
    const same = by((device) => device.pciAddress === engine.pciAddress);
    if (same >= 0) return same;
  }
  const name = bareName(engine.name);
  const same = by(
    (device) => bareName(device.name) === name && (device.backend === engine.backend || engine.backend === "vulkan"),
  );
  if (same >= 0) return same;
  const vendor = vendorOfName(engine.name);
  const ofVendor = devices.filter((device) => device.vendor === vendor);
  if (ofVendor.length === 1) return devices.indexOf(ofVendor[0]!);
  // Tools name cards differently; of several, the next with about that much memory is of the same kind at least.
  return by(({ vendor: maker, totalBytes }) => {
    if (maker !== vendor || totalBytes === undefined || engine.totalBytes === undefined) return false;
    return Math.abs(totalBytes - engine.totalBytes) < totalBytes * SAME_SIZE;
  });
}

/** Engines print what is left after the driver's reserve, a few percent less than tools do. */
const SAME_SIZE = 0.1;

/** A name without marks and without the driver that Vulkan puts behind it. */
function bareName(name: string | undefined): string {
  return (name ?? "")
    .toLowerCase()
    .replace(/\((tm|r)\)/g, "")
    .replace(/\s*\([^()]*\)\s*$/, "")
    .replace(/^(nvidia|amd|intel)\s+/, "")
    .trim();
}
