/** How fast a file is read from a kind of disk, from its first byte to its last. */
export interface DiskRow {
  readonly name: string;
  readonly label: string;
  readonly bytesPerSec: number;
  readonly source: string;
}

/** Interfaces say the most there is; files come slower, so these are round figures below them, and called assumed. */
export const DISKS: readonly DiskRow[] = [
  { name: "nvme", label: "an NVMe disk", bytesPerSec: 3e9, source: "assumed: PCIe 3.0 x4 carries 3.9 GB/s" },
  { name: "sata", label: "a SATA solid-state disk", bytesPerSec: 0.5e9, source: "assumed: SATA 3 carries 0.6 GB/s" },
  { name: "hdd", label: "a hard disk", bytesPerSec: 0.15e9, source: "assumed: its outer tracks" },
];
