import type { Backend, Vendor } from "../../../facts/hardware/index.ts";

/** What one tool says about the processor; absent = it does not say. */
export interface SeenCpu {
  readonly model?: string;
  readonly vendor?: string;
  readonly physicalCores?: number;
  readonly logicalCores?: number;
  readonly sockets?: number;
  readonly numaNodes?: number;
  /** the kernel's names of instruction set extensions */
  readonly flags?: readonly string[];
  /** ARM part numbers, as "0xd87", one each */
  readonly parts?: readonly string[];
  /** cores by kind, where the chip has two */
  readonly performanceCores?: number;
  readonly efficiencyCores?: number;
  /** the hypervisor */
  readonly virtualized?: string;
}

/** What one tool says about the host's memory. */
export interface SeenMemory {
  readonly totalBytes?: number;
  readonly freeBytes?: number;
  /** what a new process could take without swapping */
  readonly availableBytes?: number;
  readonly wiredBytes?: number;
  readonly swapTotalBytes?: number;
  readonly swapFreeBytes?: number;
}

/** What one tool says about one GPU. The same card is seen by several tools; merging is another file's business. */
export interface SeenGpu {
  readonly vendor: Vendor;
  readonly name?: string;
  /** the tool's own number */
  readonly index?: number;
  readonly uuid?: string;
  /** "0000:0b:00.0" */
  readonly pciAddress?: string;
  /** vendor and device, "10de:1f06" */
  readonly pciId?: string;
  readonly memoryKind?: "discrete" | "unified";
  readonly totalBytes?: number;
  readonly usedBytes?: number;
  readonly freeBytes?: number;
  readonly reservedBytes?: number;
  /** share of its memory in use, from tools that print no sizes */
  readonly usedPercent?: number;
  readonly maxAllocationBytes?: number;
  readonly driver?: string;
  readonly powerLimitWatts?: number;
  /** engine's kind of access the tool speaks for */
  readonly backend?: Backend;
  /** instruction set of the card: "gfx942", "8.9" */
  readonly architecture?: string;
  readonly cores?: number;
  /** a program on the processor that says it is a GPU: llvmpipe and its like */
  readonly software?: true;
  /** cut into parts (MIG): the parts are the devices, the card is not */
  readonly parts?: readonly SeenPart[];
  readonly partitioned?: true;
}

/** A part of a GPU that works as a device of its own. Parts of one `instance` share one memory. */
export interface SeenPart {
  readonly index?: number;
  readonly name?: string;
  readonly uuid?: string;
  readonly instance?: number;
  readonly totalBytes?: number;
  readonly usedBytes?: number;
  readonly freeBytes?: number;
}

/** A program that holds a GPU's memory. */
export interface SeenProcess {
  readonly pid: number;
  readonly name?: string;
  /** absent where the driver does not say (Windows) */
  readonly bytes?: number;
  readonly gpu?: number | string;
}

/** "00000000:0B:00.0" and "0B:00.0" as "0000:0b:00.0"; unknown when it is no address. */
export function pciAddress(text: string | undefined): string | undefined {
  const match = /^\s*(?:([0-9a-f]{4,8}):)?([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])\s*$/i.exec(text ?? "");
  if (match === null) return undefined;
  const [, domain = "0000", bus, device, part] = match;
  return `${domain.slice(-4)}:${bus}:${device}.${part}`.toLowerCase();
}

/** Vendor of a PCI vendor number ("0x10DE" or "10de"); the numbers are assigned by PCI-SIG. */
export function vendorOfPci(id: string | undefined): Vendor {
  return PCI_VENDORS[id?.trim().toLowerCase().replace(/^0x/, "").slice(0, 4) ?? ""] ?? "unknown";
}

const PCI_VENDORS: Readonly<Record<string, Vendor>> = {
  "10de": "nvidia",
  "1002": "amd",
  "1022": "amd",
  "8086": "intel",
  "106b": "apple",
  "5143": "qualcomm",
};

/** Vendor by the words in a device's name, for tools that print nothing else. */
export function vendorOfName(name: string | undefined): Vendor {
  const word = name ?? "";
  for (const [pattern, vendor] of NAME_VENDORS) if (pattern.test(word)) return vendor;
  return "unknown";
}

const NAME_VENDORS: readonly (readonly [RegExp, Vendor])[] = [
  [/nvidia|geforce|quadro|tesla|\brtx\b|\bgtx\b|\bgb10\b/i, "nvidia"],
  [/\bamd\b|radeon|instinct|\bmi\d{2,3}[ax]?\b|advanced micro/i, "amd"],
  [/intel|\buhd\b|\biris\b/i, "intel"],
  [/^apple\b/i, "apple"],
  [/adreno|qualcomm/i, "qualcomm"],
];

/** True for the names of Vulkan and OpenCL devices that are programs on the processor. */
export function isSoftwareName(name: string | undefined): boolean {
  return /llvmpipe|lavapipe|softpipe|swiftshader|\bpocl\b|basic render|fpga emulation/i.test(name ?? "");
}
