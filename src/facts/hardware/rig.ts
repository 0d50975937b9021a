/** A compute API through which an engine reaches a device. */
export type Backend = "cpu" | "cuda" | "rocm" | "vulkan" | "metal" | "sycl";

export type Vendor = "nvidia" | "amd" | "intel" | "apple" | "qualcomm" | "generic" | "unknown";

/** A device an engine can place memory on. All sizes in bytes; absent = not known, never zero. */
export interface Device {
  /** unique in its rig: "GPU-0", a PCI address, "Vulkan0" */
  readonly id: string;
  readonly name: string;
  readonly vendor: Vendor;
  readonly backend: Backend;
  /** discrete: own memory; unified: shares the host's RAM */
  readonly memoryKind: "discrete" | "unified";
  readonly totalBytes?: number;
  /** how the total is known, where no driver was asked */
  readonly totalBasis?: string;
  /** what a new process could take now, as the driver says it */
  readonly freeBytes?: number;
  /** what programs hold that could be closed (a desktop, another model); part of total, not of free */
  readonly reclaimableBytes?: number;
  /** peak memory bandwidth; where it comes from is said by the probe or catalog row */
  readonly bandwidthBytesPerSec?: number;
  /** dense half-precision matrix rate, FLOP per second */
  readonly flopsPerSec?: number;
  /** dense 8-bit integer rate: quantised prompts run on it where it is more than twice the half-precision rate */
  readonly int8OpsPerSec?: number;
  /** single-precision rate of the shaders, FLOP per second: quantised weights are unpacked there */
  readonly shaderFlopsPerSec?: number;
  /** "GDDR6X", "HBM2e", "LPDDR5" */
  readonly memoryType?: string;
  /** absent: `flopsPerSec` is published or follows from the design; estimate: scaled from a claim */
  readonly flopsBasis?: "estimate";
  /** family of designs: "Ada", "RDNA 3" */
  readonly family?: string;
  /** power the board is built for; `powerLimitWatts` may hold it below */
  readonly boardWatts?: number;
  /** peak of its slot (PCIe), one way */
  readonly slotBytesPerSec?: number;
  /** Apple's GPU cores, which tell two chips of one name apart */
  readonly gpuCores?: number;
  readonly powerLimitWatts?: number;
  readonly limits?: DeviceLimits;
  /** row of the device catalog, once matched */
  readonly catalogId?: string;
  readonly driver?: string;
  /** "0000:01:00.0": the same card in every list */
  readonly pciAddress?: string;
  /** the machine it is in, reached over the network (llama.cpp's RPC); absent: this one */
  readonly node?: string;
  /** instruction set: "8.9" (compute capability), "gfx1151" */
  readonly architecture?: string;
  /** what is taken before a model is loaded, where no driver was asked: part of total, already off free */
  readonly held?: readonly Held[];
}

/** Memory that is taken before a model is loaded, known as an interval. */
export interface Held {
  /** stable among its siblings: "driver-reserve", "desktop" */
  readonly key: string;
  readonly label: string;
  readonly lowBytes: number;
  readonly bytes: number;
  readonly highBytes: number;
  /** where the three are shares of something, 0 to 1, and of what */
  readonly shares?: readonly [low: number, usual: number, high: number];
  readonly ofBytes?: number;
  readonly source: string;
}

/** Limits of a device's API, where it has them (Vulkan, Metal). */
export interface DeviceLimits {
  /** largest single allocation */
  readonly maxAllocationBytes?: number;
  /** largest storage buffer a kernel may bind: a larger tensor's operations stay on the host */
  readonly maxStorageBufferBytes?: number;
  /** largest buffer object (Vulkan maxBufferSize) */
  readonly maxBufferBytes?: number;
  /** distance at which tensors may start in device memory (Vulkan minStorageBufferOffsetAlignment) */
  readonly offsetAlignmentBytes?: number;
  /** distance at which tensors may start in its host memory (Vulkan minMemoryMapAlignment) */
  readonly hostAlignmentBytes?: number;
}

/** The host: processor and RAM. */
export interface Host {
  readonly cpu: {
    readonly model: string;
    readonly vendor: string;
    readonly physicalCores: number;
    readonly logicalCores: number;
    /** fast cores among the physical ones, where a chip has two kinds */
    readonly performanceCores?: number;
    /** processors a container, a job or an affinity mask leaves to this process, where fewer than all; may be a fraction */
    readonly usableCores?: number;
    /** instruction sets that decide kernels: "avx2", "avx512f", "amx-int8", "neon", "dotprod", ... */
    readonly features: readonly string[];
  };
  readonly ramBytes: number;
  /** what a new process could take now without swapping */
  readonly availableBytes: number;
  /** the container's or job's limit where there is one, already applied to ramBytes and availableBytes */
  readonly limitBytes?: number;
  /** what is taken before a model is loaded, where the system was not asked: part of ramBytes, already off availableBytes */
  readonly held?: readonly Held[];
  readonly swapBytes: number;
  /** NUMA nodes with memory, where there are several */
  readonly numaNodes?: number;
  /** measured copy bandwidth (bytes read + written per second), or peak of the memory system */
  readonly bandwidthBytesPerSec?: number;
  readonly diskFreeBytes?: number;
  readonly os: "linux" | "darwin" | "win32";
  readonly arch: "x64" | "arm64";
}

/** How two devices reach each other, or the host a node. */
export interface DeviceLink {
  /** ids of the devices; of a network "host" and the node's name */
  readonly between: readonly [string, string];
  readonly kind: "nvlink" | "pcie" | "through the host" | "network";
  /** bonded links of that kind, where there are several */
  readonly count?: number;
  readonly bandwidthBytesPerSec?: number;
}

/** Devices in the engine's order, and their host. No device = CPU only. */
export interface Rig {
  readonly name: string;
  readonly host: Host;
  readonly devices: readonly Device[];
  /** absent = not known */
  readonly links?: readonly DeviceLink[];
}
