import { known, present, sizeBytes, wholeNumber } from "./cells.ts";
import { pciAddress, type SeenGpu } from "./seen.ts";

/** `xpu-smi discovery` and `xpu-smi discovery -d N` as a table: "| 0 | Key: value |", further keys under an empty number. */
export function readXpuSmiTable(text: string): SeenGpu[] {
  const devices: Map<string, string>[] = [];
  for (const line of text.split(/\r?\n/)) {
    const match = /^\|\s*(\d{0,4})\s*\|\s*([^:|]+):\s*(.*?)\s*\|\s*$/.exec(line);
    if (match === null) continue;
    const [, index, key, value] = match;
    if (index !== "") devices.push(new Map([["index", index!]]));
    devices.at(-1)?.set(key!.trim(), value!);
  }
  return devices
    .filter((device) => (device.get("Device Type") ?? "GPU") === "GPU")
    .map((device) => {
      const name = known(device.get("Device Name"));
      const id = /\[0x([0-9a-f]{4})\]/i.exec(name ?? "")?.[1]?.toLowerCase();
      return present<SeenGpu>({
        vendor: "intel",
        index: wholeNumber(device.get("index")),
        name,
        uuid: known(device.get("UUID") ?? device.get("SOC UUID")),
        pciAddress: pciAddress(device.get("PCI BDF Address")),
        pciId: id === undefined ? undefined : `8086:${id}`,
        totalBytes: sizeBytes(device.get("Memory Physical Size")),
        maxAllocationBytes: sizeBytes(device.get("Max Mem Alloc Size")),
        driver: known(device.get("Driver Version")),
      });
    });
}
