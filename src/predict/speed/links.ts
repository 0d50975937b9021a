import { USUAL_NETWORK, type Device, type DeviceLink } from "../../facts/hardware/index.ts";

/** A way between two places. */
export interface Way {
  readonly bytesPerSec: number;
  /** of one message */
  readonly seconds: number;
  readonly known: boolean;
}

/** What an engine reaches of a slot's peak, copying. */
const SLOT_SHARE = 0.8;
/** Without a known slot: sixteen lanes of the third generation. */
const ASSUMED_SLOT_BYTES_PER_SEC = 12.6e9;
/** A copy between host and device: a launch and a wait. Assumed. */
const COPY_SECONDS = 25e-6;

/** From the host to a device: its slot, or the network to the machine it is in. */
export function wayTo(device: Device, links: readonly DeviceLink[] = []): Way {
  if (device.node !== undefined) {
    const link = links.find(({ kind, between }) => kind === "network" && between.includes(device.node ?? ""));
    const rate = link?.bandwidthBytesPerSec;
    return {
      bytesPerSec: rate ?? USUAL_NETWORK.bytesPerSec,
      seconds: USUAL_NETWORK.messageSeconds,
      known: rate !== undefined,
    };
  }
  if (device.memoryKind === "unified") return { bytesPerSec: Infinity, seconds: COPY_SECONDS, known: true };
  const link = links.find(
    ({ kind, between }) => kind === "pcie" && between.includes("host") && between.includes(device.id),
  );
  const slot = link?.bandwidthBytesPerSec ?? device.slotBytesPerSec;
  return {
    bytesPerSec: (slot ?? ASSUMED_SLOT_BYTES_PER_SEC) * SLOT_SHARE,
    seconds: COPY_SECONDS,
    known: slot !== undefined,
  };
}
