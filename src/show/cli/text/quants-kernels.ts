import type { QuantRow } from "../../../plan/advise/index.ts";
import { columns } from "./layout.ts";
import type { Style } from "./style.ts";

/** A letter for every way of running a scheme, so that a table stays narrow. */
export interface KernelLetters {
  readonly of: (row: QuantRow) => string;
  readonly legend: (style: Style) => string[];
}

export function kernelLetters(rows: readonly QuantRow[]): KernelLetters {
  const letters = new Map<string, { readonly letter: string; readonly lines: readonly string[] }>();
  const key = ({ runtimes }: QuantRow) => JSON.stringify(runtimes.map(({ runtime, kernel }) => [runtime, kernel]));
  for (const row of rows) {
    if (letters.has(key(row))) continue;
    const letter = String.fromCharCode(A + letters.size);
    letters.set(key(row), { letter, lines: byKernel(row) });
  }
  return {
    of: (row) => letters.get(key(row))?.letter ?? "",
    legend: (style) =>
      letters.size === 0
        ? []
        : [
            "",
            style.strong("kernels"),
            ...columns([...letters.values()].map(({ letter, lines }) => [`  ${letter}`, lines.join("; ")])),
          ],
  };
}

const A = 97;

/** Programs with the same kernel on one line. */
function byKernel({ runtimes }: QuantRow): string[] {
  const titles = new Map<string, string[]>();
  for (const { title, kernel, grade, computes, notes } of runtimes) {
    const how = grade === "native" ? `${computes}, native` : `${computes}, ${grade}`;
    const said = `${kernel} (${how})${notes.length === 0 ? "" : `, ${notes.join(", ")}`}`;
    titles.set(said, [...(titles.get(said) ?? []), title]);
  }
  return [...titles].map(([said, names]) => `${names.join(", ")}: ${said}`);
}
