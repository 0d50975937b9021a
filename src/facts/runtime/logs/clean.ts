/** Stands behind what a line may have lost its end of: no value that ends a line is read where it stands. */
const CUT = "\uFFFD";

/** Colours and cursor movements of terminals. */
// oxlint-disable-next-line no-control-regex
const TERMINAL = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[@-Z\\-_])/g;

/** Lines shorter than this end where their writer ended them; many of one greater length were cut at a column. */
const NARROWEST_TERMINAL = 60;
/** as many lines of the greatest length as make it a column */
const LINES_AT_A_COLUMN = 3;

/**
 * Lines of a pasted log as the engine wrote them: without colours, carriage returns and the envelopes of docker, journald and
 * structured loggers. Prefixes remain, since the grammar reads tails. The end of a line is doubted where the text stops without a line
 * break, and where lines were cut at a column: "4096" may have been "40960".
 */
export function cleanLines(text: string): string[] {
  const raw = text.replace(/^\uFEFF/, "").split("\n");
  const unended = raw.at(-1) !== "";
  const lines = raw.map((line) => plain(line));
  const column = columnOf(lines);
  return lines.map((line, index) => {
    const doubted = (unended && index === lines.length - 1) || (column !== undefined && line.length === column);
    return doubted ? `${line}${CUT}` : line;
  });
}

function columnOf(lines: readonly string[]): number | undefined {
  const longest = lines.reduce((most, { length }) => Math.max(most, length), 0);
  if (longest < NARROWEST_TERMINAL) return undefined;
  return lines.filter(({ length }) => length === longest).length >= LINES_AT_A_COLUMN ? longest : undefined;
}

function plain(raw: string): string {
  // a progress bar returns to the beginning of its line: what was written last is what was seen
  const last = raw.replace(/\r+$/, "").split("\r").at(-1)!;
  return unwrapped(last.replace(TERMINAL, ""));
}

/** Keys under which structured logs keep the line: docker's json-file, journald's JSON, pino and the like. */
const MESSAGE_KEYS = ["log", "MESSAGE", "msg", "message", "line"] as const;

function unwrapped(line: string): string {
  const trimmed = line.trim();
  if (!trimmed.startsWith("{") || !trimmed.endsWith("}")) return line;
  try {
    const value: unknown = JSON.parse(trimmed);
    if (typeof value !== "object" || value === null) return line;
    const fields: Readonly<Record<string, unknown>> = { ...value };
    const message = MESSAGE_KEYS.map((key) => fields[key]).find((each) => typeof each === "string");
    return typeof message === "string" ? message.replaceAll(TERMINAL, "").trimEnd() : line;
  } catch {
    return line;
  }
}
