import { known, present, wholeNumber } from "./cells.ts";
import { pciAddress, vendorOfPci, type SeenGpu } from "./seen.ts";

/** Files of `/sys/class/drm/cardN/device` that say who the card is and what it holds. */
export const DRM_FILES = [
  "uevent",
  "vendor",
  "device",
  "product_name",
  "mem_info_vram_total",
  "mem_info_vram_used",
  "mem_info_gtt_total",
  "mem_info_gtt_used",
] as const;

/** A card from those files, by name. `gtt` is host memory that the card may map: VRAM only where the two are one. */
export function readDrmDevice(file: (name: string) => string | undefined): SeenGpu & DrmShared {
  const uevent = file("uevent") ?? "";
  const [vendorId, deviceId] = [file("vendor"), file("device")].map(
    (text) => /^0x([0-9a-f]{4})\s*$/i.exec(text ?? "")?.[1],
  );
  const number = (name: string) => wholeNumber(file(name)?.trim());
  const totalBytes = number("mem_info_vram_total");
  const usedBytes = number("mem_info_vram_used");
  const gttBytes = number("mem_info_gtt_total");
  const gttUsedBytes = number("mem_info_gtt_used");
  return present<SeenGpu & DrmShared>({
    vendor: vendorOfPci(vendorId),
    name: known(file("product_name")),
    pciAddress: pciAddress(/^PCI_SLOT_NAME=(\S+)$/m.exec(uevent)?.[1]),
    pciId: vendorId === undefined || deviceId === undefined ? undefined : `${vendorId}:${deviceId}`.toLowerCase(),
    totalBytes,
    usedBytes,
    freeBytes: totalBytes === undefined || usedBytes === undefined ? undefined : Math.max(totalBytes - usedBytes, 0),
    gttBytes,
    gttFreeBytes:
      gttBytes === undefined || gttUsedBytes === undefined ? undefined : Math.max(gttBytes - gttUsedBytes, 0),
  });
}

/** Host memory that the driver lets a card map. */
export interface DrmShared {
  readonly gttBytes?: number;
  readonly gttFreeBytes?: number;
}
