import { expect, it } from "vitest";
import { ALIASES, SAYS_NOTHING } from "./aliases.ts";
import { rowsByName, namesOf, plainName } from "./names.ts";
import type { CatalogRow } from "./row.ts";
import { CATALOG } from "./rows.ts";

/** Least and most bits a pin moves per second and kind of memory, in Gbit/s (JEDEC and the makers' fastest parts). */
const PIN_RATES: Readonly<Record<string, readonly [number, number]>> = {
  GDDR5: [6, 9],
  GDDR5X: [9, 12],
  GDDR6: [10, 20.2],
  GDDR6X: [19, 23.1],
  GDDR7: [18, 32],
  HBM2: [1.4, 2.41],
  HBM2e: [2.4, 3.6],
  HBM3: [5.1, 6.4],
  HBM3e: [5.8, 9.6],
  LPDDR4X: [3.2, 4.3],
  LPDDR5: [4.2, 6.4],
  LPDDR5X: [6.4, 9.6],
  "DDR5/LPDDR5X": [4.8, 9.6],
  DDR4: [2.1, 3.6],
  DDR5: [4.8, 8],
};

/** Matrix FLOP of one unit in one clock at half precision, and 8-bit operations for one of them. */
const MATRIX: readonly (readonly [RegExp, flops: number, int8: number])[] = [
  [/^7\.0$/, 1024, 0],
  [/^(7\.5|8\.[679]|12\.0)$/, 1024, 2],
  [/^8\.0$/, 2048, 2],
  [/^gfx11/, 512, 1],
  [/^gfx12/, 1024, 2],
  [/^$/, 2048, 2], // Intel's Xe-cores
];

/** Published single-precision rates that belong to another clock than the published one. */
const OTHER_CLOCK = /v100-sxm2-16gb|nvidia-l4$|nvidia-h20|arc-a770|arc-b580/;

const near = (value: number, expected: number, tolerance: number, id: string) =>
  expect(Math.abs(value / expected - 1), `${id}: ${value} for ${expected}`).toBeLessThan(tolerance);

it("has names, sources and sizes that make sense", () => {
  for (const row of CATALOG) {
    expect(row.id).toMatch(/^[a-z0-9-]+$/);
    expect(row.name.length).toBeGreaterThan(1);
    expect(row.source.length).toBeGreaterThan(10);
    for (const bytes of row.memoryBytes) expect(Number.isSafeInteger(bytes) && bytes > 0).toBe(true);
    expect([...row.memoryBytes]).toEqual([...new Set(row.memoryBytes)].sort((a, b) => a - b));
    if (row.visible) near(row.visible.bytes, row.memoryBytes[0]!, 0.075, row.id);
    if (row.boardWatts) expect(row.boardWatts.watts).toBeGreaterThan(4);
    if (row.vendor === "nvidia") expect(row.target).toMatch(/^\d+\.\d$/);
    if (row.vendor === "apple") expect(row.boardWatts?.basis).toBe("estimate");
    const rates = [row.matrix.fp16FlopsPerSec, row.matrix.int8OpsPerSec].some((rate) => rate !== undefined);
    expect(row.matrix.basis !== undefined, row.id).toBe(rates);
  }
});

it("has the bandwidth of each bus", () => {
  for (const row of CATALOG) {
    const [least, most] = PIN_RATES[row.memoryKind]!;
    const gigabits = (row.bandwidthBytesPerSec * 8) / row.busBits / 1e9;
    expect(gigabits, row.id).toBeGreaterThanOrEqual(least);
    expect(gigabits, row.id).toBeLessThanOrEqual(most);
    const transfers = /DDR\d\w?-(\d{4})/.exec(row.name)?.[1];
    if (transfers !== undefined)
      near(row.bandwidthBytesPerSec, (row.busBits / 8) * Number(transfers) * 1e6, 0.002, row.id);
  }
});

it("has the rates of units and clock", () => {
  for (const row of CATALOG) {
    const { id, units, boostHz, fp32FlopsPerSec, matrix, target = "" } = row;
    if (units === undefined || boostHz === undefined || fp32FlopsPerSec === undefined) continue;
    const clocks = units * boostHz;
    if (!OTHER_CLOCK.test(id)) near(fp32FlopsPerSec, clocks * shaders(row), 0.015, id);
    if (matrix.basis !== "derived") continue;
    if (target === "6.1") {
      // one instruction multiplies four pairs
      near(matrix.int8OpsPerSec!, fp32FlopsPerSec * 4, 0.01, id);
      continue;
    }
    const [, flops, int8] = MATRIX.find(([pattern]) => pattern.test(target))!;
    near(matrix.fp16FlopsPerSec!, clocks * flops, 0.015, id);
    if (matrix.int8OpsPerSec !== undefined) near(matrix.int8OpsPerSec, matrix.fp16FlopsPerSec! * int8, 0.015, id);
    const half = row.name.startsWith("GeForce") ? 0.5 : 1;
    const { fp16SumFp32FlopsPerSec } = matrix;
    if (fp16SumFp32FlopsPerSec !== undefined) near(fp16SumFp32FlopsPerSec, matrix.fp16FlopsPerSec! * half, 0.015, id);
  }
});

/** FLOP of one unit in one clock: 64 or 128 lanes, a multiply-add counting two. */
function shaders({ target }: CatalogRow): number {
  return /^(6\.0|7\.\d|8\.0|gfx9(00|06|08|0a)|gfx10\d+)$/.test(target ?? "") ? 128 : 256;
}

it("has no id twice, and aliases of rows that are there, written as they are looked up", () => {
  const ids = CATALOG.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of [...Object.keys(ALIASES), ...SAYS_NOTHING]) expect(ids).toContain(id);
  for (const alias of Object.values(ALIASES).flat()) expect(plainName(alias)).toBe(alias);
  for (const row of CATALOG) for (const name of namesOf(row)) expect(name).not.toMatch(/nvidia|amd |intel|-|^$/);
});

it("tells rows of one name apart by memory, cores or target", () => {
  const apart = (one: CatalogRow, other: CatalogRow) =>
    !one.memoryBytes.some((size) => other.memoryBytes.includes(size)) ||
    one.units !== other.units ||
    one.target !== other.target;
  for (const [name, rows] of rowsByName()) {
    if (name === "orin") continue; // the Nano and its faster edition: match.test.ts
    for (const one of rows) for (const other of rows) expect(one === other || apart(one, other), one.id).toBe(true);
  }
});

it("gives both chips with a Radeon 8050S the same figures, so that one row can answer", () => {
  const [one, other] = ["amd-ryzen-ai-max-385", "amd-ryzen-ai-max-390"].map((id) =>
    CATALOG.find((row) => row.id === id),
  );
  const figures = ({ units, boostHz, bandwidthBytesPerSec, fp32FlopsPerSec, matrix }: CatalogRow) =>
    [units, boostHz, bandwidthBytesPerSec, fp32FlopsPerSec, matrix.fp16FlopsPerSec] as const;
  expect(figures(one!)).toEqual(figures(other!));
});
