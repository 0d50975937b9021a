import type { EngineBuffer, MemoryTerm } from "../../src/predict/memory/index.ts";

/** One size as the engine printed it: "Vulkan0 compute 17.6997". */
export interface PrintedSize {
  readonly label: string;
  readonly term: MemoryTerm;
  readonly digits: string;
}

const TERMS: Readonly<Record<string, MemoryTerm>> = {
  model: "weights",
  KV: "kv",
  RS: "recurrent",
  compute: "compute",
  output: "output",
};

const LINE = /(\S+)\s+(model|KV|RS|compute|output) buffer size (?:=|is)\s+([\d.]+) MiB/;

/** Sizes of a log, in order; of a compute buffer both the size at start and the more exact one at the end. */
export function printedSizes(log: readonly string[]): PrintedSize[] {
  return log
    .flatMap((entry) => entry.split("\n"))
    .map((line) => LINE.exec(line))
    .filter((match) => match !== null)
    .map(([, label, word, digits]) => ({
      label: label!,
      term: label === "CPU_REPACK" || label === "AMX" ? "repacked" : TERMS[word!]!,
      digits: digits!,
    }));
}

/** The lines the engine would print for predicted buffers; of a compute buffer without use only the one at the end. */
export function predictedSizes(buffers: readonly EngineBuffer[]): PrintedSize[] {
  return buffers.flatMap(({ label, term, bytes }) => {
    const short = { label, term, digits: printed(bytes, 2) };
    if (term !== "compute") return [short];
    const long = { label, term, digits: printed(bytes, 4) };
    return bytes > 1 ? [short, long] : [long];
  });
}

/** C's %.Nf of a size in MiB: exact halves go to the even digit. */
export function printed(bytes: number, decimals: number): string {
  const scaled = (BigInt(bytes) * 10n ** BigInt(decimals)) / 2n ** 20n;
  const rest = (BigInt(bytes) * 10n ** BigInt(decimals)) % 2n ** 20n;
  const half = 2n ** 19n;
  const up = rest > half || (rest === half && scaled % 2n === 1n) ? 1n : 0n;
  const digits = (scaled + up).toString().padStart(decimals + 1, "0");
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** What is in one list and not in the other, as text. */
export function difference(predicted: readonly PrintedSize[], actual: readonly PrintedSize[]): string[] {
  const text = ({ label, term, digits }: PrintedSize): string => `${label} ${term} ${digits}`;
  const left = actual.map(text);
  const misses: string[] = [];
  for (const each of predicted.map(text)) {
    const at = left.indexOf(each);
    if (at < 0) misses.push(`predicted ${each}`);
    else left.splice(at, 1);
  }
  return [...misses, ...left.map((each) => `engine ${each}`)];
}
