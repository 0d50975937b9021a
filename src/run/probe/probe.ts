import type { Host, Rig } from "../../facts/hardware/index.ts";
import { openCache } from "./cache.ts";
import { machineFiles, type Files } from "./files.ts";
import { readLinuxHost } from "./host/linux.ts";
import { readBootId, readDeviceList } from "./machine-key.ts";
import { present } from "./parsers/cells.ts";
import type { Bandwidth, ProbeReport } from "./report.ts";
import { machineShell, type Shell } from "./shell.ts";
import { machineSystem, type System } from "./system.ts";
import { createTools } from "./tools.ts";

/** Everything the probe touches comes in here; what is left out is this machine. */
export interface ProbeOptions {
  readonly shell?: Shell;
  readonly files?: Files;
  readonly system?: System;
  /** milliseconds, for how long tools took */
  readonly clock?: () => number;
  /** folder for what stays the same until the next boot; without it nothing is kept */
  readonly cacheDir?: string;
  /** measures memory bandwidth when the cache has none; without it nothing is measured */
  readonly measureBandwidth?: (threads: number, availableBytes: number) => Promise<Bandwidth | undefined>;
}

/** Looks at this machine: host, devices in the engine's order, and how each tool answered. Never throws for a missing tool. */
export async function probe(options: ProbeOptions = {}): Promise<ProbeReport> {
  const { shell = machineShell, files = machineFiles, system = machineSystem() } = options;
  const { clock = () => performance.now(), cacheDir, measureBandwidth } = options;
  const [bootId, deviceList] = await Promise.all([readBootId(system, files, shell), readDeviceList(system, files)]);
  const cache = await openCache(files, cacheDir, { bootId, deviceList });
  const tools = createTools(shell, clock, cache.answers);
  const [host, diskFreeBytes] = await Promise.all([
    readLinuxHost(system, files, tools),
    files.freeBytes(cacheDir ?? system.homeFolder),
  ]);
  if (cache.bandwidth === undefined && measureBandwidth !== undefined) {
    const threads = Math.max(Math.floor(Math.min(host.cpu.physicalCores, host.cpu.usableCores ?? Infinity)), 1);
    cache.bandwidth = await measureBandwidth(threads, host.availableBytes);
  }
  const bandwidthBytesPerSec = cache.bandwidth?.bytesPerSec;
  const rig: Rig = {
    name: system.name,
    host: present<Host>({ ...host, diskFreeBytes, bandwidthBytesPerSec }),
    devices: [],
  };
  await cache.save();
  return present<ProbeReport>({
    rig,
    findings: tools.findings,
    holders: [],
    bandwidth: cache.bandwidth,
    bootId,
    deviceList,
    notes: [],
  });
}
