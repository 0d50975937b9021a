import type { Estimate } from "../../src/predict/estimate/index.ts";
import type { Asker } from "./ask.ts";

/** A page of the guide: prose in `pages/NAME.md`, and what its `{{live parts}}` say, asked of the command line. */
export interface Page {
  /** of its files, without ending: `pages/NAME.md` is filled into `docs/guide/NAME.md` */
  readonly name: string;
  readonly values: (ask: Asker) => Promise<Readonly<Record<string, string>>>;
}

/** A sentence of the prose holds only while this does; the guide is not made when it stops to. */
export function claim(holds: boolean, sentence: string): void {
  if (!holds) throw new Error(`no longer true: ${sentence}`);
}

/** What must be in an answer for a page to be written. */
export function given<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the answer has no ${what}`);
  return value;
}

/** A part of a tree by the beginnings of keys: `part(memory, "device-0", "weights")`. */
export function part(tree: Estimate, ...keys: readonly string[]): Estimate {
  return keys.reduce(
    (at, key) =>
      given(
        at.parts?.find((each) => each.key.startsWith(key)),
        `part "${keys.join(" / ")}"`,
      ),
    tree,
  );
}

/** A Markdown table; numbers right, words left. */
export function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = heads.map((_, at) => (right.includes(at) ? "--:" : "---"));
  return [line(heads), `| ${rule.join(" | ")} |`, ...rows.map(line)].join("\n");
}
