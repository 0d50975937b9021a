import type { Device } from "../../facts/hardware/index.ts";
import type { Placed } from "./devices.ts";
import type { SeenProcess } from "./parsers/seen.ts";
import type { Holder } from "./report.ts";

/** Programs that hold memory of the devices, by the card they were listed with. A card cut into parts has no one device. */
export function deviceHolders(placed: readonly Placed[], processes: readonly SeenProcess[]): Holder[] {
  return processes.map(({ pid, name = "unknown", bytes, gpu }) => {
    const matches = placed.filter(
      ({ card }) => gpu !== undefined && [card.uuid, card.index, card.pciAddress].includes(gpu),
    );
    const only = matches.length === 1 ? matches[0] : placed.length === 1 && gpu === undefined ? placed[0] : undefined;
    return {
      pid,
      name,
      memory: "vram",
      ...(bytes === undefined ? {} : { bytes }),
      ...(only === undefined ? {} : { deviceId: only.device.id }),
    };
  });
}

/**
 * Devices with what closing programs would give back: what the listed programs hold, or all that is in use where the driver
 * lists no sizes (Windows, and Linux inside Windows).
 */
export function withReclaimable(
  placed: readonly Placed[],
  holders: readonly Holder[],
  namesAreHidden: boolean,
): Device[] {
  return placed.map(({ device, card, part }) => {
    const used = part === undefined ? card.usedBytes : part.usedBytes;
    const named = holders
      .filter((holder) => holder.deviceId === device.id)
      .reduce((sum, holder) => sum + (holder.bytes ?? 0), 0);
    const held = named > 0 ? named : namesAreHidden ? (used ?? 0) : 0;
    const reclaimableBytes = Math.min(held, used ?? held, device.totalBytes ?? held);
    return reclaimableBytes > 0 ? { ...device, reclaimableBytes } : device;
  });
}
