/** Tokens that a context slider stops at: four steps a doubling, round numbers, from 512 up to `most` itself. */
export function tokenSteps(most: number): number[] {
  const steps: number[] = [];
  for (let quarter = 0; ; quarter += 1) {
    const exact = 512 * 2 ** (quarter / 4);
    const unit = exact < 8192 ? 256 : 1024;
    const step = Math.round(exact / unit) * unit;
    if (step >= most) return [...new Set([...steps, most])];
    steps.push(step);
  }
}

/** Conversations at the same time that a slider stops at. */
export const USER_STEPS: readonly number[] = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256];

/** Place of the step that is nearest to a value by its ratio; steps ascend and are above nothing. */
export function nearestStep(steps: readonly number[], value: number): number {
  let best = 0;
  for (const [at, step] of steps.entries()) {
    if (Math.abs(Math.log(step / value)) < Math.abs(Math.log(steps[best]! / value))) best = at;
  }
  return best;
}

/** Tokens as `formatTokens` writes them, and as people type them; undefined where the engine will say what is wrong. */
export function tokensOf(text: string | undefined): number | undefined {
  const [, digits, unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([km]?)\s*$/i.exec(text ?? "") ?? [];
  const tokens = Math.round(Number(digits) * 1024 ** ["", "k", "m"].indexOf(unit.toLowerCase()));
  return tokens > 0 ? tokens : undefined;
}

export function countOf(text: string | undefined): number | undefined {
  const count = /^\s*\d+\s*$/.test(text ?? "") ? Number(text) : 0;
  return count > 0 ? count : undefined;
}

/** "90%" -> 0.9 */
export function shareOf(text: string | undefined): number | undefined {
  const [, digits] = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(text ?? "") ?? [];
  return digits === undefined ? undefined : Number(digits) / 100;
}
