import { amount, fields, items, json, present, textOf } from "./cells.ts";

/** Cores of one kind. */
export interface CoreKind {
  readonly cores: number;
  readonly threadsPerCore: number;
  readonly maxMhz?: number;
}

/**
 * `lscpu -e -J`: a row a logical processor. Fast and slow cores of a hybrid chip differ in threads per core and in clock;
 * the fast ones differ a little among themselves too, so a kind is a number of threads and a clock within a tenth.
 */
export function readLscpuExtended(text: string): CoreKind[] {
  const cores = new Map<string, { threads: number; maxMhz: number | undefined }>();
  for (const row of items(fields(json(text))["cpus"]).map(fields)) {
    if (row["online"] === false || row["online"] === "no" || row["core"] === undefined || row["core"] === null)
      continue;
    const key = `${textOf(row["socket"]) ?? ""}/${textOf(row["core"]) ?? ""}`;
    const core = cores.get(key);
    cores.set(key, { threads: (core?.threads ?? 0) + 1, maxMhz: core?.maxMhz ?? amount(textOf(row["maxmhz"])) });
  }
  const kinds: { cores: number; threadsPerCore: number; maxMhz: number | undefined }[] = [];
  const sorted = [...cores.values()].sort((a, b) => (b.maxMhz ?? 0) - (a.maxMhz ?? 0));
  for (const { threads, maxMhz } of sorted) {
    const kind = kinds.find(
      (one) =>
        one.threadsPerCore === threads &&
        (maxMhz ?? 0) >= (one.maxMhz ?? 0) * SAME_KIND &&
        (maxMhz === undefined) === (one.maxMhz === undefined),
    );
    if (kind === undefined) kinds.push({ cores: 1, threadsPerCore: threads, maxMhz });
    else kind.cores++;
  }
  return kinds.map((kind) => present<CoreKind>(kind));
}

/** Favoured cores boost a few percent above their siblings; slow cores stay a quarter below. */
const SAME_KIND = 0.9;
