import { present } from "../parsers/cells.ts";
import { readClinfo } from "../parsers/clinfo.ts";
import { readLspciLines, readLspciRecords } from "../parsers/lspci.ts";
import { pciAddress, vendorOfPci, type SeenGpu } from "../parsers/seen.ts";
import { readVulkanSummary } from "../parsers/vulkaninfo.ts";
import type { Tools } from "../tools.ts";

/** What tools that serve every maker see. */
export interface GenericFinds {
  /** devices that answered through an API: usable */
  readonly answering: readonly SeenGpu[];
  /** cards on the PCI bus, whether or not a driver runs them */
  readonly onBus: readonly SeenGpu[];
  /** programs that say they are GPUs */
  readonly software: readonly SeenGpu[];
}

/** Vulkan, OpenCL and the PCI bus; `deviceList` stands in for lspci where it is not installed. */
export async function findGeneric(tools: Tools, deviceList: readonly string[]): Promise<GenericFinds> {
  const [vulkan, opencl, bus] = await Promise.all([
    tools.ask("vulkaninfo", ["--summary"], { fixed: true }).then((text) => readVulkanSummary(text ?? "")),
    tools.ask("clinfo", [], { fixed: true }).then((text) => readClinfo(text ?? "")),
    askBus(tools, deviceList),
  ]);
  // OpenCL lists one card once a driver, so it only adds to what Vulkan lists, or stands in for it.
  const hardware = vulkan.filter((device) => device.software !== true);
  return {
    answering: hardware.length > 0 ? addDetails(hardware, opencl) : onceEach(opencl),
    onBus: bus,
    software: vulkan.filter((device) => device.software === true),
  };
}

async function askBus(tools: Tools, deviceList: readonly string[]): Promise<SeenGpu[]> {
  const records = readLspciRecords((await tools.ask("lspci", ["-D", "-nn", "-vmm"], { fixed: true })) ?? "");
  if (records.length > 0) return records;
  const failed = tools.findings.some((finding) => finding.tool === "lspci" && finding.status === "failed");
  const lines = failed ? readLspciLines((await tools.ask("lspci", ["-nn"], { fixed: true })) ?? "") : [];
  return lines.length > 0 ? lines : deviceList.flatMap(busEntry);
}

/** "0000:01:00.0 10de:2684" of the device list. */
function busEntry(entry: string): SeenGpu[] {
  const [address, pciId] = entry.split(" ");
  const vendor = vendorOfPci(pciId);
  if (pciId === undefined || vendor === "unknown") return [];
  return [present<SeenGpu>({ vendor, pciId, pciAddress: pciAddress(address) })];
}

function addDetails(devices: readonly SeenGpu[], opencl: readonly SeenGpu[]): SeenGpu[] {
  return devices.map((device) => {
    const candidates = opencl.filter((other) => other.vendor === device.vendor);
    const same = devices.filter((other) => other.vendor === device.vendor).length === 1 ? candidates[0] : undefined;
    return { ...same, ...device };
  });
}

function onceEach(devices: readonly SeenGpu[]): SeenGpu[] {
  return devices.filter((device, at) => {
    const same = (other: SeenGpu) => other.name === device.name && other.totalBytes === device.totalBytes;
    return devices.findIndex(same) === at;
  });
}
