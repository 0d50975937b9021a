/**
 * Instruction set extensions that decide which kernels an engine runs, by the names that systems print for them.
 * Sources: Linux arch/x86 cpufeatures and arch/arm64 hwcap names; Apple's `sysctl hw.optional`.
 */
const NAMES: Readonly<Record<string, string>> = {
  sse4_2: "sse4.2",
  "sse4.2": "sse4.2",
  avx: "avx",
  "avx1.0": "avx",
  avx2: "avx2",
  "avx2.0": "avx2",
  f16c: "f16c",
  fma: "fma",
  bmi2: "bmi2",
  avx_vnni: "avx-vnni",
  avx_vnni_int8: "avx-vnni-int8",
  avx512f: "avx512f",
  avx512vbmi: "avx512-vbmi",
  avx512_vbmi: "avx512-vbmi",
  avx512_vnni: "avx512-vnni",
  avx512_bf16: "avx512-bf16",
  avx512_fp16: "avx512-fp16",
  amx_tile: "amx-tile",
  amx_int8: "amx-int8",
  amx_bf16: "amx-bf16",
  amx_fp16: "amx-fp16",
  asimd: "neon",
  advsimd: "neon",
  asimdhp: "fp16",
  feat_fp16: "fp16",
  asimddp: "dotprod",
  feat_dotprod: "dotprod",
  i8mm: "i8mm",
  feat_i8mm: "i8mm",
  bf16: "bf16",
  feat_bf16: "bf16",
  sve: "sve",
  sve2: "sve2",
  sme: "sme",
  feat_sme: "sme",
  sme2: "sme2",
  feat_sme2: "sme2",
};

/** The extensions among a system's flags, in this project's names, each once. */
export function cpuFeatures(flags: readonly string[]): string[] {
  const found = new Set<string>();
  for (const flag of flags) {
    const name = NAMES[flag.toLowerCase()];
    if (name !== undefined) found.add(name);
  }
  return [...found].sort();
}
