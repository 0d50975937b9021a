/**
 * The engine's own words in one line of a log: the line itself, or the message of a line of llama-server's `--log-jsonl`.
 * Prefixes with time, level and component may remain, so the grammar matches tails.
 */
export function readLine(raw: string): string {
  const trimmed = raw.trim();
  if (!trimmed.startsWith('{"type"')) return trimmed;
  try {
    const value: unknown = JSON.parse(trimmed);
    if (typeof value === "object" && value !== null && "msg" in value && typeof value.msg === "string")
      return value.msg.trim();
    return ""; // structured data; what it says of memory is also said in a message
  } catch {
    return trimmed; // a line cut by a full disk or a killed process is still a line
  }
}
