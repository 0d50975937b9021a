import type { SimRequest } from "./sim-request.ts";

/**
 * Where each sequence has a cache of its own, a micro-batch takes equally many tokens of every sequence that has some left: a prompt
 * beside those who draw is cut once more. Micro-batches of a step whose prompts take `takingTokens` each, beside `drawing` ones.
 */
export function passesOf(
  slots: readonly { readonly request: SimRequest | undefined }[],
  drawing: number,
  microBatchTokens: number,
): number {
  const lengths: number[] = drawing > 0 ? [1] : [];
  for (const { request } of slots) if (request && request.takingTokens > 0) lengths.push(request.takingTokens);
  lengths.sort((a, b) => a - b);
  let prompts = lengths.length - (drawing > 0 ? 1 : 0);
  let passes = 0;
  let done = 0;
  for (const length of lengths) {
    const equal = length - done;
    const sequences = prompts + (done === 0 ? drawing : 0);
    if (equal > 0) passes += Math.ceil((equal * sequences) / microBatchTokens);
    if (!(done === 0 && drawing > 0 && length === 1)) prompts--;
    done = length;
  }
  return Math.max(1, passes);
}
