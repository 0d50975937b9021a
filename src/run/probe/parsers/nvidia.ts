import { known, present, sizeBytes } from "./cells.ts";
import { pciAddress, type SeenGpu } from "./seen.ts";

/** The words of any of nvidia-smi's output forms for one card, before they are read. */
export interface NvidiaWords {
  readonly index?: number | undefined;
  readonly name?: string | undefined;
  readonly uuid?: string | undefined;
  readonly busId?: string | undefined;
  /** "0x270210DE" or "270210DE": device, then vendor */
  readonly pciDevice?: string | undefined;
  readonly total?: string | undefined;
  readonly reserved?: string | undefined;
  readonly used?: string | undefined;
  readonly free?: string | undefined;
  readonly driver?: string | undefined;
  readonly computeCapability?: string | undefined;
  readonly powerLimit?: string | undefined;
  readonly migMode?: string | undefined;
  readonly parts?: SeenGpu["parts"] | undefined;
}

/** A card from its words. Sizes without a unit are MiB (`nounits`). */
export function nvidiaGpu(words: NvidiaWords): SeenGpu {
  const mib = (text: string | undefined) => sizeBytes(text, "mib");
  const partitioned = /^enabled$/i.test(words.migMode?.trim() ?? "") || (words.parts?.length ?? 0) > 0;
  const totalBytes = mib(words.total);
  const watts = Number(/^\s*(\d+(?:\.\d+)?)\s*W?\s*$/.exec(words.powerLimit ?? "")?.[1]);
  const device = /^(?:0x)?([0-9a-f]{4})10de$/i.exec(words.pciDevice?.trim() ?? "")?.[1]?.toLowerCase();
  // A card without memory of its own says so where others print theirs; a card cut into parts says nothing there.
  const unified = totalBytes === undefined && words.total !== undefined && !partitioned;
  return present<SeenGpu>({
    vendor: "nvidia",
    backend: "cuda",
    index: words.index,
    name: known(words.name),
    uuid: known(words.uuid),
    pciAddress: pciAddress(words.busId),
    pciId: device === undefined ? undefined : `10de:${device}`,
    memoryKind: unified ? "unified" : "discrete",
    totalBytes,
    reservedBytes: mib(words.reserved),
    usedBytes: mib(words.used),
    freeBytes: mib(words.free),
    driver: known(words.driver),
    architecture: known(words.computeCapability),
    powerLimitWatts: watts > 0 && Number.isFinite(watts) ? watts : undefined,
    partitioned: partitioned ? true : undefined,
    parts: words.parts?.length === 0 ? undefined : words.parts,
  });
}
