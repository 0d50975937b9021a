import { present } from "./cells.ts";
import { pciAddress, vendorOfPci, type SeenGpu } from "./seen.ts";

/** Display controllers (03xx) and processing accelerators (1200). */
const GPU_CLASS = /^(03\d\d|1200)$/;

/** `lspci -vmm -nn`: records of "Key: name [number]". */
export function readLspciRecords(text: string): SeenGpu[] {
  return text.split(/\r?\n\s*\r?\n/).flatMap((record) => {
    const cell = (key: string) => new RegExp(`^${key}:\\s*(.*?)\\s*\\[([0-9a-f]{4})\\]\\s*$`, "im").exec(record);
    const device = cell("Device");
    const vendor = cell("Vendor");
    const slot = /^Slot:\s*(\S+)/m.exec(record)?.[1];
    if (!GPU_CLASS.test(cell("Class")?.[2] ?? "") || vendor === null || device === null) return [];
    return usable(slot, vendor[2]!, device[2]!, device[1]!);
  });
}

/** `lspci -nn` (with -v or not): "01:00.0 3D controller [0302]: Maker Name [vendor:device] (rev a1)". */
export function readLspciLines(text: string): SeenGpu[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const match = /^(\S+) [^[]*\[([0-9a-f]{4})\]: (.*) \[([0-9a-f]{4}):([0-9a-f]{4})\]/i.exec(line);
    if (match === null || !GPU_CLASS.test(match[2]!)) return [];
    return usable(match[1], match[4]!, match[5]!, match[3]!);
  });
}

/** Adapters of virtual machines and of servers' management chips have no vendor here that an engine could use. */
function usable(slot: string | undefined, vendorId: string, deviceId: string, name: string): SeenGpu[] {
  const vendor = vendorOfPci(vendorId);
  if (vendor === "unknown") return [];
  const pciId = `${vendorId}:${deviceId}`.toLowerCase();
  return [present<SeenGpu>({ vendor, name, pciAddress: pciAddress(slot), pciId })];
}
