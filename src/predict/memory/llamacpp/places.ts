import type { EngineBuffer, MemoryTerm, PlaceMemory } from "../memory.ts";
import type { Memories } from "./memories.ts";

/** Buffers gathered by place: the host first, then every device, also one that holds nothing. */
export function placesOf(buffers: readonly EngineBuffer[], memories: Memories): PlaceMemory[] {
  const places: ("host" | number)[] = ["host", ...memories.devices.keys()];
  return places.map((place) => ({
    place,
    label: place === "host" ? memories.cpu.name : memories.devices[place]!.name,
    terms: termsOf(buffers.filter((buffer) => buffer.place === place)),
  }));
}

function termsOf(buffers: readonly EngineBuffer[]): Partial<Record<MemoryTerm, number>> {
  const terms: Partial<Record<MemoryTerm, number>> = {};
  for (const { term, bytes } of buffers) if (bytes > 0) terms[term] = (terms[term] ?? 0) + bytes;
  return terms;
}
