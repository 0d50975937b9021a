import { known, present, sizeBytes, wholeNumber } from "./cells.ts";
import { nvidiaGpu } from "./nvidia.ts";
import type { SeenGpu, SeenPart, SeenProcess } from "./seen.ts";
import { childrenOf, readXml, textAt, type Element } from "./xml.ts";

/** `nvidia-smi -q -x`, schemas v2 to v12. The count in `attached_gpus` is not that of the elements. */
export function readNvidiaXml(text: string): { readonly gpus: SeenGpu[]; readonly processes: SeenProcess[] } {
  const log = childrenOf(readXml(text), "nvidia_smi_log")[0];
  const elements = childrenOf(log, "gpu");
  const gpus = elements.map((gpu, index) =>
    nvidiaGpu({
      index,
      name: textAt(gpu, "product_name"),
      uuid: textAt(gpu, "uuid"),
      busId: gpu.id,
      pciDevice: textAt(gpu, "pci", "pci_device_id"),
      total: textAt(gpu, "fb_memory_usage", "total"),
      reserved: textAt(gpu, "fb_memory_usage", "reserved"),
      used: textAt(gpu, "fb_memory_usage", "used"),
      free: textAt(gpu, "fb_memory_usage", "free"),
      driver: textAt(log, "driver_version"),
      powerLimit:
        textAt(gpu, "gpu_power_readings", "current_power_limit") ?? textAt(gpu, "power_readings", "power_limit"),
      migMode: textAt(gpu, "mig_mode", "current_mig"),
      parts: childrenOf(childrenOf(gpu, "mig_devices")[0], "mig_device").map(readPart),
    }),
  );
  return { gpus, processes: elements.flatMap((gpu, index) => readProcesses(gpu, textAt(gpu, "uuid") ?? index)) };
}

function readPart(part: Element): SeenPart {
  return present<SeenPart>({
    index: wholeNumber(textAt(part, "index")),
    instance: wholeNumber(textAt(part, "gpu_instance_id")),
    totalBytes: sizeBytes(textAt(part, "fb_memory_usage", "total")),
    usedBytes: sizeBytes(textAt(part, "fb_memory_usage", "used")),
    freeBytes: sizeBytes(textAt(part, "fb_memory_usage", "free")),
    name: undefined,
    uuid: undefined,
  });
}

function readProcesses(gpu: Element, id: string | number): SeenProcess[] {
  return childrenOf(childrenOf(gpu, "processes")[0], "process_info").flatMap((info) => {
    const pid = wholeNumber(textAt(info, "pid"));
    if (pid === undefined) return [];
    const bytes = sizeBytes(textAt(info, "used_memory"));
    return [present<SeenProcess>({ pid, name: known(textAt(info, "process_name")), bytes, gpu: id })];
  });
}
