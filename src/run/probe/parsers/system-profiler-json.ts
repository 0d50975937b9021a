import { fields, items, json, known, present, sizeBytes, textOf, wholeNumber } from "./cells.ts";
import { vendorOfName, vendorOfPci, type SeenCpu, type SeenGpu } from "./seen.ts";

/** What `system_profiler` says of a Mac. */
export interface MacProfile {
  readonly gpus: readonly (SeenGpu & { readonly metal?: string })[];
  readonly cpu?: SeenCpu;
  readonly ramBytes?: number;
}

/** `system_profiler SPDisplaysDataType SPHardwareDataType -json`, or one of the two. Displays are nested and are no GPUs. */
export function readSystemProfilerJson(text: string): MacProfile {
  const answer = fields(json(text));
  const gpus = items(answer["SPDisplaysDataType"])
    .map(fields)
    .filter((item) => item["sppci_model"] !== undefined || item["sppci_device_type"] === "spdisplays_gpu");
  const hardware = fields(items(answer["SPHardwareDataType"])[0]);
  const model = known(textOf(hardware["chip_type"]) ?? textOf(hardware["cpu_type"]));
  const cores = readProcessors(textOf(hardware["number_processors"]));
  return present<MacProfile>({
    gpus: gpus.map(readGpu),
    cpu: model === undefined && cores === undefined ? undefined : present<SeenCpu>({ ...cores, model }),
    ramBytes: sizeBytes(textOf(hardware["physical_memory"])),
  });
}

function readGpu(item: Readonly<Record<string, unknown>>): SeenGpu & { readonly metal?: string } {
  const word = (...keys: string[]) => keys.map((key) => known(textOf(item[key]))).find((cell) => cell !== undefined);
  const name = word("sppci_model", "_name");
  const vendorWord = word("spdisplays_vendor") ?? "";
  const id = /\(?0x([0-9a-f]{4})\)?/i.exec(vendorWord)?.[1];
  const vendor = id === undefined ? vendorOfName(vendorWord.replace(/^sppci_vendor_/, "")) : vendorOfPci(id);
  const own = sizeBytes(word("spdisplays_vram", "_spdisplays_vram"));
  const shared = sizeBytes(word("spdisplays_vram_shared"));
  const unified = vendor === "apple" || shared !== undefined;
  return present<SeenGpu & { readonly metal?: string }>({
    vendor: vendor === "unknown" ? vendorOfName(name) : vendor,
    backend: "metal",
    name,
    cores: wholeNumber(word("sppci_cores")),
    memoryKind: unified ? "unified" : "discrete",
    totalBytes: shared ?? own,
    metal: /metal(\d+)/i.exec(word("spdisplays_mtlgpufamilysupport", "spdisplays_metal") ?? "")?.[1],
  });
}

/** "proc 8:4:4" and "proc 24:16:8:0" are all, performance and efficiency cores; a virtual machine gives a number. */
function readProcessors(text: string | undefined): SeenCpu | undefined {
  const match = /^(?:proc )?(\d+)(?::(\d+):(\d+))?/.exec(text ?? "");
  if (match === null) return undefined;
  const [, all, performance, efficiency] = match.map((part) => wholeNumber(part));
  return present<SeenCpu>({
    physicalCores: all || undefined,
    logicalCores: all || undefined,
    performanceCores: performance,
    efficiencyCores: efficiency,
  });
}
