/** How loud a device is, and what it draws when nothing runs. The first row that names the device counts. */
interface NoiseRow {
  readonly ids: RegExp;
  readonly noise: "quiet" | "loud";
  readonly said: string;
  readonly source: string;
  readonly recalled?: true;
}

const NOISE: readonly NoiseRow[] = [
  {
    ids: /^nvidia-geforce-rtx-(?:4080|4090)$/,
    noise: "quiet",
    said: "fans at 1,300 to 1,420 rpm under load, 60.6 C core",
    source: "published measurements of the Founders Editions",
  },
];

interface IdleRow {
  readonly ids: RegExp;
  readonly watts: readonly [least: number, most: number];
  /** of the whole machine */
  readonly machine?: true;
  readonly note?: string;
  readonly recalled: true;
}

const IDLE: readonly IdleRow[] = [
  { ids: /^nvidia-geforce-rtx-3090$/, watts: [15, 30], recalled: true },
  { ids: /^nvidia-geforce-rtx-4090$/, watts: [10, 25], recalled: true },
  { ids: /^nvidia-geforce-rtx-5090$/, watts: [25, 40], recalled: true },
  { ids: /^nvidia-tesla-p40$/, watts: [10, 50], note: "50 W while a context is loaded", recalled: true },
  { ids: /^apple-|^amd-ryzen-ai-max/, watts: [5, 15], machine: true, recalled: true },
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
  return IDLE.find(({ ids }) => ids.test(id));
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
