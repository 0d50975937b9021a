/** How loud a device is under load. The first row that names the device counts. */
interface NoiseRow {
  readonly ids: RegExp;
  /** audible: heard in a quiet room, not more */
  readonly noise: "quiet" | "audible" | "loud";
  readonly said: string;
  readonly source: string;
}

const NOISE: readonly NoiseRow[] = [
  {
    ids: /^nvidia-geforce-rtx-(?:4080|4090)$/,
    noise: "quiet",
    said: "fans of the Founders Edition at 1,300 to 1,420 rpm",
    source: "published measurements of the Founders Editions",
  },
  {
    ids: /^nvidia-geforce-rtx-5090$/,
    noise: "audible",
    said: "the Founders Edition is less quiet than the 4090's, at 75 to 77 C",
    source: "SweClockers, test of the GeForce RTX 5090",
  },
  {
    ids: /^nvidia-geforce-rtx-3090$/,
    noise: "audible",
    said: "36.7 dB(A) of an MSI Suprim, 38.7 of an ASUS TUF",
    source: "Hardwareluxx, three GeForce RTX 3090",
  },
  {
    ids: /^amd-rx-7900-gre$/,
    noise: "quiet",
    said: "34 dB(A) at 50 cm of a Sapphire Nitro, the room at 27",
    source: "Nexthardware, Sapphire Nitro RX 7900 GRE",
  },
  {
    ids: /^amd-rx-6900-xt$/,
    noise: "audible",
    said: "the reference card at 35.3 dB(A), by another test at 40",
    source: "Hardwareluxx and ComputerBase, Radeon RX 6900 XT",
  },
  {
    ids: /^amd-rx-9070(?:-xt)?$/,
    noise: "quiet",
    said: "nearly all of 15 partners' cards are hardly heard; XFX's are",
    source: "ComputerBase, test of the Radeon RX 9060 XT",
  },
  {
    ids: /^intel-arc-b5[78]0$/,
    noise: "quiet",
    said: "cards of ASRock with two and three fans are hardly heard",
    source: "ComputerBase, test of the Arc B570",
  },
  {
    ids: /^amd-ryzen-ai-max/,
    noise: "quiet",
    said: "a Framework Desktop with its fan always on",
    source: "Phoronix, power and thermals of the Framework Desktop",
  },
];

/** What a device draws when nothing runs, watts. Without a source it is recalled. */
interface IdleRow {
  readonly ids: RegExp;
  readonly watts: readonly [least: number, most: number];
  /** of the whole machine */
  readonly machine?: true;
  readonly note?: string;
  readonly source?: string;
}

const PARKED = "arXiv 2605.23918, idle power of H100, A100 and L40S with a model loaded";

const IDLE: readonly IdleRow[] = [
  {
    ids: /^nvidia-geforce-rtx-3090$/,
    watts: [15, 30],
    note: "25.9 W of an MSI Suprim",
    source: "Hardwareluxx, three GeForce RTX 3090",
  },
  { ids: /^nvidia-geforce-rtx-4090$/, watts: [10, 25] },
  { ids: /^nvidia-geforce-rtx-5090$/, watts: [25, 40] },
  {
    ids: /^nvidia-tesla-p40$/,
    watts: [10, 45],
    note: "the most while weights are loaded",
    source: "Janky AI, idle power of the P40",
  },
  {
    ids: /^intel-arc-b570$/,
    watts: [31, 31],
    note: "without power saving set up for its link",
    source: "ComputerBase, test of the Arc B570",
  },
];

/** What comes on top while a context is open, watts. */
const PARKING: readonly { readonly ids: RegExp; readonly watts: readonly [number, number]; readonly source: string }[] =
  [
    { ids: /^nvidia-(?:h100|a100)-/, watts: [26, 50], source: PARKED },
    { ids: /^nvidia-l40s$/, watts: [66, 66], source: PARKED },
  ];

/** Whole machines at the socket, watts: idle, and the most that was seen or that the maker states. */
interface MachineRow {
  readonly ids: RegExp;
  readonly idle: readonly [least: number, most: number];
  readonly most?: number;
  readonly note?: string;
  readonly source?: string;
}

const STUDIO = "Apple, power consumption of Mac Studio (102027)";

const MACHINES: readonly MachineRow[] = [
  { ids: /^apple-m1$/, idle: [7, 7], most: 39, source: "Apple, power consumption of Mac mini" },
  { ids: /^apple-m1-max$/, idle: [11, 11], most: 115, source: STUDIO },
  { ids: /^apple-m1-ultra$/, idle: [13, 13], most: 215, source: STUDIO },
  { ids: /^apple-m2-max$/, idle: [9, 9], most: 145, source: STUDIO },
  { ids: /^apple-m2-ultra$/, idle: [10, 10], most: 295, source: STUDIO },
  {
    ids: /^apple-m4$/,
    idle: [4, 6],
    most: 65,
    note: "40 to 45 W were seen",
    source: "ServeTheHome, Mac mini M4, and Apple's 65 W",
  },
  {
    ids: /^nvidia-gb10/,
    idle: [22, 25],
    most: 240,
    note: "37 to 45 W before the update of early 2026; 60 to 90 W while a model answers",
    source: "published measurements of DGX Spark; its adapter has 240 W",
  },
  { ids: /^apple-|^amd-ryzen-ai-max/, idle: [5, 15] },
];

/** Memory of cards whose back side runs hot in still air. */
interface HeatRow {
  readonly ids: RegExp;
  readonly said: string;
  readonly source: string;
}

const HOT: readonly HeatRow[] = [
  {
    ids: /^nvidia-geforce-rtx-3090$/,
    said: "memory passes 100 C on the Founders Edition, half of it on the back; new pads brought 110 to 85 C; air-cooled cards throttle near 80 C",
    source: "club-3090, docs/HARDWARE.md",
  },
];

export function noiseOf(id: string): NoiseRow | undefined {
  return NOISE.find(({ ids }) => ids.test(id));
}

export function idleOf(id: string): IdleRow | undefined {
  const machine = machineOf(id);
  if (machine === undefined) return IDLE.find(({ ids }) => ids.test(id));
  const { ids, idle, note, source } = machine;
  return { ids, watts: idle, machine: true, ...(note === undefined ? {} : { note }), ...(source ? { source } : {}) };
}

export function parkingOf(id: string): (typeof PARKING)[number] | undefined {
  return PARKING.find(({ ids }) => ids.test(id));
}

export function machineOf(id: string): MachineRow | undefined {
  return MACHINES.find(({ ids }) => ids.test(id));
}

export function hotSpotOf(id: string): HeatRow | undefined {
  return HOT.find(({ ids }) => ids.test(id));
}

/** Limits at which a card loses little, watts: decode 3 to 7% at 75 to 80% of the limit, prompts 15 to 20% at two thirds. */
const EFFICIENT: Readonly<Record<string, readonly [least: number, most: number]>> = {
  "nvidia-geforce-rtx-3090": [270, 300],
  "nvidia-geforce-rtx-4090": [300, 330],
  "nvidia-geforce-rtx-5090": [400, 450],
  "nvidia-rtx-pro-6000-blackwell": [400, 450],
};

export function efficientWatts(
  id: string,
): { readonly watts: readonly [number, number]; readonly source: string } | undefined {
  const watts = EFFICIENT[id];
  return (
    watts && {
      watts,
      source: "club-3090, docs/HARDWARE.md (commit 0c9fb8ea): decode loses 3 to 7% at 75 to 80% of the limit",
    }
  );
}
