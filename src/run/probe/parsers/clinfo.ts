import { known, present, sizeBytes } from "./cells.ts";
import { isSoftwareName, vendorOfName, type SeenGpu } from "./seen.ts";

/** `clinfo`: "Key   value" lines; a device starts at its name, or where a key comes again. Processors are left out. */
export function readClinfo(text: string): SeenGpu[] {
  const devices: Map<string, string>[] = [];
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([A-Z][^\n]*?\S)\s{2,}(\S.*?)\s*$/.exec(line);
    if (match === null) continue;
    const [, key, value] = match;
    if (!KEYS.has(key!)) continue;
    if (devices.length === 0 || devices.at(-1)!.has(key!)) devices.push(new Map());
    devices.at(-1)!.set(key!, value!);
  }
  return devices
    .filter((device) => device.has("Global memory size") && !/CPU/.test(device.get("Device Type") ?? ""))
    .filter((device) => !isSoftwareName(device.get("Device Name")))
    .map((device, index) => {
      const name = known(device.get("Device Board Name (AMD)")) ?? known(device.get("Device Name"));
      const free = device.get("Global free memory (AMD)");
      const shared = device.get("Unified memory for Host and Device");
      return present<SeenGpu>({
        vendor: free === undefined ? vendorOfName(`${name ?? ""} ${device.get("Device Vendor") ?? ""}`) : "amd",
        index,
        name,
        totalBytes: sizeBytes(withoutNote(device.get("Global memory size"))),
        // the AMD extension counts in KiB, where the line above it counts in bytes
        freeBytes: sizeBytes(withoutNote(free), "kib"),
        maxAllocationBytes: sizeBytes(withoutNote(device.get("Max memory allocation"))),
        memoryKind: shared === "Yes" ? "unified" : shared === "No" ? "discrete" : undefined,
      });
    });
}

const KEYS: ReadonlySet<string> = new Set([
  "Device Name",
  "Device Board Name (AMD)",
  "Device Vendor",
  "Device Type",
  "Global memory size",
  "Global free memory (AMD)",
  "Max memory allocation",
  "Unified memory for Host and Device",
]);

/** "8573157376 (7.984GiB)" without what stands in brackets. */
function withoutNote(text: string | undefined): string | undefined {
  return text?.replace(/\s*\(.*$/, "");
}
