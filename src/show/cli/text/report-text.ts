import { fitSentence, type ReportAnswer } from "../../../plan/answer/index.ts";
import { WIDTH, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** What was written, and what it says in a sentence a loadout. */
export function reportText({ loadouts, files = [] }: ReportAnswer, style: Style): string {
  return [
    ...loadouts.flatMap(({ name, fit }) => [
      style.strong(name),
      ...wrap(fitSentence(fit), WIDTH - 2).map((line) => `  ${line}`),
    ]),
    "",
    ...files.map((file) => `written: ${style.strong(file)}`),
  ].join("\n");
}
