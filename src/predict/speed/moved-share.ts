import type { PaceInput } from "./input.ts";
import { expertsTouched, loadOf } from "./load.ts";

/** Share of the stored weights that a step of `tokens` reads: all but look-up tables and experts that nobody is routed to. */
export function movedShare(input: PaceInput, tokens: number): number {
  const load = loadOf(input, input.tensors, () => true);
  if (load.storedBytes === 0) return 0;
  const experts = load.expertBytes * (load.expertShare < 1 ? expertsTouched(load, tokens) : 1);
  return (load.denseBytes + experts) / load.storedBytes;
}
