/**
 * Graphics that share the host's RAM, by PCI device or by the words in their names, for tools that do not say it.
 * Sources: device numbers in Linux drivers/gpu/drm/amd (APU families); makers' product pages for the names.
 */
const SHARED_PCI: ReadonlySet<string> = new Set([
  "1002:15dd", // Raven
  "1002:15d8", // Picasso
  "1002:1636", // Renoir
  "1002:1638", // Cezanne
  "1002:164c", // Lucienne
  "1002:163f", // Van Gogh
  "1002:1681", // Rembrandt
  "1002:164e", // Raphael
  "1002:13c0", // Granite Ridge
  "1002:1506", // Mendocino
  "1002:15bf", // Phoenix
  "1002:15c8", // Phoenix 2
  "1002:1900", // Hawk Point
  "1002:150e", // Strix Point
  "1002:1586", // Strix Halo
  "1002:74a0", // Instinct MI300A: one HBM for both halves
]);

const SHARED_NAMES: readonly RegExp[] = [
  /\bgb10\b|\btegra\b|\borin\b|\bxavier\b|\bnvidia thor\b|jetson/i,
  /\bapple\b/i,
  // Intel's integrated graphics; its cards are "Arc A770", "Arc Pro B60", "Data Center GPU"
  /\b(uhd|iris|hd) graphics\b|\biris\b|\barc(\(tm\))? graphics\b|\barc(\(tm\))? 1\d{2}[vt]\b/i,
  // AMD's, which carry a number of their own ("Radeon 8060S") or none ("Radeon Graphics")
  /\bradeon(\(tm\))? (\d{3}m|8\d{3}s|graphics)\b|\bvega \d{1,2} graphics\b|strix|phoenix|\bmi300a\b/i,
  /adreno/i,
];

/** AMD instruction sets of chips whose graphics share RAM (LLVM's AMDGPU processor table, "APU"). */
const SHARED_ARCHITECTURES: ReadonlySet<string> = new Set(
  "gfx801 gfx902 gfx909 gfx90c gfx1013 gfx1033 gfx1035 gfx1036 gfx1103 gfx1150 gfx1151 gfx1152 gfx1153".split(" "),
);

/** True when a graphics device is known to have no memory of its own. */
export function sharesHostMemory(device: {
  readonly pciId?: string | undefined;
  readonly name?: string | undefined;
  readonly architecture?: string | undefined;
}): boolean {
  if (device.architecture !== undefined && SHARED_ARCHITECTURES.has(device.architecture)) return true;
  if (device.pciId !== undefined && SHARED_PCI.has(device.pciId)) return true;
  return SHARED_NAMES.some((pattern) => pattern.test(device.name ?? ""));
}
