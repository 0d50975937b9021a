import type { Host } from "../../../src/facts/hardware/index.ts";

/**
 * Processors in rows: what their platform's memory can do at most with all channels filled (the rows do not state what was
 * fitted), cores, and the widest vectors their kernels use. Makers' data sheets.
 */
const PROCESSORS: readonly (readonly [
  pattern: RegExp,
  gbPerSec: number,
  cores: number,
  vectors: "avx512" | "avx2" | "neon" | "none",
])[] = [
  [/7950X|9950X/, 89.6, 16, "avx512"],
  [/7800X3D|9800X3D/, 83.2, 8, "avx512"],
  [/5950X/, 51.2, 16, "avx2"],
  [/5900X/, 51.2, 12, "avx2"],
  [/5700|4750G|5900HX|4800U/, 51.2, 8, "avx2"],
  [/3900X/, 51.2, 12, "avx2"],
  [/4600G/, 51.2, 6, "avx2"],
  [/HX 370/, 120, 12, "avx512"],
  [/AI 5 340/, 120, 6, "avx512"],
  [/7840HS|8840U/, 89.6, 8, "avx512"],
  [/XDNA2/, 120, 12, "avx512"],
  [/3960X/, 102.4, 24, "avx2"],
  [/5975WX/, 204.8, 32, "avx2"],
  [/EPYC 9454/, 460.8, 48, "avx512"],
  [/EPYC 9554/, 460.8, 64, "avx512"],
  [/EPYC 9334/, 460.8, 32, "avx512"],
  [/EPYC 9135/, 576, 16, "avx512"],
  [/EPYC 9/, 460.8, 48, "avx512"],
  [/EPYC/, 204.8, 32, "avx2"],
  [/285K/, 102.4, 24, "avx2"],
  [/265K/, 102.4, 20, "avx2"],
  [/14900K|13900K/, 102.4, 24, "avx2"],
  [/13980HX/, 89.6, 24, "avx2"],
  [/12650H/, 83.2, 10, "avx2"],
  [/155U/, 89.6, 12, "avx2"],
  [/268V/, 136.5, 8, "avx2"],
  [/8500T/, 42.7, 6, "avx2"],
  [/8300H/, 42.7, 4, "avx2"],
  [/6600U/, 34.1, 2, "avx2"],
  [/i3-14100/, 76.8, 4, "avx2"],
  [/N1[05]0/, 38.4, 4, "avx2"],
  [/E5-26/, 76.8, 14, "avx2"],
  [/Gold 5218/, 140.8, 16, "avx512"],
  [/Silver 4110/, 115.2, 8, "avx512"],
  [/Gold 6138/, 256, 40, "avx512"],
  [/W-2235/, 93.9, 6, "avx512"],
  [/w5-3425/, 307.2, 12, "avx512"],
  [/AMX workstation|Sapphire Rapids/, 307.2, 52, "avx512"],
  [/6980P/, 614.4, 128, "avx512"],
  [/Xeon/, 140.8, 24, "avx512"],
  [/Graviton4/, 537.6, 96, "neon"],
  [/AmpereOne/, 332.8, 192, "neon"],
  [/Raspberry Pi (?:5|CM5)/, 17.1, 4, "neon"],
  [/Raspberry Pi/, 12.8, 4, "neon"],
  [/Orion O6/, 96, 12, "neon"],
  [/Snapdragon 8 Elite/, 84.8, 8, "neon"],
  [/C2Q|Core 2/, 12.8, 4, "none"],
  [/RISC-V|P550|ROMA/, 25.6, 4, "none"],
  [/Threadripper PRO/, 204.8, 32, "avx2"],
  [/Threadripper/, 102.4, 24, "avx2"],
  [/Ryzen [579] [79]\d{3}/, 83.2, 8, "avx512"],
  [/Ryzen/, 51.2, 8, "avx2"],
  [/Core Ultra/, 89.6, 14, "avx2"],
  [/Core/, 76.8, 8, "avx2"],
];

const FEATURES = {
  avx512: ["avx2", "avx512f", "avx512-vnni"],
  avx2: ["avx2"],
  neon: ["neon", "dotprod"],
  none: [],
} as const;

/** What a mapped read reaches of a platform's peak: copies are measured at about this share of it. */
const COPY_SHARE = 0.6;

/** A host as a row's label describes it; a common desktop where it says nothing. */
export function hostOf(label: string, ramBytes = 512e9): { readonly host: Host; readonly known: boolean } {
  const found = PROCESSORS.find(([pattern]) => pattern.test(label));
  const [, gbPerSec, cores, vectors] = found ?? [undefined, 76.8, 8, "avx2" as const];
  return {
    host: {
      cpu: { model: label, vendor: "", physicalCores: cores, logicalCores: cores, features: FEATURES[vectors] },
      ramBytes,
      availableBytes: ramBytes,
      swapBytes: 0,
      bandwidthBytesPerSec: gbPerSec * 1e9 * COPY_SHARE,
      os: "linux",
      arch: vectors === "neon" ? "arm64" : "x64",
    },
    known: found !== undefined,
  };
}
