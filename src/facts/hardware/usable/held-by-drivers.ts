import type { CatalogRow } from "../catalog/row.ts";
import type { Held, Host, Vendor } from "../rig.ts";
import { heldOf, type HeldRow } from "./amount.ts";

/** What decides how much of a card is taken before a model is loaded. */
export interface CardAtRest {
  readonly vendor: Vendor;
  /** absent: a card known by its memory alone */
  readonly class?: CatalogRow["class"];
  /** total as the driver counts it */
  readonly totalBytes: number;
  readonly system: Host["os"];
  /** a screen may hang on it: the first card of a machine that is no server */
  readonly display: boolean;
  /** it has error correction in software, and its total is without */
  readonly correctionOff?: boolean;
}

interface CardRow extends HeldRow {
  readonly vendors: readonly Vendor[];
  readonly system?: Host["os"];
  /** cards up to this size; the first row of a key that speaks of a card counts */
  readonly upToBytes?: number;
  readonly display?: boolean;
  readonly notFor?: CatalogRow["class"];
  readonly correctionOff?: true;
}

const GIB = 2 ** 30;
/** a card of unknown make is planned as NVIDIA's: most are */
const NVIDIA: readonly Vendor[] = ["nvidia", "unknown", "generic"];
const EVERY: readonly Vendor[] = [...NVIDIA, "amd", "intel", "qualcomm"];

/** Taken of a card with memory of its own. Figures are of published logs; where none is known the source says assumed. */
const ROWS: readonly CardRow[] = [
  {
    key: "driver-reserve",
    label: "kept by the driver",
    vendors: NVIDIA,
    system: "linux",
    upToBytes: 12.5 * GIB,
    amount: { mib: [350, 390, 480] },
    source: "CUDA counts 381 MiB less than nvidia-smi on an RTX 2000 Ada Laptop (8 GB)",
  },
  {
    key: "driver-reserve",
    label: "kept by the driver",
    vendors: NVIDIA,
    system: "linux",
    upToBytes: 34 * GIB,
    amount: { mib: [440, 470, 500] },
    source: "CUDA counts 452 MiB less than nvidia-smi on an RTX 3090, 470 on an RTX 5060 Ti, 484 on an RTX 4090",
  },
  {
    key: "driver-reserve",
    label: "kept by the driver",
    vendors: NVIDIA,
    system: "linux",
    amount: { mib: [480, 620, 660] },
    source: "CUDA counts 621 MiB less than nvidia-smi on an A100 40 GB, 640 on an RTX PRO 6000",
  },
  {
    key: "driver-reserve",
    label: "kept by Windows",
    vendors: NVIDIA,
    system: "win32",
    notFor: "datacenter",
    amount: { share: [0.049, 0.056, 0.15] },
    source:
      "free with nothing loaded: 22.7 of 24 GB on an RTX 3090, 23,036 of 24,563 MiB on a 4090, 30,991 of 32,606 on a 5090; one report of Windows 10 lacks 15%",
  },
  {
    key: "driver-reserve",
    label: "kept by the driver",
    vendors: ["amd"],
    system: "linux",
    amount: { mib: [20, 40, 60] },
    source: "24,520 of 24,560 MiB are free on an idle RX 7900 XTX under Linux",
  },
  {
    key: "driver-reserve",
    label: "kept by Windows",
    vendors: ["amd"],
    system: "win32",
    amount: { mib: [100, 150, 300] },
    source: "24,411 of 24,560 MiB are free on an RX 7900 XTX under Windows",
  },
  {
    key: "driver-reserve",
    label: "kept by the driver",
    vendors: ["intel"],
    amount: { mib: [0, 50, 160] },
    source: "assumed: Arc drivers let a process see nearly all",
  },
  {
    key: "error-correction",
    label: "error correction, if on",
    vendors: ["nvidia"],
    correctionOff: true,
    amount: { share: [0, 0, 0.0625] },
    source: "a Tesla P40 and a Quadro RTX 6000 count 23,040 of 24,576 MiB with ECC on: 1/16",
  },
  {
    key: "desktop",
    label: "desktop",
    vendors: EVERY,
    system: "linux",
    display: true,
    amount: { mib: [1, 300, 1600] },
    source: "nothing to 30 MiB without a screen, 200 to 500 for a desktop, 1.6 GB for KDE with a browser",
  },
  {
    key: "desktop",
    label: "desktop",
    vendors: EVERY,
    system: "win32",
    display: true,
    amount: { mib: [0, 850, 1500] },
    source: "Windows desktops with programs open: 944 MiB on an RTX 5080, 851 on an RTX 5070 Ti",
  },
  {
    key: "desktop",
    label: "idle without a screen",
    vendors: EVERY,
    display: false,
    amount: { mib: [1, 15, 30] },
    source: "cards without a screen show 1 to 30 MiB in use",
  },
];

/** What is taken of a card before a model is loaded, by name. */
export function heldOfCard(card: CardAtRest): Held[] {
  const held: Held[] = [];
  for (const row of ROWS) {
    if (speaksOf(row, card) && !held.some(({ key }) => key === row.key)) held.push(heldOf(row, card.totalBytes));
  }
  return held;
}

function speaksOf(row: CardRow, card: CardAtRest): boolean {
  return (
    row.vendors.includes(card.vendor) &&
    (row.system ?? card.system) === card.system &&
    card.totalBytes <= (row.upToBytes ?? Number.POSITIVE_INFINITY) &&
    (row.display ?? card.display) === card.display &&
    (row.notFor === undefined || row.notFor !== card.class) &&
    (row.correctionOff !== true || card.correctionOff === true)
  );
}
