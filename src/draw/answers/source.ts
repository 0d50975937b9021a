import { FACTS_DATE, type FitAnswer } from "../../plan/answer/index.ts";

/** A loadout in a chart: the answer, and what it is called there. */
export interface NamedFit {
  readonly name: string;
  readonly answer: FitAnswer;
}

/** Footer of a chart: what computed it, and of when its facts are. */
export function sourceOf(runtimes: readonly FitAnswer["runtime"][]): { source: string; date: string } {
  const names = [...new Set(runtimes.map(({ engine, version }) => `${engine} ${version}`))];
  return { source: `Loadout, ${names.join(" and ")} replayed`, date: FACTS_DATE };
}

export const GIB = 2 ** 30;

/** A loadout's name over two lines of a bar: "Qwen3 8B Q4_K_M", "RTX 3090, CUDA0". */
export function twoLines(name: string, more: string): { label: string; note: string } {
  const [label = "", ...rest] = name.split(", ");
  return { label, note: [...rest, more].join(", ") };
}
