import type { Host, Rig } from "../../facts/hardware/index.ts";
import { openCache } from "./cache.ts";
import { machineFiles, type Files } from "./files.ts";
import { lookForGpus, mergeDevices } from "./find-devices.ts";
import { readHost } from "./host/host.ts";
import { readBootId, readDeviceList } from "./machine-key.ts";
import { present } from "./parsers/cells.ts";
import { findRamHolders } from "./ram-holders.ts";
import type { Bandwidth, ProbeReport } from "./report.ts";
import { machineShell, type Shell } from "./shell.ts";
import { machineSystem, type System } from "./system.ts";
import { createTools } from "./tools.ts";
import { readWindowsObjects } from "./windows-objects.ts";

/** Everything the probe touches comes in here; what is left out is this machine. */
export interface ProbeOptions {
  readonly shell?: Shell;
  readonly files?: Files;
  readonly system?: System;
  /** milliseconds, for how long tools took */
  readonly clock?: () => number;
  /** folder for what stays the same until the next boot; without it nothing is kept */
  readonly cacheDir?: string;
  /** ask everything again; the answers take the place of the kept ones */
  readonly fresh?: boolean;
  /** folder whose disk's free space is wanted; the home folder when not given */
  readonly diskFolder?: string;
  /** measures memory bandwidth when the cache has none; without it nothing is measured */
  readonly measureBandwidth?: (threads: number, availableBytes: number) => Promise<Bandwidth | undefined>;
}

/** Looks at this machine: host, devices in the engine's order, and how each tool answered. A missing tool is no error. */
export async function probe(options: ProbeOptions = {}): Promise<ProbeReport> {
  const { shell = machineShell, files = machineFiles, system = machineSystem() } = options;
  const { clock = () => performance.now(), cacheDir, measureBandwidth, diskFolder = system.homeFolder } = options;
  const { fresh = false } = options;
  const [bootId, deviceList] = await Promise.all([readBootId(system, files, shell), readDeviceList(system, files)]);
  const cache = await openCache(files, cacheDir, { bootId, deviceList, fresh });
  const tools = createTools(shell, clock, cache.answers);

  const objects = system.os === "win32" ? await readWindowsObjects(tools) : undefined;
  const [{ host, notes }, sightings, ramHolders, diskFreeBytes] = await Promise.all([
    readHost(system, files, tools, objects),
    lookForGpus(system, files, tools, { deviceList, ramBytes: system.totalBytes, objects }),
    findRamHolders(system, files, tools),
    files.freeBytes(diskFolder),
  ]);
  const inWindows = system.os === "win32" || deviceList.includes("/dev/dxg");
  const found = mergeDevices(sightings, host, system, inWindows);

  if (cache.bandwidth === undefined && measureBandwidth !== undefined) {
    const threads = Math.floor(Math.min(host.cpu.physicalCores, host.cpu.usableCores ?? Infinity));
    cache.bandwidth = await measureBandwidth(Math.max(threads, 1), host.availableBytes);
  }
  await cache.save();
  const bandwidthBytesPerSec = cache.bandwidth?.bytesPerSec ?? host.bandwidthBytesPerSec;
  return present<ProbeReport>({
    rig: present<Rig>({
      name: system.name,
      host: present<Host>({ ...host, diskFreeBytes, bandwidthBytesPerSec }),
      devices: found.devices,
      links: found.links.length === 0 ? undefined : found.links,
    }),
    findings: tools.findings,
    holders: [...found.holders, ...ramHolders],
    bandwidth: cache.bandwidth,
    bootId,
    deviceList,
    notes: [...notes, ...found.notes],
  });
}
