import { known, present, wholeNumber } from "./cells.ts";
import { vendorOfPci, type SeenGpu } from "./seen.ts";
import type { MemoryModule } from "./dmidecode.ts";

/** Properties of one object of Windows' management database. */
export type WmiObject = ReadonlyMap<string, string>;

/** `wmic ... get /format:list`: "Name=value" lines, objects parted by empty lines, which Windows doubles as it likes. */
export function readWmic(text: string): WmiObject[] {
  const objects: Map<string, string>[] = [];
  let open = false;
  for (const line of text.split(/[\r\n]+|\n/)) {
    const match = /^([A-Za-z]\w*)=(.*)$/.exec(line);
    if (match === null) {
      open = open && line.trim() === "";
      continue;
    }
    const [, key, value] = match;
    // Properties come in one order, so one that comes again starts the next object.
    if (!open || objects.at(-1)!.has(key!)) objects.push(new Map());
    open = true;
    objects.at(-1)!.set(key!, value!.replaceAll("&amp;", "&").trim());
  }
  return objects;
}

/** AdapterRAM is 32 bits wide and stops here; a card that says this much or more has an unknown amount. */
const ADAPTER_RAM_CAP = 0xfff0_0000;

/** Win32_VideoController objects that are hardware on the PCI bus; remote and virtual adapters are left out. */
export function videoControllers(objects: readonly WmiObject[]): SeenGpu[] {
  return objects.flatMap((object) => {
    const [, vendorId, deviceId] =
      /^PCI\\VEN_([0-9A-F]{4})&DEV_([0-9A-F]{4})/i
        .exec(object.get("PNPDeviceID") ?? "")
        ?.map((id) => id.toLowerCase()) ?? [];
    const vendor = vendorOfPci(vendorId);
    if (vendorId === undefined || deviceId === undefined || vendor === "unknown") return [];
    const bytes = wholeNumber(object.get("AdapterRAM"));
    return [
      present<SeenGpu>({
        vendor,
        name: known(object.get("Name")),
        pciId: `${vendorId}:${deviceId}`,
        totalBytes: bytes === undefined || bytes === 0 || bytes >= ADAPTER_RAM_CAP ? undefined : bytes,
        driver: known(object.get("DriverVersion")),
      }),
    ];
  });
}

/** Win32_PhysicalMemory objects. */
export function physicalMemory(objects: readonly WmiObject[]): MemoryModule[] {
  return objects.flatMap((object) => {
    const bytes = wholeNumber(object.get("Capacity"));
    if (bytes === undefined || bytes === 0) return [];
    return [
      present<MemoryModule>({
        bytes,
        locator:
          [known(object.get("BankLabel")), known(object.get("DeviceLocator"))]
            .filter((word) => word !== undefined)
            .join(" ") || undefined,
        type: undefined,
        megatransfersPerSec:
          wholeNumber(object.get("ConfiguredClockSpeed")) || wholeNumber(object.get("Speed")) || undefined,
        dataBits: wholeNumber(object.get("DataWidth")) || undefined,
      }),
    ];
  });
}
