import type { PlannedRequest } from "../workload/index.ts";
import type { Pick } from "./route.ts";

/** points of each machine on the ring */
const POINTS = 64;

/** Consistent hashing with bounded load: the first machine along the ring that has not more than `bound` times the mean. */
export function boundedHash(bound: number, seed: number): Pick {
  let ring: { readonly points: Float64Array; readonly owners: Int32Array } | undefined;
  return (request, { loads, alive, totalLoad, aliveCount }) => {
    if (aliveCount === 0) return -1;
    ring ??= ringOf(loads.length, seed);
    const { points, owners } = ring;
    const most = Math.ceil((bound * (totalLoad + 1)) / aliveCount);
    const key = hashed(keyOf(request), seed);
    let low = 0;
    let high = points.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (points[middle]! < key) low = middle + 1;
      else high = middle;
    }
    for (let step = 0; step < points.length; step++) {
      const owner = owners[(low + step) % points.length]!;
      if (alive[owner] && loads[owner]! + 1 <= most) return owner;
    }
    return alive.indexOf(1);
  };
}

/** What is to go to one machine: a conversation, else a shared beginning, else anything. */
function keyOf({ session, prefix, blocks, id }: PlannedRequest): string {
  if (session !== undefined) return `session-${session}`;
  return prefix?.id ?? (blocks?.ids[0] === undefined ? `request-${id}` : `block-${blocks.ids[0]}`);
}

function ringOf(count: number, seed: number): { points: Float64Array; owners: Int32Array } {
  const all = Array.from({ length: count * POINTS }, (_, at) => ({
    point: hashed(`${at % count}/${Math.floor(at / count)}`, seed),
    owner: at % count,
  })).sort((a, b) => a.point - b.point || a.owner - b.owner);
  return { points: Float64Array.from(all, ({ point }) => point), owners: Int32Array.from(all, ({ owner }) => owner) };
}

/** FNV-1a with a finish that spreads near keys: 0 to 2^32. */
function hashed(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
