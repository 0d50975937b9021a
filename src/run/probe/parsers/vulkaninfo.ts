import { known, present } from "./cells.ts";
import { isSoftwareName, vendorOfPci, type SeenGpu } from "./seen.ts";

/** `vulkaninfo --summary`, whatever the loader prints before it. No sizes: it says what kind each device is. */
export function readVulkanSummary(text: string): SeenGpu[] {
  const devices: Map<string, string>[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*GPU\d+:\s*$/.test(line)) devices.push(new Map());
    const match = /^\s+(\w+)\s+= (.*?)\s*$/.exec(line);
    if (match !== null) devices.at(-1)?.set(match[1]!, match[2]!);
  }
  return devices.map((device, index) => {
    const kind = device.get("deviceType") ?? "";
    const name = known(device.get("deviceName"));
    const software = kind.endsWith("CPU") || isSoftwareName(name) || isSoftwareName(device.get("driverName"));
    const [vendor, id] = ["vendorID", "deviceID"].map((key) => /^0x([0-9a-f]{4})$/i.exec(device.get(key) ?? "")?.[1]);
    return present<SeenGpu>({
      vendor: software ? "generic" : vendorOfPci(vendor),
      backend: "vulkan",
      index,
      name,
      pciId: software || vendor === undefined || id === undefined ? undefined : `${vendor}:${id}`.toLowerCase(),
      memoryKind: /INTEGRATED/.test(kind) ? "unified" : /DISCRETE/.test(kind) ? "discrete" : undefined,
      driver: known(device.get("driverInfo")),
      software: software ? true : undefined,
    });
  });
}
