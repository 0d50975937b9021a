import type { CatalogRow } from "../../../facts/hardware/index.ts";
import { formatBytes, formatNumber, formatRate } from "../../../facts/units/index.ts";
import type { UsableMemory } from "../../../plan/answer/index.ts";
import { columns, nextLines, WIDTH, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** Devices as a table; figures recalled without a source have a question mark. */
export function gpusText(rows: readonly CatalogRow[], style: Style): string {
  if (rows.length === 0) return `no device known is so\n${nextLines(["loadout gpus"], style).join("\n")}`;
  const head = ["memory", "bandwidth", "TFLOP/s", "power", "device"].map(style.faint);
  const lines = rows.map((row) => [
    sizes(row.memoryBytes),
    formatRate(row.bandwidthBytesPerSec) + (row.bandwidthBasis === "table" ? "" : "?"),
    teras(row.matrix.fp16FlopsPerSec ?? row.fp16FlopsPerSec),
    row.boardWatts === undefined ? "" : `${row.boardWatts.watts} W${row.boardWatts.basis === "table" ? "" : "?"}`,
    `${row.name} ${style.faint(row.id)}`,
  ]);
  return [...columns([head, ...lines], [0, 1, 2, 3]), "", ...nextLines([`loadout gpus ${rows[0]!.id}`], style)].join(
    "\n",
  );
}

/** One device whole: every figure, and where it is from. */
export function gpuText(row: CatalogRow, usable: readonly UsableMemory[], style: Style): string {
  const what = [row.vendor, row.class, row.family, row.target].filter((part) => part !== undefined).join(", ");
  const { matrix, boardWatts, pcie } = row;
  const basis = matrix.basis === undefined ? "" : MATRIX_BASIS[matrix.basis];
  const rows = [
    [
      "bandwidth",
      formatRate(row.bandwidthBytesPerSec),
      `${row.busBits} bits of ${row.memoryKind}${BANDWIDTH[row.bandwidthBasis]}`,
    ],
    ["half precision, matrix", teras(matrix.fp16FlopsPerSec, "TFLOP/s"), basis],
    ["  sums in single", teras(matrix.fp16SumFp32FlopsPerSec, "TFLOP/s"), basis],
    ["8 bit", teras(matrix.int8OpsPerSec, "TOP/s"), basis],
    ["half precision, shaders", teras(row.fp16FlopsPerSec, "TFLOP/s"), ""],
    ["single precision", teras(row.fp32FlopsPerSec, "TFLOP/s"), ""],
    ["units", row.units === undefined ? "" : String(row.units), ""],
    ["power", boardWatts ? `${boardWatts.watts} W` : "", boardWatts?.basis === "estimate" ? "an estimate" : ""],
    ["PCIe", pcie ? `${pcie.generation}.0 x${pcie.lanes}` : "", ""],
  ].filter(([, value]) => value !== "");
  return [
    `${style.strong(row.name)}  ${style.faint(row.id)}`,
    what,
    "",
    ...usable.flatMap((memory) => [...memoryText(memory, row, style), ""]),
    ...columns(
      rows.map(([label, value, because]) => [label!, value!, style.faint(because!)]),
      [1],
    ),
    "",
    ...wrap(`source: ${row.source}`).map(style.faint),
    ...(row.class === "cpu" ? nextLines([`loadout fit MODEL --ram 64GB:${row.id}`], style) : []),
    ...(usable.length > 0 ? nextLines([`loadout fit MODEL --gpu ${named(row, usable)}`], style) : []),
  ].join("\n");
}

const BANDWIDTH: Readonly<Record<CatalogRow["bandwidthBasis"], string>> = {
  table: "",
  recalled: "; without a source, so that no pace is claimed of it",
  board: "; it depends on the memory fitted, so that no pace is claimed of it",
};
const MATRIX_BASIS: Readonly<Record<NonNullable<CatalogRow["matrix"]["basis"]>, string>> = {
  derived: "from the architecture and the boost clock",
  datasheet: "from the data sheet",
  estimate: "an estimate: scaled from a claim",
};

function memoryText(
  { labelBytes, totalBytes, freeBytes, held, because, raised }: UsableMemory,
  row: CatalogRow,
  style: Style,
): string[] {
  const shared = row.class === "soc";
  const lines = [
    ["on the label", `${formatNumber(labelBytes / 2 ** 30)} GB`, row.memoryKind],
    [shared ? "the GPU may take" : "the driver counts", formatBytes(totalBytes), because],
    ...held.map(({ label, bytes, lowBytes, highBytes, source }) => [
      label,
      formatBytes(bytes),
      `${formatBytes(lowBytes)} to ${formatBytes(highBytes)}: ${source}`,
    ]),
    ["left for a model", formatBytes(freeBytes), "and its driver context, usually"],
    ...(raised ? [["limit raised", formatBytes(raised.bytes), `${raised.command} (${raised.source})`]] : []),
  ];
  return columns(
    lines.map(([label, value, said]) => [label!, value!, style.faint(said!)]),
    [1],
    WIDTH,
  );
}

/** As it has to be typed: with its size where several are sold. */
function named(row: CatalogRow, usable: readonly UsableMemory[]): string {
  return row.class === "soc" && usable.length > 1 ? `${row.id}:${usable.at(-1)!.labelBytes / 2 ** 30}GB` : row.id;
}

function sizes(memoryBytes: readonly number[]): string {
  const gigabytes = memoryBytes.map((bytes) => formatNumber(bytes / 2 ** 30));
  return gigabytes.length === 0 ? "" : `${[...new Set([gigabytes[0], gigabytes.at(-1)])].join("-")} GB`;
}

function teras(perSec: number | undefined, unit = ""): string {
  return perSec === undefined ? "" : `${formatNumber(perSec / 1e12)} ${unit}`.trimEnd();
}
