import { known, present, wholeNumber } from "./cells.ts";
import type { SeenCpu } from "./seen.ts";

/** `/proc/cpuinfo`: a block a processor, "key : value" lines. ARM gives numbers of parts and no names. */
export function readCpuinfo(text: string): SeenCpu | undefined {
  let processors = 0;
  let siblings = 0;
  let coresPerSocket = 0;
  const sockets = new Set<string>();
  const cores = new Set<string>();
  const parts = new Set<string>();
  let socket = "0";
  let model: string | undefined;
  let vendor: string | undefined;
  let flags: string[] | undefined;
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    if (colon < 0) continue;
    const key = line.slice(0, colon).trim();
    const value = line.slice(colon + 1).trim();
    if (key === "processor") processors++;
    else if (key === "physical id") sockets.add((socket = value));
    else if (key === "core id") cores.add(`${socket}/${value}`);
    else if (key === "siblings") siblings = Math.max(siblings, wholeNumber(value) ?? 0);
    else if (key === "cpu cores") coresPerSocket = Math.max(coresPerSocket, wholeNumber(value) ?? 0);
    else if (key === "CPU part") parts.add(value.trim());
    else if (key === "CPU implementer") vendor ??= value.trim() === "0x41" ? "ARM" : known(value);
    else if (key === "vendor_id") vendor ??= known(value);
    else if (key === "model name") model ??= known(value);
    else if (key === "flags" || key === "Features") flags ??= value.split(/\s+/).filter(Boolean);
  }
  if (processors === 0) return undefined;
  const socketCount = Math.max(sockets.size, 1);
  const logicalCores = Math.max(processors, siblings * socketCount);
  return present<SeenCpu>({
    model,
    vendor,
    logicalCores,
    physicalCores: Math.min(logicalCores, Math.max(cores.size, coresPerSocket * socketCount)) || processors,
    sockets: sockets.size === 0 ? undefined : sockets.size,
    flags,
    parts: parts.size === 0 ? undefined : [...parts],
  });
}
