import type { Flag, FlagValue } from "./flag.ts";

/** A flag starts a line; what belongs to it is indented. */
const FLAG_LINE = /^--?[A-Za-z]/;
const NAME = /^(--?[A-Za-z][A-Za-z0-9.-]*)(?:,\s*|\s+|$)/;
/** column at which the descriptions of llama.cpp's programs begin */
const DESCRIPTION_COLUMN = 40;
const NUMBER_WORDS = new Set(["N", "SEED", "PORT", "INDEX", "P", "L", "SECONDS", "SIMILARITY", "<0...100>"]);

/** Reads the flags out of what `llama-server --help` prints. Lines it does not understand are left out. */
export function flagsOfHelp(text: string): Flag[] {
  const blocks: string[][] = [];
  for (const line of text.split(/\r?\n/)) {
    if (FLAG_LINE.test(line)) blocks.push([line]);
    else if (/^\s/.test(line)) blocks.at(-1)?.push(line);
  }
  return blocks.flatMap((block) => flagOf(block[0]!, block.slice(1)));
}

function flagOf(line: string, more: readonly string[]): Flag[] {
  const described = line.length > DESCRIPTION_COLUMN && line[DESCRIPTION_COLUMN - 1] === " ";
  let rest = (described ? line.slice(0, DESCRIPTION_COLUMN) : line).trim();
  const description = [described ? line.slice(DESCRIPTION_COLUMN) : "", ...more.map((each) => each.trim())].join("\n");
  const names: string[] = [];
  for (let name = NAME.exec(rest); name !== null; name = NAME.exec(rest)) {
    names.push(name[1]!);
    rest = rest.slice(name[0].length);
  }
  if (names.length === 0) return [];
  const removed = /argument has been removed/.test(description) ? { removed: true } : {};
  return [{ names, value: valueOf(rest.trim(), description), ...removed }];
}

function valueOf(placeholder: string, description: string): FlagValue {
  if (placeholder === "") return "nothing";
  const listed = /^[[{<]([\w+-]+(?:[,|][\w+-]+)+)[\]}>]$/.exec(placeholder)?.[1];
  if (listed !== undefined && !/\d,\w+\d|dev\d/.test(listed)) return listed.split(/[,|]/);
  const allowed = /allowed values: ([\w, ]+)/.exec(description)?.[1];
  if (allowed !== undefined) return allowed.trim().split(/,\s*/);
  const modes = [...description.matchAll(/^- ([\w+]+)(?: \(default\))?:/gm)].map((match) => match[1]!);
  if (modes.length > 1) return modes;
  // "an exact number, 'auto', or 'all'"
  if (placeholder === "N" && /'auto', or 'all'/.test(description)) return "text";
  if (placeholder === "START END") return "two texts";
  return NUMBER_WORDS.has(placeholder) ? "number" : "text";
}
