import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deviceCatalog, type Rig } from "../../facts/hardware/index.ts";
import {
  codeOf,
  foldersOf,
  readConfig,
  thisHome,
  type Config,
  type Folders,
  type HomeContext,
} from "../../run/home/index.ts";
import type { EngineDevice, ProbeReport } from "../../run/probe/index.ts";
import type { CliContext } from "./context.ts";

/** This person's folders and this machine as probed. */
export interface Machine {
  readonly home: HomeContext;
  readonly folders: Folders;
  readonly config: Config;
  readonly report: ProbeReport;
  /** bytes that programs hold and would give back */
  readonly closable: { readonly host: number; readonly devices: readonly number[] };
}

/** Folders and config alone: what needs no probe. */
export async function homeOf(context: CliContext): Promise<Pick<Machine, "home" | "folders" | "config">> {
  const home = { ...thisHome(), env: context.process.env };
  const folders = foldersOf(home);
  return { home, folders, config: await readConfig(folders.config) };
}

/** Probes this machine; what does not change until the next boot comes from the cache. */
export async function machineOf(context: CliContext, options: { readonly fresh?: boolean } = {}): Promise<Machine> {
  // loaded here: a rig written by hand needs no probe
  const { measureCopyBandwidth, probe } = await import("../../run/probe/index.ts");
  const { home, folders, config } = await homeOf(context);
  const seen = await probe({
    cacheDir: folders.cache,
    fresh: options.fresh ?? false,
    measureBandwidth: measureCopyBandwidth,
  });
  const engineRig = await rigOfEngine(seen, folders.cache, options.fresh ?? false);
  const report = { ...seen, rig: await withPublished(engineRig) };
  return { home, folders, config, report, closable: closableOf(report) };
}

/** The rig with published figures for what no tool prints; the table is loaded only where there is a device. */
async function withPublished(rig: Rig): Promise<Rig> {
  return rig.devices.length === 0 ? rig : (await deviceCatalog()).withCatalog(rig);
}

/**
 * The rig as the embedded engine sees it: its devices in its order. A machine whose tools found no GPU is not asked: the
 * engine would list the same nothing, a second later. Its list is kept until the next boot or change of devices.
 */
async function rigOfEngine({ rig, bootId, deviceList }: ProbeReport, cacheDir: string, fresh: boolean): Promise<Rig> {
  if (rig.devices.length === 0) return rig;
  const { withEngineDevices } = await import("../../run/probe/index.ts");
  const path = join(cacheDir, "engine-devices.json");
  const key = JSON.stringify([1, bootId, deviceList]);
  const kept = await readFile(path, "utf8").then(
    (text): { key: string; devices: EngineDevice[] } => JSON.parse(text),
    () => undefined,
  );
  if (kept?.key === key && !fresh) return withEngineDevices(rig, oneBackend(kept.devices).map(withoutFree));
  const devices = await listedByEngine();
  try {
    await mkdir(cacheDir, { recursive: true });
    await writeFile(path, JSON.stringify({ key, devices }));
  } catch (error) {
    if (codeOf(error) === undefined) throw error; // a full or read-only disk costs the next start a second, no more
  }
  return withEngineDevices(rig, oneBackend(devices));
}

/** Devices the embedded engine lists, of every back end it has a build for, software devices among them. */
export async function listedByEngine(): Promise<EngineDevice[]> {
  const { embeddedDevices } = await import("../../run/engine/index.ts");
  return (await embeddedDevices()).map(({ label, software, ...rest }): EngineDevice => ({
    id: label,
    ...rest,
    ...(software ? { software } : {}),
  }));
}

/** The embedded engine runs one back end at a time, and Vulkan lists again what CUDA has: the first that has a GPU is taken. */
function oneBackend(devices: readonly EngineDevice[]): EngineDevice[] {
  const real = devices.filter(({ software }) => !software);
  const backend = (["cuda", "metal", "rocm", "sycl", "vulkan"] as const).find((name) =>
    real.some((device) => device.backend === name),
  );
  return real.filter((device) => device.backend === backend);
}

/** Free memory changes from minute to minute: of a kept list only the driver's fresh figure counts. */
function withoutFree({ freeBytes: _, ...device }: EngineDevice): EngineDevice {
  return device;
}

function closableOf({ rig, holders }: ProbeReport): Machine["closable"] {
  const held = (filter: (holder: ProbeReport["holders"][number]) => boolean) =>
    holders.filter(filter).reduce((total, { bytes }) => total + (bytes ?? 0), 0);
  return {
    host: held(({ memory }) => memory === "ram"),
    devices: rig.devices.map(({ id }) => held(({ memory, deviceId }) => memory === "vram" && deviceId === id)),
  };
}

/** Name of a machine in receipts: the same processor, RAM and cards are the same machine. */
export function machineName({ report: { rig } }: { readonly report: Pick<ProbeReport, "rig"> }): string {
  const devices = rig.devices.map(({ name, totalBytes }) => `${name} ${totalBytes ?? "?"}`);
  return [rig.name, rig.host.cpu.model, rig.host.cpu.logicalCores, rig.host.ramBytes, ...devices].join(" | ");
}
