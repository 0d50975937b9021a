import type { ConnectorKind } from "./board.ts";

/** A figure of a rule, and where it comes from. `recalled`: general knowledge that no source was found for. */
export interface Rule {
  readonly value: number;
  readonly source: string;
  readonly recalled?: true;
}

/** How a power supply is sized, and what cards do to it for moments. Watts, or factors. */
export const POWER_RULES = {
  /** board, memory, disks and fans */
  rest: { value: 100, source: "75 to 100 W for mainboard, memory, disks and fans", recalled: true },
  /** a processor's package where none is named */
  processor: {
    value: 125,
    source: "assumed: the base power of desktop processors; fast ones take 250 W",
    recalled: true,
  },
  /** of the sum of all limits */
  headroom: { value: 1.25, source: "a quarter above the sum of all limits, for ageing, efficiency and short peaks" },
  /** above this a card's peaks decide, not its sustained power */
  largeCard: { value: 300, source: "cards above 300 W are built for power supplies after ATX 3.x" },
  /** of a card's limit that an older power supply has to bear */
  olderPeak: {
    value: 1.6,
    source: "Intel's sizing of ATX 2.x supplies: 750 W with ATX 3.x are about 1,100 W without, of 300 W graphics",
  },
  /** of a card's limit, for 100 us */
  cardPeak: { value: 3, source: "PCIe CEM 5.0: three times the sustained power for 100 us, less for longer" },
  /** of a power supply's rating, for 100 us */
  supplyPeak: {
    value: 2,
    source: "Intel's ATX 3.x design guide (336521): 200% of the rating for 100 us, 120% for 100 ms",
  },
  /** what a socket in North America carries without end */
  socket: { value: 1440, source: "80% of 15 A at 120 V", recalled: true },
  /** slot of the mainboard */
  slot: { value: 75, source: "PCIe: 75 W from the slot", recalled: true },
} as const satisfies Readonly<Record<string, Rule>>;

/** Sizes that power supplies are sold in, watts. */
export const SUPPLIES_SOLD: readonly number[] = [450, 550, 650, 750, 850, 1000, 1200, 1300, 1600, 2000];

/** What a connector carries, watts. */
export const CONNECTOR_WATTS: Readonly<Record<ConnectorKind, Rule>> = {
  "6-pin": { value: 75, source: "PCIe CEM", recalled: true },
  "8-pin": { value: 150, source: "PCIe CEM", recalled: true },
  "12-pin": { value: 450, source: "the adapters of GeForce 30 cards join two or three 8-pin", recalled: true },
  "16-pin": { value: 600, source: "PCIe CEM 5.0, 12VHPWR and 12V-2x6" },
  "8-pin EPS": { value: 300, source: "EPS12V, as processors have it", recalled: true },
};

/** Peaks that somebody measured of a card, watts. */
export const MEASURED_PEAKS: Readonly<Record<string, { readonly watts: number; readonly said: string }>> = {
  "nvidia-geforce-rtx-5090": {
    watts: 901,
    said: "measured peaks: 627 W over 10 to 20 ms, 738 W up to 10 ms, 901 W under 1 ms",
  },
};

/** How much longer than the reference board partners' cards are. */
export const PARTNER_LENGTH = {
  leastMm: 20,
  mostMm: 60,
  source: "the reference board's; partners' boards are often 20 to 60 mm longer",
} as const;
