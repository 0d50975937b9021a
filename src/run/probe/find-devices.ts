import type { Backend, Device, DeviceLink, Host } from "../../facts/hardware/index.ts";
import { placeDevices, unitsOf, type Unit } from "./devices.ts";
import type { Files } from "./files.ts";
import { findAmd } from "./gpus/amd.ts";
import { findApple } from "./gpus/apple.ts";
import { NOTHING, type Finds } from "./gpus/finds.ts";
import { findGeneric, type GenericFinds } from "./gpus/generic.ts";
import { findIntel } from "./gpus/intel.ts";
import { mergeSightings } from "./gpus/merge.ts";
import { findNvidia, type NvidiaFinds } from "./gpus/nvidia.ts";
import { findWindows } from "./gpus/windows.ts";
import { deviceHolders, withReclaimable } from "./holders.ts";
import { readLinks } from "./links.ts";
import type { SeenGpu } from "./parsers/seen.ts";
import type { Holder } from "./report.ts";
import type { System } from "./system.ts";
import type { Tools } from "./tools.ts";
import { visible } from "./visible.ts";
import type { WindowsObjects } from "./windows-objects.ts";

/** Devices with who holds their memory. */
export interface FoundDevices {
  readonly devices: readonly Device[];
  readonly links: readonly DeviceLink[];
  readonly holders: readonly Holder[];
  readonly notes: readonly string[];
}

/** What every tool saw, before it is merged. */
export interface Sightings {
  readonly nvidia: NvidiaFinds;
  readonly amd: Finds;
  readonly intel: Finds;
  readonly system: Finds;
  readonly generic: GenericFinds;
}

const NO_GENERIC: GenericFinds = { answering: [], onBus: [], software: [] };

/** Asks the tools of this system, all at once. */
export async function lookForGpus(
  system: System,
  files: Files,
  tools: Tools,
  machine: {
    readonly deviceList: readonly string[];
    readonly ramBytes: number;
    readonly objects?: WindowsObjects | undefined;
  },
): Promise<Sightings> {
  if (system.os === "darwin") {
    const apple = await findApple(tools, machine.ramBytes);
    return { nvidia: NOTHING, amd: NOTHING, intel: NOTHING, system: apple, generic: NO_GENERIC };
  }
  if (system.os === "win32") {
    const none = { video: [], memory: [], processor: [], pageFile: [] };
    const [nvidia, windows] = await Promise.all([findNvidia(tools), findWindows(tools, machine.objects ?? none)]);
    return { nvidia, amd: NOTHING, intel: NOTHING, system: windows, generic: NO_GENERIC };
  }
  const inWindows = machine.deviceList.includes("/dev/dxg");
  const [nvidia, amd, intel, generic] = await Promise.all([
    findNvidia(tools).then((found) =>
      found.gpus.length === 0 && inWindows ? findNvidia(tools, "/usr/lib/wsl/lib/nvidia-smi") : found,
    ),
    findAmd(files, tools),
    findIntel(tools),
    findGeneric(tools, machine.deviceList),
  ]);
  return { nvidia, amd, intel, system: NOTHING, generic };
}

/** One device a card, in the order CUDA, ROCm, the rest; cards on the bus that nothing answers for are a note. */
export function mergeDevices(seen: Sightings, host: Host, system: System, inWindows: boolean): FoundDevices {
  const { env } = system;
  const byMaker: readonly SeenGpu[] = [...seen.nvidia.gpus, ...seen.amd.gpus, ...seen.intel.gpus];
  const answering = mergeSightings([byMaker, seen.generic.answering, seen.system.gpus]);
  const named = mergeSightings([answering, seen.generic.onBus], false);
  const units = unitsOf(named);
  const idOf = ({ card, part }: Unit) => part?.uuid ?? card.uuid;
  const through = (backend: Backend) => units.filter(({ card }) => card.backend === backend);
  const cuda = visible(through("cuda"), env["CUDA_VISIBLE_DEVICES"], idOf);
  const rocm = visible(visible(through("rocm"), env["ROCR_VISIBLE_DEVICES"], idOf), env["HIP_VISIBLE_DEVICES"], idOf);
  const rest = units.filter(({ card }) => card.backend !== "cuda" && card.backend !== "rocm");
  const placed = placeDevices([...cuda, ...rocm, ...rest], host);
  const processes = [seen.nvidia, seen.amd, seen.intel, seen.system].flatMap((finds) => finds.processes);
  const holders = deviceHolders(placed, processes);
  return {
    devices: withReclaimable(placed, holders, inWindows),
    links: readLinks(placed, seen.nvidia.topology),
    holders,
    notes: notesOn(seen, named, cuda, env),
  };
}

function notesOn(seen: Sightings, named: readonly SeenGpu[], cuda: readonly Unit[], env: System["env"]): string[] {
  const notes = [seen.nvidia, seen.amd, seen.intel, seen.system].flatMap((finds) => finds.notes);
  const idle = seen.generic.onBus.filter(
    (card) => !named.some((other) => other.pciAddress === card.pciAddress || other.pciId === card.pciId),
  );
  for (const card of idle)
    notes.push(`${card.name ?? `GPU ${card.pciId ?? ""}`} is on the PCI bus, but no driver answers for it`);
  for (const { name } of seen.generic.software)
    notes.push(`${name ?? "a Vulkan device"} runs on the processor and counts as no GPU`);
  const unequal = cuda.some(({ card }) => card.name !== cuda[0]?.card.name);
  if (unequal && env["CUDA_DEVICE_ORDER"] !== "PCI_BUS_ID") {
    notes.push(
      "CUDA numbers unequal cards fastest first; here they stand in the order of the bus until the engine lists them",
    );
  }
  for (const card of named.filter((one) => one.partitioned === true)) {
    const parts = card.parts?.length ?? 0;
    const what = parts === 0 ? "no tool lists its parts" : "a process sees one part at a time";
    notes.push(`${card.name ?? "a card"} is cut into parts (MIG): ${what}`);
  }
  return notes;
}
