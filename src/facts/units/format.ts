/** The only place where numbers become text for people. Three significant digits, and whole digits are never dropped. */

const MINUS = "-";

/** Three significant digits without an exponent: 0.0123, 1.23, 12.3, 123, 1230. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return value > 0 ? "unlimited" : "unknown";
  if (value < 0) return MINUS + formatNumber(-value, digits);
  if (value === 0) return "0";
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(value)));
  const text = value.toFixed(Math.min(decimals, 20));
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** Bytes in binary units, as engines and drivers print them: 512 B, 9.01 MiB, 23.5 GiB. */
export function formatBytes(bytes: number): string {
  return scaled(bytes, 1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]);
}

/** Bytes in decimal units, as files and downloads are labelled: 98.4 MB. */
export function formatFileBytes(bytes: number): string {
  return scaled(bytes, 1000, ["B", "kB", "MB", "GB", "TB", "PB"]);
}

/** Bandwidth in decimal units, as data sheets print it: 936 GB/s. */
export function formatRate(bytesPerSec: number): string {
  return `${formatFileBytes(bytesPerSec)}/s`;
}

/** Tokens per second: 43.1 tok/s. */
export function formatPace(tokensPerSec: number): string {
  return `${formatNumber(tokensPerSec)} tok/s`;
}

/** A band of tokens per second: 84.8 to 250 tok/s. */
export function formatPaceBand(low: number, high: number): string {
  return `${formatNumber(low)} to ${formatPace(high)}`;
}

/** Counts of tokens: 512, 8k, 32k, 1M where they are whole, else plain. */
export function formatTokens(tokens: number): string {
  if (tokens >= 2 ** 20 && tokens % 2 ** 20 === 0) return `${tokens / 2 ** 20}M`;
  if (tokens >= 1024 && tokens % 1024 === 0) return `${tokens / 1024}k`;
  return String(tokens);
}

/** Large counts in words' shorthand: 135M, 1.24B. */
export function formatCount(count: number): string {
  return scaled(count, 1000, ["", "k", "M", "B", "T"]).replace(" ", "");
}

/** Durations from milliseconds: 850 us, 12.3 ms, 1.23 s, 4 min 5 s, 2 h 3 min. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return "unknown";
  if (ms < 1) return `${formatNumber(ms * 1000)} us`;
  if (ms < 999.5) return `${formatNumber(ms)} ms`;
  if (ms < 59_950) return `${formatNumber(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Shares as percent: 0.123 -> 12.3%; with a sign for differences. */
export function formatPercent(share: number, signed = false): string {
  const text = `${formatNumber(share * 100)}%`;
  return signed && share > 0 ? `+${text}` : text;
}

/** Exact bytes with thin grouping, for places where every byte counts: 98,362,432 B. */
export function formatExactBytes(bytes: number): string {
  return `${formatWhole(bytes)} B`;
}

/** Hundredths with two decimals: 986 -> 9.86. For terms that must add up as printed. */
export function formatHundredths(hundredths: number): string {
  return (hundredths / 100).toFixed(2);
}

/** A whole number, every digit, grouped: 8,190,735,360. */
export function formatWhole(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

function scaled(value: number, base: number, units: readonly string[]): string {
  if (!Number.isFinite(value)) return formatNumber(value);
  let size = Math.abs(value);
  let unit = 0;
  // half a unit below the base would be printed as the base, so the next unit starts there
  while (size >= base - 0.5 && unit < units.length - 1) {
    size /= base;
    unit += 1;
  }
  return `${value < 0 ? MINUS : ""}${formatNumber(size)} ${units[unit]}`;
}
