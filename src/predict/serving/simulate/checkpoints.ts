import type { LlamaServerSettings } from "./llama-server.ts";

/** cells of a window's memory come in so many */
const PADDING = 256;
/** Of a slot; older ones go first (--ctx-checkpoints). */
const MOST = 32;

/**
 * A window's or a state's memory holds what is newest: it cannot go back to an earlier place, but where a copy was made of it while
 * a prompt was computed. llama-server b11434 makes them where the last question begins and near the end of a prompt. `at`: tokens
 * before the copy, ascending.
 */
export class Checkpoints {
  #at: readonly number[] = [];

  get at(): readonly number[] {
    return this.#at;
  }

  /** A slot that goes on from `tokens` of what it holds: copies beyond are of no use any more. */
  goOn(at: readonly number[], tokens: number): void {
    this.#at = at.filter((one) => one <= tokens + 1);
  }

  make(tokens: number): void {
    if (tokens > 0) this.#at = [...this.#at.filter((one) => one !== tokens), tokens].slice(-MOST);
  }

  clear(): void {
    this.#at = [];
  }
}

/**
 * Of the `found` tokens that prompt and cells share, those that the server goes on from. All, where the window before them is still
 * there; else up to a copy; else none, and the whole prompt is computed again. That holds for a beginning shorter than the window
 * too: the server looks for a copy.
 *
 * @param heldTokens what the cells were computed up to
 */
export function reusableTokens(
  found: number,
  heldTokens: number,
  at: readonly number[],
  { checkpoints, windowTokens = 0, microBatchTokens, unified, slots }: LlamaServerSettings,
): number {
  if (checkpoints !== true || found === 0) return found;
  const cells = Math.ceil((windowTokens * (unified ? slots : 1) + microBatchTokens) / PADDING) * PADDING;
  /** the first token that is there when so many were computed; a state has the last one alone */
  const oldest = (tokens: number) => (windowTokens === 0 ? tokens - 1 : Math.max(0, tokens - cells));
  const needed = Math.max(0, found - windowTokens);
  if (oldest(heldTokens) < needed) return found;
  const copy = at.findLast((tokens) => {
    const from = oldest(tokens);
    return tokens - 1 <= found && (from < needed || from === 0);
  });
  return copy === undefined ? 0 : Math.min(found, copy, Math.max(oldest(copy) + 1, copy - 1));
}
