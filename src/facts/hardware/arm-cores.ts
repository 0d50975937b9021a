/**
 * Names of ARM core designs by implementer 0x41's part number, for kernels and tools that print the number only.
 * Source: MIDR_EL1 part numbers in the Technical Reference Manuals of the cores.
 */
const ARM_CORES: Readonly<Record<string, string>> = {
  "0xd03": "Cortex-A53",
  "0xd05": "Cortex-A55",
  "0xd07": "Cortex-A57",
  "0xd08": "Cortex-A72",
  "0xd0b": "Cortex-A76",
  "0xd0c": "Neoverse-N1",
  "0xd40": "Neoverse-V1",
  "0xd41": "Cortex-A78",
  "0xd42": "Cortex-A78AE",
  "0xd44": "Cortex-X1",
  "0xd46": "Cortex-A510",
  "0xd47": "Cortex-A710",
  "0xd48": "Cortex-X2",
  "0xd49": "Neoverse-N2",
  "0xd4d": "Cortex-A715",
  "0xd4e": "Cortex-X3",
  "0xd4f": "Neoverse-V2",
  "0xd80": "Cortex-A520",
  "0xd81": "Cortex-A720",
  "0xd82": "Cortex-X4",
  "0xd84": "Neoverse-V3",
  "0xd85": "Cortex-X925",
  "0xd87": "Cortex-A725",
  "0xd8e": "Neoverse-N3",
};

/** "Cortex-X925 + Cortex-A725" for part numbers as the kernel prints them; unknown when none is in the table. */
export function armCoreNames(parts: readonly string[]): string | undefined {
  const names = parts.map((part) => ARM_CORES[part.toLowerCase()]).filter((name) => name !== undefined);
  return names.length === 0 ? undefined : names.join(" + ");
}
