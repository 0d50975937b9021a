import type { RuntimeAdvice } from "../../../plan/advise/index.ts";
import { columns } from "./layout.ts";
import type { Style } from "./style.ts";

/** Programs for a model on a rig, best for the goal first: why, at what cost, by whose evidence; those that do not run here last. */
export function programsText(runtimes: readonly RuntimeAdvice[], style: Style): string[] {
  const lines = runtimes.map(({ title, version, runs, because, costs, retired, strengths }): [string, string] => {
    if (!runs) return [`  ${style.faint(title)}`, style.faint(because)];
    const [good] = strengths;
    const [cost] = costs;
    const evidence = good === undefined || good.says !== because ? "" : ` (${good.source})`;
    const but = cost === undefined ? "" : `. But ${cost.says} (${cost.source})`;
    const of = retired === undefined ? version : `${version}, ${retired}`;
    return [`  ${title}`, `${of}: ${because}${evidence}${but}`];
  });
  return [style.strong("programs, best for the goal first"), ...columns(lines)];
}
