import { readDisplayRegistry } from "../parsers/windows-registry.ts";
import type { SeenGpu } from "../parsers/seen.ts";
import { videoControllers } from "../parsers/wmic.ts";
import type { Tools } from "../tools.ts";
import type { WindowsObjects } from "../windows-objects.ts";
import type { Finds } from "./finds.ts";
import { mergeSightings } from "./merge.ts";

/** Key of the display drivers, whose values include memory in 64 bits. */
const DISPLAY_CLASS = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}";

/** Cards of Windows: sizes from the registry, which may still list cards that were taken out; the objects are those there. */
export async function findWindows(tools: Tools, objects: WindowsObjects): Promise<Finds> {
  const registry = readDisplayRegistry((await tools.ask("reg", ["query", DISPLAY_CLASS, "/s"], { fixed: true })) ?? "");
  const adapters = videoControllers(objects.video);
  const unsized = adapters.map((gpu): SeenGpu => {
    const { totalBytes: _, ...rest } = gpu;
    return rest;
  });
  const gpus = mergeSightings([unsized, registry], false).map((gpu, at): SeenGpu => {
    const totalBytes = gpu.totalBytes ?? adapters[at]?.totalBytes;
    return totalBytes === undefined ? gpu : { ...gpu, totalBytes };
  });
  return { gpus, processes: [], notes: [] };
}
