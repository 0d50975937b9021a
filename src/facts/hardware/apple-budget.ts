/**
 * Part of the RAM that macOS lets an Apple GPU wire when `iogpu.wired_limit_mb` is 0, by RAM: two thirds up to 36 GiB, three
 * quarters above. Newer systems give some percent more (74 to 84% have been printed); the engine prints the real figure.
 * Source: `recommendedMaxWorkingSetSize` in published logs, for example 11453.25 MB of 16 GiB.
 */
const SMALL_RAM_BYTES = 36 * 2 ** 30;

export function gpuBudgetBytes(ramBytes: number): number {
  return Math.floor(ramBytes * (ramBytes <= SMALL_RAM_BYTES ? 2 / 3 : 3 / 4));
}
