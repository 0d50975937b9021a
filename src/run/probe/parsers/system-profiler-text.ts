import { known, present, sizeBytes, wholeNumber } from "./cells.ts";
import { entryOf, readIndented, valueOf, type Entry } from "./indented.ts";
import { vendorOfName, vendorOfPci, type SeenCpu, type SeenGpu } from "./seen.ts";
import type { MacProfile } from "./system-profiler-json.ts";

/** `system_profiler` as text: sections, each with its blocks; only "Graphics/Displays" and "Hardware" are read. */
export function readSystemProfilerText(text: string): MacProfile {
  const roots = readIndented(text);
  const gpus = (entryOf(roots, "Graphics/Displays")?.entries ?? []).filter(
    (block) => valueOf(block.entries, "Chipset Model") !== undefined,
  );
  const hardware = (entryOf(roots, "Hardware")?.entries ?? [])[0]?.entries ?? [];
  const model = known(valueOf(hardware, "Chip") ?? valueOf(hardware, "Processor Name"));
  const cores = valueOf(hardware, "Total Number of Cores");
  const kinds = /\((\d+) performance and (\d+) efficiency\)/.exec(cores ?? "");
  const count = wholeNumber(/^\d+/.exec(cores ?? "")?.[0]);
  return present<MacProfile>({
    gpus: gpus.map(readGpu),
    cpu:
      model === undefined && count === undefined
        ? undefined
        : present<SeenCpu>({
            model,
            physicalCores: count,
            performanceCores: wholeNumber(kinds?.[1]),
            efficiencyCores: wholeNumber(kinds?.[2]),
          }),
    ramBytes: sizeBytes(valueOf(hardware, "Memory")),
  });
}

function readGpu({ entries }: Entry): MacProfile["gpus"][number] {
  const name = known(valueOf(entries, "Chipset Model"));
  const vendorWord = valueOf(entries, "Vendor") ?? "";
  const id = /\(0x([0-9a-f]{4})\)/i.exec(vendorWord)?.[1];
  const vendor = id === undefined ? vendorOfName(vendorWord) : vendorOfPci(id);
  // "Dynamic, Max" is what the driver may take of the host's memory
  const shared = sizeBytes(valueOf(entries, "VRAM (Dynamic, Max)"));
  const own = sizeBytes(valueOf(entries, "VRAM (Total)"));
  return present<SeenGpu & { readonly metal?: string }>({
    vendor: vendor === "unknown" ? vendorOfName(name) : vendor,
    backend: "metal",
    name,
    cores: wholeNumber(valueOf(entries, "Total Number of Cores")),
    memoryKind: vendor === "apple" || shared !== undefined ? "unified" : "discrete",
    totalBytes: shared ?? own,
    metal: /Metal (\d+)/.exec(valueOf(entries, "Metal Support") ?? "")?.[1],
  });
}
