import { sum, type Estimate } from "../../estimate/index.ts";
import type { Line } from "./lines.ts";

/** The buffers as a tree that sums: memory -> place -> buffer, the host first, each leaf with the arithmetic behind it. */
export function footprintOf(lines: readonly Line[], deviceNames: readonly string[]): Estimate {
  const places: ("host" | number)[] = ["host", ...deviceNames.keys()];
  const nodes = places.map((place) => {
    const leaves = lines.filter(({ buffer }) => buffer.place === place && buffer.bytes > 0).map(({ leaf }) => leaf);
    const [key, label] = place === "host" ? ["host", "host"] : [`device-${place}`, deviceNames[place]!];
    return sum(key, label, leaves);
  });
  return sum("memory", "memory", nodes);
}
