import { amount, known, present, sizeBytes, wholeNumber } from "./cells.ts";
import { readIndented, valueOf } from "./indented.ts";
import { pciAddress, type SeenGpu } from "./seen.ts";

/** `amd-smi static`, and `amd-smi metric --mem-usage`, as text: a block "GPU: n" a device; its MB are MiB. */
export function readAmdSmiText(text: string): SeenGpu[] {
  const roots = readIndented(text);
  return roots
    .filter((entry) => entry.key === "GPU")
    .map(({ value, entries }) => {
      const device = /^0x([0-9a-f]{4})$/i.exec(valueOf(entries, "ASIC", "DEVICE_ID") ?? "")?.[1]?.toLowerCase();
      return present<SeenGpu>({
        vendor: "amd",
        backend: "rocm",
        index: wholeNumber(value),
        name: known(valueOf(entries, "ASIC", "MARKET_NAME")) ?? known(valueOf(entries, "BOARD", "PRODUCT_NAME")),
        uuid: undefined,
        pciAddress: pciAddress(valueOf(entries, "BUS", "BDF")),
        pciId: device === undefined ? undefined : `1002:${device}`,
        totalBytes:
          sizeBytes(valueOf(entries, "VRAM", "SIZE")) ?? sizeBytes(valueOf(entries, "MEM_USAGE", "TOTAL_VRAM")),
        usedBytes: sizeBytes(valueOf(entries, "MEM_USAGE", "USED_VRAM")),
        freeBytes: sizeBytes(valueOf(entries, "MEM_USAGE", "FREE_VRAM")),
        driver: known(valueOf(entries, "DRIVER", "VERSION")),
        powerLimitWatts: amount(valueOf(entries, "LIMIT", "SOCKET_POWER")) || undefined,
      });
    });
}
