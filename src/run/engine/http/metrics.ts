/** One value of a program's metrics in Prometheus' text format. */
export interface Metric {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Reads metrics; lines that are none are left out. */
export function readMetrics(text: string): Metric[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const match = LINE.exec(line);
    const value = valueOf(match?.[3]);
    if (match === null || value === undefined) return [];
    const labels = [...(match[2] ?? "").matchAll(LABEL)].map(([, name, label]) => [name!, unescaped(label!)]);
    return [{ name: match[1]!, labels: Object.fromEntries(labels), value }];
  });
}

function valueOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[+]?Inf$/i.test(text)) return Infinity;
  if (/^-Inf$/i.test(text)) return -Infinity;
  const value = Number(text);
  return Number.isNaN(value) && text !== "NaN" ? undefined : value;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));
}
