import type { Pace } from "../../../predict/speed/index.ts";
import { hanging, workingLines } from "./explain-tree.ts";
import type { Style } from "./style.ts";

/** Where the rates and times of a pace are from; what was told already, or of another pace, is not told again. */
export function derivedText({ derived = [] }: Pace, told: Set<string>, style: Style, indent: string): string[] {
  return derived.flatMap(({ label, value, formula, because }) => {
    const line = `${label}: ${value}${formula === undefined ? "" : ` ${style.faint("(formula)")}`}`;
    const key = `${line} ${formula}`;
    if (told.has(key)) return [];
    told.add(key);
    // a constant keeps its source, a product's is said once
    const source = because !== undefined && (formula === undefined || !told.has(because)) ? because : undefined;
    if (source !== undefined) told.add(source);
    return [
      ...hanging(line, indent),
      ...workingLines(formula === undefined ? {} : { formula }, `${indent}  `, style),
      ...(source === undefined ? [] : hanging(source, `${indent}  `).map(style.faint)),
    ];
  });
}
