import { known, present, sizeBytes, wholeNumber } from "./cells.ts";
import { entriesNamed, entryOf, readIndented, valueOf, type Entry } from "./indented.ts";
import { nvidiaGpu } from "./nvidia.ts";
import { pciAddress, type SeenGpu, type SeenPart, type SeenProcess } from "./seen.ts";

/** `nvidia-smi -q`: indented text. The card's memory is the block "FB Memory Usage" right below the card. */
export function readNvidiaText(text: string): { readonly gpus: SeenGpu[]; readonly processes: SeenProcess[] } {
  const roots = readIndented(text);
  const cards = roots.filter((entry) => /^GPU [0-9A-F]+:/i.test(entry.key));
  const gpus = cards.map(({ key, entries }, index) => {
    const memory = (name: string) => valueOf(entries, "FB Memory Usage", name);
    const parts = (entryOf(entries, "MIG Devices")?.entries ?? [])
      .filter((entry) => entry.key === "Index")
      .map(readPart);
    return nvidiaGpu({
      index,
      name: valueOf(entries, "Product Name"),
      uuid: valueOf(entries, "GPU UUID"),
      busId: key.slice("GPU ".length),
      pciDevice: valueOf(entries, "PCI", "Device Id"),
      total: memory("Total"),
      reserved: memory("Reserved"),
      used: memory("Used"),
      free: memory("Free"),
      driver: valueOf(roots, "Driver Version"),
      powerLimit:
        valueOf(entries, "GPU Power Readings", "Current Power Limit") ??
        valueOf(entries, "Power Readings", "Power Limit"),
      migMode: valueOf(entries, "MIG Mode", "Current"),
      parts,
    });
  });
  const processes = cards.flatMap(({ key, entries }) => {
    const card = valueOf(entries, "GPU UUID") ?? pciAddress(key.slice("GPU ".length));
    return (entryOf(entries, "Processes")?.entries ?? []).flatMap((entry) => readProcess(entry, card));
  });
  return { gpus, processes };
}

function readProcess({ key, value, entries }: Entry, gpu: string | undefined): SeenProcess[] {
  const pid = key === "Process ID" ? wholeNumber(value) : undefined;
  if (pid === undefined) return [];
  const bytes = sizeBytes(valueOf(entries, "Used GPU Memory"));
  return [present<SeenProcess>({ pid, name: known(valueOf(entries, "Name")), bytes, gpu })];
}

function readPart({ value, entries }: Entry): SeenPart {
  const memory = (name: string) => sizeBytes(valueOf(entriesNamed(entries, "FB Memory Usage")[0]?.entries ?? [], name));
  return present<SeenPart>({
    index: wholeNumber(value),
    instance: wholeNumber(valueOf(entries, "GPU Instance ID")),
    totalBytes: memory("Total"),
    usedBytes: memory("Used"),
    freeBytes: memory("Free"),
    name: undefined,
    uuid: undefined,
  });
}
