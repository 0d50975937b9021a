import { sum, type Estimate } from "../../estimate/index.ts";
import type { Line } from "./lines.ts";
import type { Memories } from "./memories.ts";

/** The buffers as a tree that sums: memory -> place -> buffer, the host first, each leaf with the arithmetic behind it. */
export function footprintOf(lines: readonly Line[], memories: Memories): Estimate {
  const places: ("host" | number)[] = ["host", ...memories.devices.keys()];
  const nodes = places.map((place) => {
    const leaves = lines.filter(({ buffer }) => buffer.place === place && buffer.bytes > 0).map(({ leaf }) => leaf);
    const [key, label] = place === "host" ? ["host", "host"] : [`device-${place}`, memories.devices[place]!.name];
    return sum(key, label, leaves);
  });
  return sum("memory", "memory", nodes);
}
