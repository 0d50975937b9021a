/**
 * What drivers and engines call a device where it is not the row's own name. By row; normalised as `plainName` does.
 * Sources: marketing names in the driver's device lists (nvidia-smi, rocminfo, Mesa, Metal).
 */
export const ALIASES: Readonly<Record<string, readonly string[]>> = {
  "nvidia-tesla-t4": ["t4"],
  "nvidia-tesla-p4": ["p4"],
  "nvidia-tesla-p40": ["p40"],
  "nvidia-a100-pcie-80gb": ["a100 80gb pcie"],
  "nvidia-a100-pcie-40gb": ["a100 40gb pcie"],
  "nvidia-h100-pcie-80gb": ["h100 pcie"],
  "nvidia-h100-sxm5-80gb": ["h100 80gb hbm3"],
  "nvidia-h100-nvl-94gb": ["h100 nvl"],
  "nvidia-h200-sxm-141gb": ["h200"],
  "nvidia-b200-sxm": ["b200"],
  "nvidia-b300-sxm": ["b300 sxm6 ac"],
  "nvidia-jetson-orin-nano-8gb": ["orin"],
  "nvidia-jetson-orin-nano-super-8gb": ["orin"],
  "nvidia-jetson-orin-nx-16gb": ["orin"],
  "nvidia-jetson-agx-orin-32gb": ["orin"],
  "nvidia-jetson-agx-orin-64gb": ["orin"],
  "nvidia-jetson-agx-thor-t5000-128gb": ["thor"],
  "nvidia-rtx-pro-4000-blackwell-sff": ["rtx pro 4000 blackwell sff edition"],
  "nvidia-rtx-pro-5000-72-gb-blackwell": ["rtx pro 5000 72gb blackwell", "rtx pro 5000 blackwell"],
  "nvidia-rtx-pro-6000-blackwell": ["rtx pro 6000 blackwell workstation edition"],
  "nvidia-rtx-pro-6000-blackwell-max-q": ["rtx pro 6000 blackwell max q workstation edition"],
  "nvidia-rtx-pro-6000-blackwell-server": ["rtx pro 6000 blackwell server edition"],
  "amd-instinct-mi25": ["radeon instinct mi25"],
  "amd-instinct-mi50-16gb": ["instinct mi50", "radeon instinct mi50", "instinct mi50/mi60"],
  "amd-instinct-mi50-32gb": [
    "instinct mi50",
    "radeon instinct mi50",
    "radeon instinct mi50 32gb",
    "instinct mi50/mi60",
  ],
  "amd-instinct-mi60": ["radeon instinct mi60", "instinct mi50/mi60"],
  "amd-instinct-mi300x": ["instinct mi300x oam"],
  "amd-instinct-mi325x": ["instinct mi325x oam"],
  "amd-ryzen-ai-max-plus-395": ["radeon 8060s"],
  // the 390 has the same graphics: one row answers for both
  "amd-ryzen-ai-max-385": ["radeon 8050s"],
  "amd-radeon-780m": ["radeon 780m"],
  "amd-radeon-890m": ["radeon 890m"],
  "intel-arc-140t": ["arc 140t", "arc 140t gpu"],
  "intel-arc-140v": ["arc 140v", "arc 140v gpu"],
};

/**
 * Names that say nothing: sold with memories whose bandwidths differ by half under one name (GTX 1650: GDDR5 at 128 or GDDR6
 * at 192 GB/s), or one board that programs see as two devices.
 */
export const SAYS_NOTHING: ReadonlySet<string> = new Set(["nvidia-geforce-gtx-1650", "amd-instinct-mi250x-2-gcd"]);

/** Boards that programs see as several devices; to what each of them is like. */
export const SEVERAL_IN_ONE: Readonly<Record<string, { readonly devices: number; readonly like: string }>> = {
  "amd-instinct-mi250x-2-gcd": { devices: 2, like: "amd-instinct-mi210" },
};
