import { fields, items, json, known, present, textOf, wholeNumber } from "./cells.ts";
import { pciAddress, type SeenGpu } from "./seen.ts";

/** `xpu-smi discovery -j` (a list without sizes) and `xpu-smi discovery -j -d N` (one device with them). */
export function readXpuSmiJson(text: string): SeenGpu[] {
  const answer = fields(json(text));
  const list = answer["device_id"] === undefined ? items(answer["device_list"]) : [answer];
  return list
    .map(fields)
    .filter((device) => device["device_id"] !== undefined && (device["device_type"] ?? "GPU") === "GPU")
    .map((device) => {
      const id = /^0x([0-9a-f]{1,4})$/i
        .exec(textOf(device["pci_device_id"]) ?? "")?.[1]
        ?.toLowerCase()
        .padStart(4, "0");
      return present<SeenGpu>({
        vendor: "intel",
        index: wholeNumber(textOf(device["device_id"])),
        name: known(textOf(device["device_name"])),
        uuid: known(textOf(device["uuid"])),
        pciAddress: pciAddress(textOf(device["pci_bdf_address"])),
        pciId: id === undefined ? undefined : `8086:${id}`,
        totalBytes: wholeNumber(textOf(device["memory_physical_size_byte"])),
        freeBytes: wholeNumber(textOf(device["memory_free_size_byte"])),
        maxAllocationBytes: wholeNumber(textOf(device["max_mem_alloc_size_byte"])),
        driver: known(textOf(device["driver_version"])),
      });
    });
}
