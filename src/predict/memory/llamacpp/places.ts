import type { EngineBuffer, MemoryTerm, PlaceMemory } from "../memory.ts";

/** Buffers gathered by place: the host first, then every device, also one that holds nothing. */
export function placesOf(
  buffers: readonly EngineBuffer[],
  hostName: string,
  deviceNames: readonly string[],
): PlaceMemory[] {
  const places: ("host" | number)[] = ["host", ...deviceNames.keys()];
  return places.map((place) => ({
    place,
    label: place === "host" ? hostName : deviceNames[place]!,
    terms: termsOf(buffers.filter((buffer) => buffer.place === place)),
  }));
}

function termsOf(buffers: readonly EngineBuffer[]): Partial<Record<MemoryTerm, number>> {
  const terms: Partial<Record<MemoryTerm, number>> = {};
  for (const { term, bytes } of buffers) if (bytes > 0) terms[term] = (terms[term] ?? 0) + bytes;
  return terms;
}
