import { known, present, wholeNumber } from "./cells.ts";

/** How cards reach each other and the host. */
export interface NvidiaTopology {
  /** [card][card]: "NV18", "PIX", "SYS"; "X" on the diagonal */
  readonly links: readonly (readonly string[])[];
  readonly cards: readonly TopologyCard[];
}

interface TopologyCard {
  readonly cpus?: string;
  readonly numaNode?: number;
  /** the NUMA node that the card's own memory is, on machines that list it as one */
  readonly gpuNumaNode?: number;
}

// eslint-disable-next-line no-control-regex
const STYLE = /\u001b\[[\d;]*m/g;

/** `nvidia-smi topo -m`: a matrix with tabs or spaces, with underline codes even in a pipe. Nothing when it is no matrix. */
export function readNvidiaTopology(text: string): NvidiaTopology | undefined {
  const lines = text.replace(STYLE, "").split(/\r?\n/);
  const start = lines.findIndex((line) => /^\s*GPU0\b/.test(line) && line.includes("CPU Affinity"));
  if (start < 0) return undefined;
  const columns = cells(lines[start]!);
  const gpuColumns = columns.flatMap((name, at) => (/^GPU\d+$/.test(name) ? [at] : []));
  const rows = lines
    .slice(start + 1)
    .filter((line) => /^GPU\d+\s/.test(line))
    .map((line) => cells(line).slice(1))
    .filter((row) => row.length >= gpuColumns.length);
  if (rows.length === 0) return undefined;
  return {
    links: rows.map((row) => gpuColumns.map((at) => row[at] ?? "")),
    cards: rows.map((row) => {
      const cell = (name: string) => {
        const at = columns.indexOf(name);
        return at < 0 ? undefined : known(row[at]);
      };
      const numaNode = wholeNumber(cell("NUMA Affinity"));
      const gpuNumaNode = wholeNumber(cell("GPU NUMA ID"));
      return present<TopologyCard>({ cpus: cell("CPU Affinity"), numaNode, gpuNumaNode });
    }),
  };
}

/** Columns are parted by tabs or by two and more spaces; their names hold single spaces. */
function cells(line: string): string[] {
  return line
    .trim()
    .split(/\s*\t+\s*|\s{2,}/)
    .map((cell) => cell.trim());
}
