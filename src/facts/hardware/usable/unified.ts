import type { Device, Held, Host } from "../rig.ts";

const GIB = 2 ** 30;

/** What a GPU without memory of its own may take of the RAM. */
interface UnifiedRow {
  readonly vendor: Device["vendor"];
  readonly system: Host["os"];
  /** machines up to this RAM; the first row that speaks of a machine counts */
  readonly upToBytes?: number;
  /** share of the RAM without anybody's doing, the most that is seen */
  readonly share: number;
  /** the share that is left under older systems or other settings */
  readonly least?: Least;
  readonly raise?: Raise;
  readonly source: string;
}

/** A share below the usual one, and whose it is. */
interface Least {
  readonly share: number;
  readonly key: string;
  readonly label: string;
  readonly source: string;
}

/** How the limit is raised. */
interface Raise {
  /** left to the system */
  readonly leaveBytes: number;
  readonly command: (limitBytes: number) => string;
  readonly source: string;
}

const ttm = (leaveGib: number): Raise => ({
  leaveBytes: leaveGib * GIB,
  command: (limitBytes) => `kernel parameter ttm.pages_limit=${Math.floor(limitBytes / 4096)}`,
  source: "Linux, TTM memory manager: pages of 4 KiB; 124 of 128 GiB has been run, the firmware's share at its least",
});
const sysctl = (leaveGib: number): Raise => ({
  leaveBytes: leaveGib * GIB,
  command: (limitBytes) => `sudo sysctl iogpu.wired_limit_mb=${Math.floor(limitBytes / 2 ** 20)}`,
  source: "macOS, until the next start; 4 to 8 GiB are left to the system, and 112 of 128 GiB has been run",
});
const olderMacos = (share: number): Least => ({
  share,
  key: "older-system",
  label: "less under an older macOS",
  source: "older systems give two thirds up to 36 GiB and three quarters above, as published logs show",
});

const ROWS: readonly UnifiedRow[] = [
  {
    vendor: "apple",
    system: "darwin",
    upToBytes: 28 * GIB,
    share: 0.74,
    least: olderMacos(2 / 3),
    raise: sysctl(4),
    source: "recent logs: 12,124 MiB of 16 GiB, 18,186 of 24",
  },
  {
    vendor: "apple",
    system: "darwin",
    upToBytes: 36 * GIB,
    share: 0.78,
    least: olderMacos(2 / 3),
    raise: sysctl(4),
    source: "recent logs: 25,557 MiB of 32 GiB, 28,754 of 36",
  },
  {
    vendor: "apple",
    system: "darwin",
    upToBytes: 60 * GIB,
    share: 0.78,
    least: olderMacos(3 / 4),
    raise: sysctl(6),
    source: "recent logs: 28,754 MiB of 36 GiB",
  },
  {
    vendor: "apple",
    system: "darwin",
    upToBytes: 100 * GIB,
    share: 0.81,
    least: olderMacos(3 / 4),
    raise: sysctl(8),
    source: "recent logs: 53,084 MiB of 64 GiB",
  },
  {
    vendor: "apple",
    system: "darwin",
    share: 0.84,
    least: olderMacos(3 / 4),
    raise: sysctl(16),
    source: "recent logs: 110,100 MiB of 128 GiB",
  },
  {
    vendor: "amd",
    system: "linux",
    share: 0.5,
    raise: ttm(4),
    source: "Linux lets graphics take half of the RAM: 16,286 MiB of 32 GB on a Radeon 760M",
  },
  {
    vendor: "amd",
    system: "win32",
    share: 0.75,
    least: {
      share: 0.5,
      key: "firmware-setting",
      label: "less under other settings",
      source: "Variable Graphics Memory is set by the owner, up to 96 of 128 GB; some firmware ends at 64",
    },
    source: "Variable Graphics Memory up to 96 of 128 GB",
  },
  { vendor: "intel", system: "linux", share: 0.5, source: "integrated graphics report half to 57% of the RAM" },
  { vendor: "intel", system: "win32", share: 0.5, source: "integrated graphics report half to 57% of the RAM" },
  {
    vendor: "nvidia",
    system: "linux",
    share: 0.94,
    source: "one pool without a limit: a DGX Spark sees 119 to 122 of 128 GiB",
  },
];
const UNKNOWN = { share: 0.5, source: "assumed: half of the RAM, as most systems let graphics take" };

/** The limit of a unified GPU now. */
export interface UnifiedLimit {
  readonly bytes: number;
  readonly held: readonly Held[];
  readonly source: string;
}

/** A limit that a person can set, and how. */
export interface RaisedLimit {
  readonly bytes: number;
  /** what to type, or the kernel parameter to set */
  readonly command: string;
  readonly source: string;
}

export function unifiedLimit(vendor: Device["vendor"], host: Pick<Host, "os" | "ramBytes">): UnifiedLimit {
  const row: Pick<UnifiedRow, "share" | "least" | "source"> = rowOf(vendor, host) ?? UNKNOWN;
  const bytes = Math.floor(host.ramBytes * row.share);
  if (row.least === undefined) return { bytes, held: [], source: row.source };
  const { share, key, label, source } = row.least;
  const highBytes = bytes - Math.floor(host.ramBytes * share);
  return { bytes, held: [{ key, label, lowBytes: 0, bytes: 0, highBytes, source }], source: row.source };
}

/** What the GPU may take at the least, where the machine's own figure is not known. */
export function leastLimitBytes(vendor: Device["vendor"], host: Pick<Host, "os" | "ramBytes">): number {
  const { bytes, held } = unifiedLimit(vendor, host);
  return held.reduce((left, { highBytes }) => left - highBytes, bytes);
}

/** The most that the GPU of this machine can be given; undefined where it has memory of its own, or has that much already. */
export function raisedLimit(device: Device, host: Host): RaisedLimit | undefined {
  if (device.memoryKind !== "unified" || device.totalBytes === undefined || device.node !== undefined) return undefined;
  const raise = rowOf(device.vendor, host)?.raise;
  const mib = raise === undefined ? 0 : Math.floor((host.ramBytes - raise.leaveBytes) / 2 ** 20);
  if (raise === undefined || mib * 2 ** 20 <= device.totalBytes) return undefined;
  return { bytes: mib * 2 ** 20, command: raise.command(mib * 2 ** 20), source: raise.source };
}

/** A probed machine sees a little less RAM than is fitted, so sizes here lie between those sold. */
function rowOf(vendor: Device["vendor"], { os, ramBytes }: Pick<Host, "os" | "ramBytes">): UnifiedRow | undefined {
  return ROWS.find((row) => row.vendor === vendor && row.system === os && ramBytes <= (row.upToBytes ?? Infinity));
}
