import { DISKS } from "../../../facts/hardware/index.ts";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { parseBytes, parseRate } from "../../../facts/units/index.ts";
import type { ReadingRate } from "../../answer/index.ts";
import type { Wanted } from "../../rank/index.ts";

/** Flags that choose among models where none is named. */
export interface WantedFlags {
  readonly tools?: boolean;
  readonly vision?: boolean;
  readonly licence?: string;
  readonly since?: string;
  /** bytes */
  readonly maxSize?: number;
  readonly disk?: DiskRate;
  readonly why?: boolean;
}

/** How fast a disk is read. */
export interface DiskRate {
  /** from first to last, and who says so */
  readonly reading: ReadingRate;
  /** page by page, as a mapped file is read that has no room in RAM */
  readonly pagesBytesPerSec: number;
  readonly typed: string;
}

const flag = { kind: "boolean", optional: true, withNegated: false } as const;

export const wantedFlags = {
  tools: { ...flag, brief: "Only models whose template takes tools" },
  vision: { ...flag, brief: "Only models that take images" },
  licence: {
    kind: "parsed",
    parse: String,
    brief: "open, commercial, or a licence: apache-2.0, mit",
    optional: true,
  },
  since: {
    kind: "parsed",
    parse: dateOf,
    brief: "Only models released then or later: 2026-04",
    optional: true,
  },
  maxSize: {
    kind: "parsed",
    parse: (text: string) => parseBytes(text, "--max-size"),
    brief: "Only files up to this size: 20GB",
    optional: true,
  },
  disk: {
    kind: "parsed",
    parse: diskOf,
    brief: "What files are read from: nvme, sata, hdd, 7GB/s",
    optional: true,
  },
  why: { ...flag, brief: "A line of why below each model" },
} as const;

export function wantedOf({ tools, vision, licence, since }: WantedFlags): Wanted {
  return {
    ...(tools === undefined ? {} : { tools }),
    ...(vision === undefined ? {} : { vision }),
    ...(licence === undefined ? {} : { licence }),
    ...(since === undefined ? {} : { since }),
  };
}

/** Where nothing else is said, the disk most machines have. */
export const USUAL_DISK: ReadingRate = diskOf("nvme").reading;

/** A flag that is of no use beside a model, if one was typed. */
export function flagBesideModel(flags: WantedFlags): string | undefined {
  // a model that is named is read from a disk as well
  const typed = Object.entries(flags).find(
    ([name, value]) => name in wantedFlags && name !== "disk" && value !== undefined,
  )?.[0];
  return typed === "maxSize" ? "--max-size" : typed === undefined ? undefined : `--${typed}`;
}

/** A figure is taken as it is; of a kind of disk half for pages, since these are not read from first to last. */
export function diskOf(text: string): DiskRate {
  const row = DISKS.find(({ name }) => name === text.toLowerCase());
  if (row) {
    const { bytesPerSec, label, source } = row;
    return { reading: { bytesPerSec, source: `${label}, ${source}` }, pagesBytesPerSec: bytesPerSec / 2, typed: text };
  }
  const bytesPerSec = parseRate(text, "--disk");
  return { reading: { bytesPerSec, source: "as given" }, pagesBytesPerSec: bytesPerSec, typed: text };
}

function dateOf(text: string): string {
  if (/^20\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/.test(text)) return text;
  throw new LoadoutError("bad-quantity", {
    what: "--since",
    expected: "a date",
    got: text,
    example: "2026 or 2026-04",
  });
}
