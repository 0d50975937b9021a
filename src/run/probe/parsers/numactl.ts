import { known, present, sizeBytes, wholeNumber } from "./cells.ts";

/** A NUMA node: processors, memory, and how far it is. */
export interface NumaNode {
  readonly node: number;
  /** logical processors; 0 for memory on its own, which is slow memory (CXL) or a device's */
  readonly cpus: number;
  readonly totalBytes?: number;
  readonly freeBytes?: number;
  /** to each node in order; 10 = itself */
  readonly distances?: readonly number[];
}

/** `numactl -H`. Lists of processors come with spaces, as ranges, or wrapped by whatever carried the text. */
export function readNumactl(text: string): NumaNode[] {
  const nodes = new Map<number, NumaNode>();
  let wrapped: number | undefined;
  for (const line of text.split(/\r?\n/)) {
    const property = /^node (\d{1,4}) (cpus|size|free):(.*)$/.exec(line);
    const distance = /^\s*(\d{1,4}):((?:\s+\d{1,4})+)\s*$/.exec(line);
    if (property !== null) {
      const [, number, key, value = ""] = property;
      const node = nodes.get(Number(number)) ?? { node: Number(number), cpus: 0 };
      wrapped = key === "cpus" ? node.node : undefined;
      if (key === "cpus") nodes.set(node.node, { ...node, cpus: countCpus(value) });
      else {
        const bytes = sizeBytes(known(value));
        nodes.set(node.node, present<NumaNode>({ ...node, [key === "size" ? "totalBytes" : "freeBytes"]: bytes }));
      }
    } else if (distance !== null) {
      wrapped = undefined;
      const node = nodes.get(Number(distance[1]));
      if (node !== undefined)
        nodes.set(node.node, { ...node, distances: distance[2]!.trim().split(/\s+/).map(Number) });
    } else if (wrapped !== undefined && /^[\d\s,-]+$/.test(line)) {
      const node = nodes.get(wrapped)!;
      nodes.set(wrapped, { ...node, cpus: node.cpus + countCpus(line) });
    } else wrapped = undefined;
  }
  return [...nodes.values()];
}

function countCpus(list: string): number {
  let count = 0;
  for (const part of list.split(/[\s,]+/)) {
    const [first, last = first] = part.split("-").map((end) => wholeNumber(end));
    if (first !== undefined && last !== undefined && last >= first) count += last - first + 1;
  }
  return count;
}
