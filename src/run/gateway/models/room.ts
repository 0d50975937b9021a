/** The place of main memory; devices go by their ids. */
export const HOST = "RAM";

/** Bytes by place: {@link HOST}, and the id of a device. What is not named is nothing. */
export type Room = ReadonlyMap<string, number>;

export function roomOf(places: Iterable<readonly [place: string, bytes: number]>): Room {
  const room = new Map<string, number>();
  for (const [place, bytes] of places) room.set(place, (room.get(place) ?? 0) + bytes);
  return room;
}

export function sum(rooms: Iterable<Room>): Room {
  return roomOf([...rooms].flatMap((room) => [...room]));
}

/** The first place that is too small, with what is lacking there; undefined: all fits. */
export function lacking(needs: Room, has: Room): { readonly place: string; readonly bytes: number } | undefined {
  for (const [place, bytes] of needs) {
    const missing = bytes - (has.get(place) ?? 0);
    if (missing > 0) return { place, bytes: missing };
  }
  return undefined;
}

export function minus(from: Room, taken: Room): Room {
  return roomOf([...from, ...[...taken].map(([place, bytes]) => [place, -bytes] as const)]);
}
