/** What happens to logs before somebody pastes them. `random` gives 0 to 1. */
export function damaged(lines: readonly string[], random: () => number): string {
  const upTo = (count: number): number => Math.floor(random() * count);
  const chance = (share: number): boolean => random() < share;
  let all = [...lines];
  if (chance(0.5)) all = mixed(all, upTo, chance);
  if (chance(0.4)) all = withoutChunk(all, upTo);
  if (chance(0.3)) all = all.filter(() => !chance(0.06));
  if (chance(0.25)) all = all.map((line) => (chance(0.15) ? broken(line, upTo) : line));
  if (chance(0.4)) all = all.map((line) => `\u001B[3${upTo(8)}m${line}\u001B[0m`);
  const prefix = PREFIXES[upTo(PREFIXES.length)]!;
  all = all.map((line, index) => prefix(line, index));
  if (chance(0.2)) all = all.map((line) => line.slice(0, 100));
  let text = all.join(chance(0.3) ? "\r\n" : "\n");
  if (chance(0.4)) text = text.slice(upTo(text.length / 2));
  if (chance(0.4)) text = text.slice(0, text.length - upTo(text.length / 2));
  return text;
}

const PREFIXES: readonly ((line: string, index: number) => string)[] = [
  (line) => line,
  (line, index) => `0.0${index % 10}.123.456 I ${line}`,
  (line, index) => `engine-1  | 2026-11-20T10:00:${10 + (index % 50)}.123456789Z ${line}`,
  (line, index) => `Nov 20 10:00:${10 + (index % 50)} box llama-server[4242]: ${line}`,
  (line) => `[2026-11-20 10:00:01][DEBUG] ${line}`,
  (line) => `info|${line}`,
  (line, index) =>
    JSON.stringify({ log: `${line}\n`, stream: "stderr", time: `2026-11-20T10:00:${10 + (index % 50)}Z` }),
  (line) => JSON.stringify({ __REALTIME_TIMESTAMP: "1", MESSAGE: line }),
];

const OTHERS = [
  '[GIN] 2026/11/20 - 10:00:00 | 200 |    33.9us |       127.0.0.1 | GET      "/api/ps"',
  'nginx: 10.0.0.7 - - "GET /metrics HTTP/1.1" 200 4096',
  "INFO:     Uvicorn running on http://0.0.0.0:8000 (n_ctx = 77 is not ours)",
  "kernel: usb 1-4: new high-speed USB device number 12 using xhci_hcd",
  "npm WARN deprecated har-validator@5.1.5: size = 12.00 MiB",
  "",
  "postgres[77]: LOG:  checkpoint complete: wrote 4096 buffers (25.0%)",
];

function mixed(
  lines: readonly string[],
  upTo: (count: number) => number,
  chance: (share: number) => boolean,
): string[] {
  return lines.flatMap((line) => (chance(0.3) ? [line, OTHERS[upTo(OTHERS.length)]!] : [line]));
}

function withoutChunk(lines: readonly string[], upTo: (count: number) => number): string[] {
  const from = upTo(lines.length);
  const to = from + upTo(lines.length / 3);
  const after = lines[to];
  // what a full buffer kept begins within a line
  const rest = after === undefined ? [] : [after.slice(upTo(after.length))];
  return [...lines.slice(0, from), ...rest, ...lines.slice(to + 1)];
}

/** Bytes that were no text, or another program's words within the line. */
function broken(line: string, upTo: (count: number) => number): string {
  const at = upTo(line.length);
  const inserted = upTo(2) === 0 ? "\uFFFD" : "[GIN] 200";
  return line.slice(0, at) + inserted + line.slice(inserted === "\uFFFD" ? at + 1 : at);
}
