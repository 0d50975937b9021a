/**
 * What was compared by leaving devices out, so that its optimism can be judged: a line is a comparison, and says what was kept.
 * Two of them set a prior that the only device of its design was known to need: they rest on other published figures.
 */
export const VARIANTS: readonly string[] = [
  "tails of priors: Gaussian, soft-L1 (kept)",
  "prefill: stacked memory slows arithmetic, or does not (kept)",
  "decode without flash attention: by bytes of the cache, or also by arithmetic of a vendor (kept)",
  "prefill: filling a large chip alike everywhere, or by vendor (kept)",
  "prefill: power and units as a norm of 3, 2, 1.5 (kept), 1",
  "decode: reading and unpacking one after the other, or as a norm of 1.5 (kept)",
  "prefill: attention in AMD's shaders as in matrix units, or at half their rate (kept; prior)",
  "prefill: Strix Halo's prior as others', or by its best matrix library (kept; prior)",
  "Pascal as one design, or its first chip apart (kept)",
  "decode: attention's prior at its ideal, or a quarter of it as in prefill (kept)",
  "BF16 alike in all back ends, or Vulkan apart (kept)",
  "Apple as one design, or by generation (kept)",
  "a device's effect contracted out of the residuals, or as a value of its own (kept: contraction let skewed rows move levels)",
  "deviation of devices 0.1 (kept), 0.15, 0.2",
  "weight of a device's configurations: power 0 (kept for prefill), -0.1, -0.15, -0.2 (kept for decode), -0.35",
  "servers: a fixed time per layer alone, or also one per step (kept)",
  "decode: unpacking by the shaders' peak alike, or by how much of it integers reach (kept; prior, from the makers' descriptions)",
  "decode: share of bandwidth alike, or memory of graphics cards apart (kept), or falling with the bandwidth, two widths of its prior",
  "decode: Apple's generations with shares of their own: not kept, rows of M2 Ultra get worse",
  "decode: bandwidth's prior 0.88 (kept), 0.9 or 0.92 and tighter; ROCm's launches with a tighter prior: not kept",
  "decode: BF16 experts on Vulkan as vectors, or as tiles (kept; read in the engine's source)",
  "decode: launches after reading and unpacking (kept), or overlapping as a norm of 1.2, 1.5",
  "decode: deviation of a vendor's unpacking 0.5, 1 (kept), 1.5; Apple's as wide or not (kept); of experts' bytes 0.15 (kept), 0.4",
  "decode: reading and unpacking as a norm of 1.5 (kept), 1.2, once more",
  "bands: the share itself (kept), or the share that few devices need for one more: too wide in prompts",
];
