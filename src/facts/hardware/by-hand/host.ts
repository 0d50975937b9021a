import { LoadoutError } from "../../errors/index.ts";
import { formatBytes } from "../../units/index.ts";
import { findDevice } from "../catalog/index.ts";
import type { Host } from "../rig.ts";
import { heldOfHost, leftOf } from "../usable/index.ts";
import { candidates } from "./find.ts";
import { labelBytes } from "./memory-size.ts";

/** A processor where none was described: what most machines of its kind have. */
interface ProcessorRow {
  readonly cpu: Host["cpu"];
  readonly arch: Host["arch"];
  readonly said: string;
}

const CORES = { physicalCores: 8, logicalCores: 8 };
const PROCESSORS: Readonly<Record<"x64" | "apple" | "arm64", ProcessorRow>> = {
  x64: {
    cpu: {
      model: "any x86 processor",
      vendor: "unknown",
      ...CORES,
      logicalCores: 16,
      features: ["avx", "avx2", "bmi2", "f16c", "fma"],
    },
    arch: "x64",
    said: "a processor with 8 cores and AVX2",
  },
  apple: {
    cpu: { model: "Apple silicon", vendor: "apple", ...CORES, features: ["bf16", "dotprod", "fp16", "i8mm", "neon"] },
    arch: "arm64",
    said: "a processor with 8 cores, the fewest that Macs have",
  },
  arm64: {
    cpu: { model: "any ARM processor", vendor: "unknown", ...CORES, features: ["dotprod", "fp16", "neon"] },
    arch: "arm64",
    said: "a processor with 8 cores and dot products",
  },
};

/** RAM where none was named beside a card; most machines with a card have this much or more. */
const ASSUMED_RAM_BYTES = 32 * 2 ** 30;

/** RAM as typed: its size, and the kind of memory that says how fast it is. */
export interface TypedRam {
  readonly bytes: number;
  readonly bandwidthBytesPerSec?: number;
}

/** "64GB", "64GB:ddr5-6000", "512 GB epyc-9004-12ch": the size, then a memory system of the catalog. */
export function parseRam(text: string, what: string): TypedRam {
  const [, size = text, memory] = /^\s*([\d._]+\s*[kmgt]?i?b?)(?:\s*:\s*|\s+|$)(.*)$/i.exec(text) ?? [];
  const bytes = labelBytes(size, what);
  if (memory === undefined || memory.trim() === "") return { bytes };
  // "ddr5-6000" alone is a desktop's two channels
  const plain = findDevice(`${memory.trim()}-2ch`);
  const match = plain.kind === "found" ? plain : findDevice(memory);
  if (match.kind === "found" && match.row.class === "cpu" && match.row.bandwidthBasis === "table")
    return { bytes, bandwidthBytesPerSec: match.row.bandwidthBytesPerSec };
  const rows = match.kind === "several" ? match.rows : match.kind === "none" ? match.near : [match.row];
  const near = rows.filter((row) => row.class === "cpu");
  throw new LoadoutError("unknown-value", {
    what,
    expected: "a size, or a size and a kind of memory",
    got: text,
    nearest: near.length > 0 ? candidates(near) : "64GB:ddr5-6000",
  });
}

/** The host of a rig; what was not said is assumed and named. */
export function hostByHand(setting: {
  readonly ram: TypedRam | undefined;
  readonly os: Host["os"];
  /** its GPU takes from the RAM, whose speed is the GPU's */
  readonly shared: boolean;
  readonly processor: keyof typeof PROCESSORS;
}): { readonly host: Host; readonly assumed: readonly string[] } {
  const { ram, os } = setting;
  const { cpu, arch, said } = PROCESSORS[setting.processor];
  const ramBytes = ram?.bytes ?? ASSUMED_RAM_BYTES;
  const held = heldOfHost({ os, arch, ramBytes });
  const bandwidth = ram?.bandwidthBytesPerSec === undefined ? {} : { bandwidthBytesPerSec: ram.bandwidthBytesPerSec };
  const host: Host = {
    cpu,
    ramBytes,
    availableBytes: leftOf(ramBytes, held),
    held,
    swapBytes: 0,
    ...bandwidth,
    os,
    arch,
  };
  const assumed = [
    ...(ram === undefined ? [`${formatBytes(ramBytes)} of RAM, since none was named (--ram 64GB)`] : []),
    `${SYSTEMS[os]} on ${said}`,
    ...(ram?.bandwidthBytesPerSec === undefined && !setting.shared
      ? ["RAM of the usual speed; --ram 64GB:ddr5-6000 says which"]
      : []),
  ];
  return { host, assumed };
}

const SYSTEMS: Readonly<Record<Host["os"], string>> = { linux: "Linux", darwin: "macOS", win32: "Windows" };
