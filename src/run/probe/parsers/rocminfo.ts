import { known, present, sizeBytes } from "./cells.ts";
import { pciAddress, type SeenGpu } from "./seen.ts";

/** `rocminfo`: a block an agent. Processors are agents too, with large pools. */
export function readRocminfo(text: string): SeenGpu[] {
  return agents(text)
    .filter((agent) => agent.get("Device Type") === "GPU" || agent.get("Uuid")?.startsWith("GPU-") === true)
    .map((agent, index) => {
      const chip = /\(0x([0-9a-f]{1,4})\)/i
        .exec(agent.get("Chip ID") ?? "")?.[1]
        ?.toLowerCase()
        .padStart(4, "0");
      const shared = /\bAPU\b/.test(agent.get("Memory Properties") ?? "");
      return present<SeenGpu>({
        vendor: "amd",
        backend: "rocm",
        index,
        name: known(agent.get("Marketing Name")),
        architecture: known(agent.get("Name")),
        pciAddress: addressOf(Number(agent.get("BDFID"))),
        pciId: chip === undefined ? undefined : `1002:${chip}`,
        totalBytes: sizeBytes(agent.get("Pool")?.replace(/\(0x[0-9a-f]+\)/i, "")),
        memoryKind: shared ? "unified" : undefined,
      });
    });
}

/** Keys of each agent; "Pool" is the size of its first global pool. Agents start at a "Name:" two spaces in. */
function agents(text: string): Map<string, string>[] {
  const found: Map<string, string>[] = [];
  let segment = "";
  for (const line of text.split(/\r?\n/)) {
    const match = /^( +)([^\s:][^:]*):+ +(\S.*)$/.exec(line.trimEnd());
    if (match === null) continue;
    const [, indent, key, value] = match;
    if (indent!.length === 2 && key === "Name") found.push(new Map());
    const agent = found.at(-1);
    if (agent === undefined) continue;
    if (indent!.length === 2) agent.set(key!, value!);
    else if (key === "Segment") segment = value!;
    else if (key === "Size" && segment.startsWith("GLOBAL") && !agent.has("Pool")) agent.set("Pool", value!);
  }
  return found;
}

/** BDFID packs bus (8 bits), device (5) and function (3). */
function addressOf(id: number): string | undefined {
  if (!Number.isInteger(id) || id < 0 || id > 0xffff) return undefined;
  const hex = (value: number) => value.toString(16).padStart(2, "0");
  return pciAddress(`${hex(id >> 8)}:${hex((id >> 3) & 31)}.${id & 7}`);
}
