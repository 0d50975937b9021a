import { fitConstants, type FitAnswer } from "../../../plan/answer/index.ts";
import { hanging } from "./explain-tree.ts";
import type { Style } from "./style.ts";

/** Where the constants of the arithmetic above are from, as far as no line says it. */
export function constantsText(answer: FitAnswer, style: Style): string[] {
  const lines = fitConstants(answer);
  return lines.length === 0 ? [] : [style.strong("constants"), ...lines.flatMap((line) => hanging(line, "  "))];
}
