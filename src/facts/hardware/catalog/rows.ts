import table from "./devices.json" with { type: "json" };
import type { CatalogRow } from "./row.ts";

type Cell = string | number | null | readonly number[];

const COLUMNS = new Map(table.columns.map((name, at) => [name, at]));
const SOURCES = new Map<string, string>(Object.entries(table.sources));
const CLASSES = ["consumer", "workstation", "datacenter", "laptop", "soc", "cpu"] as const;
const VENDORS = ["nvidia", "amd", "intel", "apple", "qualcomm"] as const;

/** Every device known, read from the table beside this file. */
export const CATALOG: readonly CatalogRow[] = table.rows.map((cells) => rowOf(cells));

function rowOf(cells: readonly Cell[]): CatalogRow {
  const cell = (column: string): Cell | undefined => cells[COLUMNS.get(column) ?? -1];
  const text = (column: string): string | undefined => {
    const value = cell(column);
    return typeof value === "string" ? value : undefined;
  };
  const scaled = (column: string, scale: number): number | undefined => {
    const value = cell(column);
    return typeof value === "number" ? Math.round(value * scale) : undefined;
  };
  const sizes = cell("memoryGiB");
  const [visible, watts] = [scaled("visibleMiB", 2 ** 20), scaled("boardWatts", 1)];
  const [generation, lanes] = [scaled("pcieGen", 1), scaled("pcieLanes", 1)];
  return present<CatalogRow>({
    id: text("id") ?? "",
    name: text("name") ?? "",
    vendor: VENDORS.find((vendor) => vendor === text("vendor")) ?? "generic",
    class: CLASSES.find((name) => name === text("class")) ?? "cpu",
    family: text("family"),
    target: text("target"),
    memoryBytes: (Array.isArray(sizes) ? sizes : typeof sizes === "number" ? [sizes] : []).map(
      (size) => size * 2 ** 30,
    ),
    visible:
      visible === undefined
        ? undefined
        : { bytes: visible, basis: text("visibleBasis") === "log" ? "log" : "recalled" },
    memoryKind: text("memoryKind") ?? "",
    busBits: scaled("busBits", 1) ?? 0,
    bandwidthBytesPerSec: scaled("bandwidthGBPerSec", 1e9) ?? 0,
    bandwidthBasis: (["table", "board"] as const).find((basis) => basis === text("bandwidthBasis")) ?? "recalled",
    units: scaled("units", 1),
    boostHz: scaled("boostMHz", 1e6),
    fp32FlopsPerSec: scaled("fp32TFlops", 1e12),
    fp16FlopsPerSec: scaled("fp16TFlops", 1e12),
    matrix: present<CatalogRow["matrix"]>({
      fp16FlopsPerSec: scaled("fp16MatrixTFlops", 1e12),
      fp16SumFp32FlopsPerSec: scaled("fp16MatrixFp32SumTFlops", 1e12),
      int8OpsPerSec: scaled("int8MatrixTOps", 1e12),
      basis: (["derived", "datasheet", "estimate"] as const).find((basis) => basis === text("matrixBasis")),
    }),
    boardWatts:
      watts === undefined ? undefined : { watts, basis: text("wattsBasis") === "table" ? "table" : "estimate" },
    pcie: generation === undefined || lanes === undefined ? undefined : { generation, lanes },
    source: SOURCES.get(text("source") ?? "") ?? "",
  });
}

/** The known parts of a row: "absent" has one form. */
function present<T extends object>(value: { readonly [K in keyof T]: T[K] | undefined }): T;
function present(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined));
}
