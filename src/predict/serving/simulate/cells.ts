import type { SimRequest } from "./sim-request.ts";
import { sharedTokens, type Text } from "./texts.ts";

/** What the cells of a sequence hold after a request, for the next one to go on from. */
export interface Held {
  readonly text: Text;
  /** of its tokens, those that others may share */
  readonly textTokens: number;
  readonly totalTokens: number;
  /** where copies were made of what cannot go back; absent: none */
  readonly checkpoints?: readonly number[];
}

/** What a request leaves in its cells: a conversation's text goes on with the answer, others' beginnings end where they say. */
export function heldAfter(request: SimRequest): Held | undefined {
  const totalTokens = request.heldTokens;
  if (totalTokens === 0) return undefined;
  const goesOn = request.planned.session !== undefined;
  const textTokens = Math.min(goesOn ? totalTokens : Math.min(request.textTokens, totalTokens), request.keptTokens);
  return { text: request.text, textTokens, totalTokens };
}

/** Tokens of the request's prompt that lie in these cells. */
export function foundIn(held: Held | undefined, request: SimRequest): number {
  if (held === undefined) return 0;
  return sharedTokens(held.text, held.textTokens, request.text, request.textTokens);
}
