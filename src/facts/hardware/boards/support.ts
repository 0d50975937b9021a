import type { Host } from "../rig.ts";
import type { CatalogRow } from "../catalog/row.ts";

/** What a runtime's back end and its driver do with a chip. */
interface SupportRow {
  readonly vendor: CatalogRow["vendor"];
  /** devices it speaks of; the first row that does counts */
  readonly of?: (row: CatalogRow) => boolean;
  readonly systems: readonly Host["os"][];
  /** mind: it runs, with what is said */
  readonly runs: "yes" | "mind";
  readonly said: string;
  readonly source: string;
  readonly recalled?: true;
}

const PC: readonly Host["os"][] = ["linux", "win32"];
/** gfx targets that AMD builds ROCm's libraries for */
const ROCM = /^gfx(?:908|90a|94\d|950|11(?:00|01|02|51)|120\d)$/;
const OVERRIDE = /^gfx(?:900|906|103\d|110\d|115\d)$/;

const ROWS: readonly SupportRow[] = [
  {
    vendor: "nvidia",
    of: ({ class: line }) => line === "soc",
    systems: ["linux"],
    runs: "yes",
    said: "CUDA under the maker's own Linux",
    source: "NVIDIA's DGX and Jetson documentation",
    recalled: true,
  },
  {
    vendor: "nvidia",
    of: ({ target }) => target !== undefined && Number(target) < 7.5,
    systems: PC,
    runs: "mind",
    said: "CUDA 13 compiles for 7.5 and newer: it needs a build with CUDA 12, and has no tensor cores worth counting",
    source: "release notes of CUDA 12.9: Maxwell, Pascal and Volta end with it",
  },
  {
    vendor: "nvidia",
    of: ({ target }) => target !== undefined,
    systems: PC,
    runs: "yes",
    said: "CUDA 12 and 13",
    source: "release notes of CUDA 12.9",
  },
  {
    vendor: "amd",
    of: ({ target }) => target === "gfx1151",
    systems: PC,
    runs: "mind",
    said: "ROCm or Vulkan; Linux before 6.18.4 had faults with it",
    source: "published reports of Strix Halo machines",
  },
  {
    vendor: "amd",
    of: ({ target }) => target !== undefined && ROCM.test(target),
    systems: ["linux"],
    runs: "yes",
    said: "ROCm; Vulkan with the driver alone",
    source: "AMD's list of RDNA 3, RDNA 4 and CDNA",
    recalled: true,
  },
  {
    vendor: "amd",
    of: ({ target }) => target !== undefined && ROCM.test(target),
    systems: ["win32"],
    runs: "mind",
    said: "Vulkan with the driver alone; HIP builds for some",
    source: "AMD's list of RDNA 3 and RDNA 4",
    recalled: true,
  },
  {
    vendor: "amd",
    of: ({ target }) => target !== undefined && OVERRIDE.test(target),
    systems: PC,
    runs: "mind",
    said: "not on AMD's list: ROCm with an override or an old version, else Vulkan (--backend vulkan)",
    source: "AMD's list of RDNA 3, RDNA 4 and CDNA",
    recalled: true,
  },
  {
    vendor: "intel",
    systems: PC,
    runs: "yes",
    said: "Vulkan with the driver alone; SYCL with oneAPI beside it",
    source: "llama.cpp's documentation of its back ends",
  },
  {
    vendor: "apple",
    systems: ["darwin"],
    runs: "yes",
    said: "Metal, in every macOS",
    source: "llama.cpp's documentation of its back ends",
  },
  {
    vendor: "qualcomm",
    systems: ["win32"],
    runs: "mind",
    said: "Vulkan or OpenCL with the driver; few have tried",
    source: "llama.cpp's documentation of its back ends",
    recalled: true,
  },
];

/** What is known of a chip under a system; undefined where nothing is. */
export function supportOf(row: CatalogRow, system: Host["os"]): SupportRow | undefined {
  return ROWS.find(
    ({ vendor, of, systems }) => vendor === row.vendor && (of?.(row) ?? true) && systems.includes(system),
  );
}

/** The systems that a runtime is known to have this chip under. */
export function systemsOf(row: CatalogRow): readonly Host["os"][] {
  const rows = ROWS.filter(({ vendor, of }) => vendor === row.vendor && (of?.(row) ?? true));
  return [...new Set(rows.flatMap(({ systems }) => systems))];
}
