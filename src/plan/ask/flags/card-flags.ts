import { LoadoutError } from "../../../facts/errors/index.ts";
import { parseAmount, parseCount, parseMillimetres, parseWatts } from "../../../facts/units/index.ts";
import type { PowerSupply, Size } from "../../advise/cards/index.ts";
import type { PlanFlags } from "./plan-flags.ts";
import { oneOf, planFlags } from "./plan-flags.ts";
import { rigFlags, type RigFlags } from "./rig-flags.ts";

/** Flags of `loadout gpus --for MODEL`: the model, what is asked of it, and what the machine around a card allows. */
export interface CardFlags
  extends Pick<PlanFlags, "goal" | "context" | "users" | "kvType" | "models">, Pick<RigFlags, "ram" | "os"> {
  readonly for?: string;
  readonly quant?: string;
  readonly psu?: PowerSupply;
  readonly length?: number;
  readonly slots?: number;
  readonly budget?: number;
  readonly prices?: string;
  readonly pace?: number;
  readonly smallest?: Size;
  readonly server?: boolean;
  readonly rows?: number;
}

const SIZES: readonly Size[] = ["memory", "price", "power"];

export const cardFlags = {
  for: { kind: "parsed", parse: String, brief: "Rank devices for this model", optional: true },
  quant: { kind: "parsed", parse: String, brief: "File type: Q4_K_M, Q8_0, ...; also MODEL:Q4_K_M", optional: true },
  goal: planFlags.goal,
  context: planFlags.context,
  users: planFlags.users,
  kvType: planFlags.kvType,
  models: planFlags.models,
  ram: { ...rigFlags.ram, brief: "RAM beside a card: 64GB, 64GB:ddr5-6000" },
  os: { ...rigFlags.os, brief: "Only what runs under linux, windows, macos" },
  psu: { kind: "parsed", parse: parseSupply, brief: "Power supply: 750W, 750W:atx3", optional: true },
  length: {
    kind: "parsed",
    parse: (text: string) => parseMillimetres(text, "--length"),
    brief: "Room for a card's length: 320mm",
    optional: true,
  },
  slots: {
    kind: "parsed",
    parse: (text: string) => parseCount(text, "--slots", 1, 16),
    brief: "Slots there is room for, all cards together",
    optional: true,
  },
  server: {
    kind: "boolean",
    brief: "The chassis cools cards without fans",
    optional: true,
    withNegated: false,
  },
  budget: {
    kind: "parsed",
    parse: (text: string) => parseAmount(text, "--budget"),
    brief: "Most it may cost, by --prices",
    optional: true,
  },
  prices: { kind: "parsed", parse: String, brief: "A file of prices, .csv or .json (docs/gpus.md)", optional: true },
  pace: {
    kind: "parsed",
    parse: (text: string) => parseCount(text, "--pace", 1, 100_000),
    brief: "Smallest rig with so many tok/s for each user",
    optional: true,
  },
  smallest: {
    kind: "parsed",
    parse: (text: string) => oneOf(text, SIZES, "--smallest"),
    brief: "Smallest by memory (the default), price, power",
    optional: true,
  },
  rows: {
    kind: "parsed",
    parse: (text: string) => parseCount(text, "--rows", 1, 1000),
    brief: "Devices shown; 12 without it",
    optional: true,
  },
} as const;

/** "750W", "750W:atx3": the rating, and whether it is built for the short peaks of cards. */
function parseSupply(text: string): PowerSupply {
  const [, rating = text, atx] = /^(.*?)(?:\s*:\s*atx\s*([\d.]+))?\s*$/i.exec(text) ?? [];
  const watts = parseWatts(rating, "--psu");
  if (atx === undefined) return { watts };
  if (/^[23](\.\d+)?$/.test(atx)) return { watts, atx: atx.startsWith("3") ? 3 : 2 };
  throw new LoadoutError("bad-quantity", {
    what: "--psu",
    expected: "a power, and atx2 or atx3",
    got: text,
    example: "750W:atx3",
  });
}

/** Flags that say nothing without a model. */
const NEED_MODEL = [
  "quant",
  "goal",
  "context",
  "users",
  "kvType",
  "models",
  "ram",
  "os",
  "psu",
  "length",
  "slots",
  "server",
  "budget",
  "prices",
  "pace",
  "smallest",
  "rows",
] as const satisfies readonly (keyof CardFlags)[];

/** Refuses them where none is named. */
export function needsModel(flags: CardFlags): void {
  const [given] = NEED_MODEL.filter((flag) => flags[flag] !== undefined);
  if (given === undefined) return;
  const flag = `--${given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new LoadoutError("for-missing", { flags: flag, example: flag });
}
