import { foldersOf, thisHome, type Folders } from "../../run/home/index.ts";
import { probe, type ProbeReport } from "../../run/probe/index.ts";
import type { CliContext } from "./context.ts";

/** This person's folders and this machine as probed. */
export interface Machine {
  readonly folders: Folders;
  readonly report: ProbeReport;
  /** bytes that programs hold and would give back */
  readonly closable: { readonly host: number; readonly devices: readonly number[] };
}

/** Probes this machine; what does not change until the next boot comes from the cache. */
export async function machineOf(context: CliContext, options: { readonly fresh?: boolean } = {}): Promise<Machine> {
  const folders = foldersOf({ ...thisHome(), env: context.process.env });
  const report = await probe({
    ...(options.fresh ? {} : { cacheDir: folders.cache }),
  });
  return { folders, report, closable: closable(report) };
}

function closable({ rig, holders }: ProbeReport): Machine["closable"] {
  const held = (filter: (holder: ProbeReport["holders"][number]) => boolean) =>
    holders.filter(filter).reduce((total, { bytes }) => total + (bytes ?? 0), 0);
  return {
    host: held(({ memory }) => memory === "ram"),
    devices: rig.devices.map(({ id }) => held(({ memory, deviceId }) => memory === "vram" && deviceId === id)),
  };
}

/** Name of a machine in receipts: the same processor, RAM and cards are the same machine. */
export function machineName({ report: { rig } }: Machine): string {
  const devices = rig.devices.map(({ name, totalBytes }) => `${name} ${totalBytes ?? "?"}`);
  return [rig.name, rig.host.cpu.model, rig.host.cpu.logicalCores, rig.host.ramBytes, ...devices].join(" | ");
}
