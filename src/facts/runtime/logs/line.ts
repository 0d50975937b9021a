/** One line of an engine's log, freed from the way it was written down. */
export interface LogLine {
  /** the engine's own words; prefixes that it puts before them may remain, so the grammar matches tails */
  readonly text: string;
  readonly level?: string;
  /** data of a structured line that is no text (`--log-jsonl` prints the fit table so) */
  readonly data?: unknown;
}

/** Reads a plain line, or a line of llama-server's `--log-jsonl`. */
export function readLine(raw: string): LogLine {
  const trimmed = raw.trim();
  if (!trimmed.startsWith('{"type"')) return { text: trimmed };
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch {
    return { text: trimmed }; // a line cut by a full disk or a killed process is still a line
  }
  if (typeof value !== "object" || value === null) return { text: trimmed };
  const message = "msg" in value && typeof value.msg === "string" ? value.msg.trim() : "";
  const level = "level" in value && typeof value.level === "string" ? { level: value.level } : {};
  return { text: message, ...level, ...("data" in value ? { data: value.data } : {}) };
}
