import type { Device } from "../../facts/hardware/index.ts";
import { formatBytes, formatRate } from "../../facts/units/index.ts";
import type { PaceInput } from "./input.ts";
import { SLOT_SHARE, wayText, wayTo } from "./links.ts";
import { add, type Step } from "./step.ts";

/** Below it the engine leaves host weights to the host (llama.cpp, `GGML_OP_OFFLOAD_MIN_BATCH`). */
export const LEAST_COPIED_BATCH = 32;

export const COPY_SPREAD = 0.5;

/**
 * Pages of a mapped file cross the slot by way of a pinned buffer. Published runs with mapped weights, 512 tokens a step:
 * gpt-oss 120B, 134 tok/s, so 17 GB/s; DeepSeek V2 Lite beside an RTX 4080, 975 tok/s, so 17.7 GB/s; the slot gives 25.
 */
const MAPPED_SHARE = 0.7;

/** Host weights that cross the slot for one step; a device that shares the host's memory reads them where they are. */
export function addCopy(step: Step, input: PaceInput, device: Device, bytes: number): void {
  const way = wayTo(device, input.links);
  if (way.bytesPerSec === Infinity || bytes === 0) return;
  const rate = way.bytesPerSec * (input.pinnedHostWeights === true ? 1 : MAPPED_SHARE);
  const seconds = bytes / rate;
  add(step, {
    worker: "link",
    seconds,
    spent: { link: seconds },
    ideal: 0,
    spread: COPY_SPREAD,
    provenance: way.known ? "datasheet" : "assumed",
    term: `${formatBytes(bytes)} / ${formatRate(rate)} [copying to the device]`,
    derived: () => [
      {
        label: `copying weights to ${device.name}`,
        value: formatRate(rate),
        formula: `${formatRate(way.bytesPerSec / SLOT_SHARE)} x ${SLOT_SHARE}${input.pinnedHostWeights === true ? "" : ` x ${MAPPED_SHARE} [mapped, by way of a pinned buffer]`}`,
        because: `${wayText(way)}; mapped weights: published runs of two models`,
      },
    ],
  });
}
