import { present, sizeBytes, wholeNumber } from "./cells.ts";

/** A logical device of amd-smi's monitor. */
export interface MonitorRow {
  readonly index: number;
  readonly usedBytes?: number;
  readonly totalBytes?: number;
}

/**
 * `amd-smi monitor -v` with any other columns. A partition of a card is a row, and each prints the whole card's VRAM: the
 * rows of one card must not be added up, and nothing here says which those are.
 */
export function readAmdSmiMonitor(text: string): MonitorRow[] {
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) => /^\s*GPU\s.*\bVRAM_TOTAL\b/.test(line));
  if (start < 0) return [];
  const columns = lines[start]!.trim().split(/\s+/);
  return lines.slice(start + 1).flatMap((line) => {
    // A number and its unit make one cell, so units are joined to their numbers first.
    const cells = line
      .trim()
      .replace(/(\d)\s+(?=[A-Za-z°%])/g, "$1")
      .split(/\s+/);
    const index = wholeNumber(cells[0]);
    if (index === undefined || cells.length !== columns.length) return [];
    const cell = (name: string) => sizeBytes(cells[columns.indexOf(name)]);
    return [present<MonitorRow>({ index, usedBytes: cell("VRAM_USED"), totalBytes: cell("VRAM_TOTAL") })];
  });
}
