import type { Device } from "../../facts/hardware/index.ts";
import { formatBytes, formatRate } from "../../facts/units/index.ts";
import type { PaceInput } from "./input.ts";
import { SLOT_SHARE, wayText, wayTo, type Way } from "./links.ts";
import { expertsTouched, type Load } from "./load.ts";
import { add, type Step } from "./step.ts";

/** Below it the engine leaves host weights to the host (llama.cpp, `GGML_OP_OFFLOAD_MIN_BATCH`). */
export const LEAST_COPIED_BATCH = 32;

export const COPY_SPREAD = 0.5;

/**
 * Pages of a mapped file cross the slot by way of a pinned buffer, which one thread of the host fills while the one before is on
 * its way. Published runs with mapped weights, 512 tokens a step, slots of 25 GB/s: gpt-oss 120B, 134 tok/s, so 17 GB/s; DeepSeek
 * V2 Lite beside an RTX 4080, 975 tok/s, so 17.7 GB/s.
 */
const MAPPED_SHARE = 0.7;

/**
 * Where the slot is faster, that thread is what is waited for: Llama 405B beside an RTX PRO 6000 whose slot gives 50 GB/s, 222
 * tok/s, so 16 GB/s (one published run).
 */
const MOST_MAPPED_BYTES_PER_SEC = 17.6e9;

/** Builds of this month and later copy the experts that a step needs; before, all of a matrix (llama.cpp, pull request 15346). */
const USED_EXPERTS_SINCE = "2025-09";

/**
 * Neighbours in a text are routed alike: n of its tokens need as many experts as n to this power would, were they routed by chance.
 * Counted in that pull request: 512 tokens of a chat need 72 to 95 of 128 experts, 83 on average of the eight layers read (one text).
 */
const ROUTED_ALIKE = 0.45;

/** Host weights that a device copies for one step of a prompt. */
export function copiedBytes(load: Load, tokens: number, { built, program = "llama.cpp" }: PaceInput): number {
  const all = program !== "llama.cpp" || (built !== undefined && built < USED_EXPERTS_SINCE);
  if (all || load.expertShare === 1) return load.denseBytes + load.expertBytes;
  return load.denseBytes + load.expertBytes * expertsTouched(load, tokens ** ROUTED_ALIKE);
}

/** What host weights cross a slot at, where the slot reaches `slotBytesPerSec`. */
export function copyRate(slotBytesPerSec: number, pinned: boolean): number {
  return pinned ? slotBytesPerSec : Math.min(slotBytesPerSec * MAPPED_SHARE, MOST_MAPPED_BYTES_PER_SEC);
}

/**
 * Host weights that cross the slot for one step. A device that shares the host's memory has no slot, and yet does not read them
 * where they are: no back end takes a mapped file's pages for its own buffer (`supports_buft` of CUDA, Vulkan and Metal), so one
 * thread copies them; CUDA reads pinned ones in place.
 */
export function addCopy(step: Step, input: PaceInput, device: Device, bytes: number): void {
  const way = wayTo(device, input.links);
  const rate = copyRate(way.bytesPerSec, input.pinnedHostWeights === true);
  if (rate === Infinity || bytes === 0) return;
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
        ...copied(way, input.pinnedHostWeights === true),
      },
    ],
  });
}

function copied(way: Way, pinned: boolean): { readonly formula: string; readonly because: string } {
  if (way.bytesPerSec === Infinity)
    return {
      formula: formatRate(MOST_MAPPED_BYTES_PER_SEC),
      because: "memory is shared, and mapped weights are copied in it: assumed at what one thread fills beside a card",
    };
  return {
    formula: copyFormula(`${formatRate(way.bytesPerSec / SLOT_SHARE)} x ${SLOT_SHARE}`, pinned),
    because: `${wayText(way)}; mapped weights: published runs of three models`,
  };
}

function copyFormula(slot: string, pinned: boolean): string {
  const most = formatRate(MOST_MAPPED_BYTES_PER_SEC);
  return pinned ? slot : `min(${slot} x ${MAPPED_SHARE} [by way of a pinned buffer], ${most} [one thread fills it])`;
}
