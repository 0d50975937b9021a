import type { CatalogRow } from "../catalog/row.ts";
import type { Vendor } from "../rig.ts";

/** Memory of a card as its driver counts it, and how that is known. */
export interface VisibleMemory {
  readonly bytes: number;
  readonly because: string;
}

/**
 * What drivers count of the memory on the label, for cards whose own figure is not known: the first row that speaks of it.
 * Published device listings; differences between neighbours are a few tens of MiB.
 */
const VISIBLE: readonly {
  readonly vendor: Vendor;
  readonly family?: string;
  readonly lessShare?: number;
  readonly lessMib?: number;
  readonly source: string;
}[] = [
  {
    vendor: "amd",
    family: "RDNA 4",
    lessShare: 0.005,
    source: "of 16 GiB an RX 9070 XT lists 16,304 MiB, of 32 an R9700 32,624",
  },
  { vendor: "amd", lessMib: 16, source: "RDNA 2, RDNA 3 and Instinct cards list 16 MiB less than the label" },
  { vendor: "intel", lessShare: 0.01, source: "of 16 GiB an Arc A770 lists 16,225 MiB" },
  {
    vendor: "nvidia",
    lessShare: 0.005,
    source: "of 16 GiB an RTX 5080 lists 16,303 MiB, of 32 an RTX 5090 32,607",
  },
];

/** Total that the driver of a card reports: the catalog's figure for that size, else what cards of its kind lack of the label. */
export function visibleMemory(row: CatalogRow, labelBytes: number): VisibleMemory {
  if (row.visible !== undefined && labelBytes === row.memoryBytes[0]) {
    const because = row.visible.basis === "log" ? "as a published log shows it" : "as its driver is known to count";
    return { bytes: row.visible.bytes, because };
  }
  const kind = VISIBLE.find(({ vendor, family }) => vendor === row.vendor && (family ?? row.family) === row.family);
  if (kind === undefined) return { bytes: labelBytes, because: "the label: what its driver counts is not known" };
  const less = (kind.lessMib ?? 0) * 2 ** 20 + (kind.lessShare ?? 0) * labelBytes;
  return { bytes: Math.floor(labelBytes - less), because: kind.source };
}
