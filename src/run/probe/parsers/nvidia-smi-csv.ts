import { known, present, sizeBytes, wholeNumber } from "./cells.ts";
import { nvidiaGpu } from "./nvidia.ts";
import type { SeenGpu, SeenProcess } from "./seen.ts";

/**
 * `nvidia-smi --query-gpu=... --format=csv[,noheader][,nounits]`. The header names the columns; without one, `order` must be
 * the list that was asked for.
 */
export function readQueryGpu(text: string, order?: readonly string[]): SeenGpu[] {
  return rows(text, order, "memory.total").map((cell) =>
    nvidiaGpu({
      index: wholeNumber(cell("index")),
      name: cell("name"),
      uuid: cell("uuid"),
      busId: cell("pci.bus_id"),
      pciDevice: cell("pci.device_id"),
      total: cell("memory.total"),
      reserved: cell("memory.reserved"),
      used: cell("memory.used"),
      free: cell("memory.free"),
      driver: cell("driver_version"),
      computeCapability: cell("compute_cap"),
      powerLimit: cell("power.limit"),
      migMode: cell("mig.mode.current"),
    }),
  );
}

/** `nvidia-smi --query-compute-apps=...` in the same forms. */
export function readComputeApps(text: string, order?: readonly string[]): SeenProcess[] {
  return rows(text, order, "pid").flatMap((cell) => {
    const pid = wholeNumber(cell("pid"));
    if (pid === undefined) return [];
    const bytes = sizeBytes(cell("used_gpu_memory") ?? cell("used_memory"), "mib");
    return [present<SeenProcess>({ pid, name: known(cell("process_name")), bytes, gpu: known(cell("gpu_uuid")) })];
  });
}

type Row = (column: string) => string | undefined;

/** Rows as look-ups by column name; "memory.total [MiB]" is the column "memory.total". A cut row is left out. */
function rows(text: string, order: readonly string[] | undefined, signature: string): Row[] {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(","));
  let columns = order;
  const table: Row[] = [];
  for (const line of lines) {
    const cells = line.split(",").map((cell) => cell.trim());
    const names = cells.map((cell) => cell.replace(/\s*\[[^\]]*\]$/, ""));
    if (names.includes(signature)) columns = names;
    else if (columns !== undefined && cells.length === columns.length) {
      const header = columns;
      table.push((column) => {
        const at = header.indexOf(column);
        return at < 0 ? undefined : cells[at];
      });
    }
  }
  return table;
}
