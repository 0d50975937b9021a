import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import { largestWithMargin } from "./largest.ts";
import type { FitRequest } from "./request.ts";
import { type Room, roomReplayed, roomStored, type Rooms } from "./weigh-search.ts";

/** Ways to share a model out between devices and host, by how much lies on the devices: 0 to `most`. */
export interface Shares {
  readonly most: number;
  readonly settingsOf: (onDevices: number) => LlamaCppSettings;
}

/**
 * A graph of a share nearby needs no less than this part of a compute buffer: those for which it would have to shrink further are
 * not replayed. Of eleven models on one device and two the least seen was 0.91 within six layers, most are equal.
 */
const ALIKE = 0.85;

/**
 * The most that may lie on the devices for all to have room, undefined where no share has any. Two walls stand against each other:
 * with more the devices are full, with less the RAM is, so there may be a window between them, or none. What is stored bounds
 * the window at once; of the shares inside graphs are replayed, from the most down.
 */
export function mostOnDevices(
  request: FitRequest,
  shares: Shares,
  roomOf: Room,
  highest = mostStored(request, shares, roomOf),
): number | undefined {
  const { settingsOf } = shares;
  const shared = request.rig.devices.some(({ memoryKind }) => memoryKind === "unified");
  // what a graph took in each place beside what is stored
  const taken = new Map<Rooms[number]["place"], number>();
  for (let onDevices = highest ?? -1; onDevices >= 0; onDevices -= 1) {
    const settings = settingsOf(onDevices);
    const stored = roomStored(request, settings, roomOf);
    // the engine would refuse this one
    if (stored === undefined) continue;
    // with fewer on the devices even more is stored here
    if (!shared && stored.some(({ place, bytes }) => place === "host" && bytes < 0)) return undefined;
    if (stored.some(({ place, bytes }) => bytes < ALIKE * (taken.get(place) ?? 0))) continue;
    const { fits, rooms } = roomReplayed(request, settings, roomOf);
    if (fits) return onDevices;
    for (const { place, bytes } of rooms ?? [])
      taken.set(place, (stored.find((each) => each.place === place)?.bytes ?? bytes) - bytes);
  }
  return undefined;
}

/**
 * The most of which all devices together could hold what is stored: more never fits, however layers are dealt out among them. Undefined
 * where they cannot hold the least.
 */
export function mostStored(request: FitRequest, { most, settingsOf }: Shares, roomOf: Room): number | undefined {
  const together = (onDevices: number): number => {
    const rooms = roomStored(request, settingsOf(onDevices), roomOf) ?? [];
    // of what is refused nothing is known: it is passed over later
    return rooms.reduce((sum, { place, bytes }) => (place === "host" ? sum : sum + bytes), 0);
  };
  const least = together(0);
  return least < 0 ? undefined : largestWithMargin(most, together, least);
}
