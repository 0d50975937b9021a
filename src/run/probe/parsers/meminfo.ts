import { present, sizeBytes } from "./cells.ts";
import type { SeenMemory } from "./seen.ts";

/** `/proc/meminfo`. Kernels before 3.14 have no MemAvailable: free and the page cache stand in for it. */
export function readMeminfo(text: string): SeenMemory | undefined {
  const of = (name: string) => sizeBytes(new RegExp(`^${name}:\\s*(.*)$`, "m").exec(text)?.[1]);
  const totalBytes = of("MemTotal");
  if (totalBytes === undefined) return undefined;
  const freeBytes = of("MemFree");
  const guess = freeBytes === undefined ? undefined : freeBytes + (of("Cached") ?? 0) + (of("Buffers") ?? 0);
  const availableBytes = of("MemAvailable") ?? guess;
  return present<SeenMemory>({
    totalBytes,
    freeBytes,
    availableBytes: availableBytes === undefined ? undefined : Math.min(availableBytes, totalBytes),
    swapTotalBytes: of("SwapTotal"),
    swapFreeBytes: of("SwapFree"),
  });
}

/** Memory of one NUMA node. */
export interface NodeMemory {
  readonly node: number;
  readonly totalBytes: number;
  readonly freeBytes?: number;
}

/** `/sys/devices/system/node/nodeN/meminfo`, one or several after each other. */
export function readNodeMeminfo(text: string): NodeMemory[] {
  const nodes = new Map<number, NodeMemory>();
  for (const [, number, key, value] of text.matchAll(/^Node (\d{1,4}) (MemTotal|MemFree):\s*(.*)$/gm)) {
    const bytes = sizeBytes(value);
    if (bytes === undefined) continue;
    const node = Number(number);
    if (key === "MemTotal") nodes.set(node, { node, totalBytes: bytes });
    else if (nodes.has(node)) nodes.set(node, { ...nodes.get(node)!, freeBytes: bytes });
  }
  return [...nodes.values()];
}

/**
 * POWER9 firmware lists the memory of NVLink GPUs as NUMA nodes, numbered downwards from 255, and the kernel counts it in
 * MemTotal; on Grace machines the driver says which nodes (`nvidia-smi topo -m`, "GPU NUMA ID").
 */
const FIRST_FIRMWARE_GPU_NODE = 240;

/** The nodes whose memory is on a GPU: part of MemTotal, and not to be counted twice. */
export function gpuNodes(nodes: readonly NodeMemory[], gpuNumaIds: readonly number[] = []): NodeMemory[] {
  return nodes.filter(({ node }) => gpuNumaIds.includes(node) || node >= FIRST_FIRMWARE_GPU_NODE);
}
