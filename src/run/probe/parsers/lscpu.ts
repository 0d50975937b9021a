import { fields, items, json, known, listLength, present, textOf, wholeNumber } from "./cells.ts";
import type { SeenCpu } from "./seen.ts";

/** `lscpu -J`: rows of field and data, nested since 2.38 when asked on a terminal, so they are flattened. */
export function readLscpu(text: string): SeenCpu | undefined {
  const rows = flatten(items(fields(json(text))["lscpu"]));
  if (rows.length === 0) return undefined;
  const first = (name: string) => rows.find(([field]) => field === name)?.[1];

  // A chip with several kinds of cores repeats "Model name" and what follows it, one block a kind.
  let cores = 0;
  let coresInBlock: number | undefined;
  const names: string[] = [];
  for (const [field, data] of rows) {
    if (field === "Model name") {
      const name = known(data);
      if (name !== undefined && !names.includes(name)) names.push(name);
    } else if (field === "Core(s) per socket" || field === "Core(s) per cluster") coresInBlock = wholeNumber(data);
    else if ((field === "Socket(s)" || field === "Cluster(s)") && coresInBlock !== undefined) {
      cores += coresInBlock * (wholeNumber(data) ?? 1);
      coresInBlock = undefined;
    }
  }
  const logical = wholeNumber(first("CPU(s)")) ?? listLength(first("On-line CPU(s) list"));
  return present<SeenCpu>({
    model: names.length === 0 ? undefined : names.join(" + "),
    vendor: known(first("Vendor ID")),
    logicalCores: logical || undefined,
    physicalCores: cores === 0 ? undefined : Math.min(cores, logical ?? cores),
    sockets: wholeNumber(first("Socket(s)")),
    numaNodes: wholeNumber(first("NUMA node(s)")),
    flags: first("Flags")?.split(/\s+/).filter(Boolean),
    virtualized: known(first("Hypervisor vendor")),
  });
}

function flatten(rows: readonly unknown[]): [field: string, data: string][] {
  return rows.flatMap((row) => {
    const { field, data, children } = fields(row);
    const name = textOf(field)?.replace(/:$/, "");
    const own: [string, string][] = name === undefined ? [] : [[name, textOf(data) ?? ""]];
    return [...own, ...flatten(items(children))];
  });
}
