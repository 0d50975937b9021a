import { FILE_TYPE_NAMES } from "../../src/facts/recipe/index.ts";
import { tensorType } from "../../src/facts/weights/index.ts";

/** Not prose: live parts, comments, blocks and spans of code that are commands, where a link leads, marks of lists and steps. */
const NOT_PROSE = [
  /\{\{[^}]*\}\}/g,
  /<!--[\s\S]*?-->/g,
  /^```sh\n[\s\S]*?^```$/gm,
  /`loadout [^`]*`/g,
  /\]\([^)]*\)/g,
  /^ *\d+\. /gm,
  /^# \d+ /gm,
  /\bStep \d\b/g,
];

const YEAR = /^(?:19|20)\d\d$/;

/** Words with digits that no live part says and that name nothing: what a page must not hold. */
export function looseNumbers(template: string): string[] {
  const prose = NOT_PROSE.reduce((text, pattern) => text.replaceAll(pattern, " "), template);
  const words = prose.match(/[\w.,%-]*\d[\w.,%-]*/g) ?? [];
  return words
    .map((word) => word.replaceAll(/^[.,-]+|[.,-]+$/g, ""))
    .filter((word) => !YEAR.test(word) && !isType(word));
}

/** Q4_K_M, f16: a name, not a number. */
function isType(word: string): boolean {
  return tensorType(word) !== undefined || FILE_TYPE_NAMES.includes(word.toUpperCase());
}
