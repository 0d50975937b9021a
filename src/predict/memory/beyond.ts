import type { Backend, Device } from "../../facts/hardware/index.ts";
import { formatBytes, formatExactBytes } from "../../facts/units/index.ts";
import type { Tensor } from "../../facts/weights/index.ts";
import { between, type Estimate } from "../estimate/index.ts";
import { CONTEXTS, GRANULARITY, LIBRARY_WORKSPACE, PROCESS } from "./beyond-rows.ts";

const MIB = 2 ** 20;

/** What decides the memory that a device holds beside the engine's printed buffers. */
export interface BeyondQuestion {
  readonly device: Device;
  readonly tensors: readonly Pick<Tensor, "name" | "shape">[];
  readonly microBatch: number;
  /** bytes of each buffer on the device */
  readonly buffers: readonly number[];
}

/**
 * What a process takes on a device beside the engine's buffers, by name: the driver's context, pools that grow while it runs,
 * what rounding adds. Intervals, since drivers differ and nothing prints them.
 */
export function beyondOnDevice({ device, tensors, microBatch, buffers }: BeyondQuestion): Estimate[] {
  const row = CONTEXTS.find(
    ({ backend, target }) => backend === device.backend && (target?.test(device.architecture ?? "") ?? true),
  )!;
  const context = between("context", "driver context", inBytes(row.mib), "assumed", { because: row.source });
  return [context, ...pool(device.backend, tensors, microBatch), ...slack(device.backend, buffers)];
}

/** The engine's process on the host. */
export function processMemory(): Estimate {
  return between("process", "the engine's process", inBytes(PROCESS.mib), "assumed", { because: PROCESS.source });
}

/**
 * Pools that matrix kernels fill and never give back, outside the compute buffer: a micro-batch's activations for the widest
 * matrix, in 8 bit with a scale (36 bytes for 32 values); at most also in half precision and with its result in single, where
 * a library multiplies; then the library's workspace. The output matrix sees one row a sequence, so it does not count.
 */
function pool(backend: Backend, tensors: BeyondQuestion["tensors"], microBatch: number): Estimate[] {
  if (backend === "cpu" || backend === "metal") return [];
  const { columns, inner, outer } = widestOf(tensors);
  const quantised = microBatch * columns * (36 / 32);
  const both = inner * 2 + outer * 4;
  const [low, usual, high] = inBytes(LIBRARY_WORKSPACE[backend] ?? [0, 0, 0]);
  const bytes = [low + quantised, usual + quantised, high + quantised * 2 + microBatch * both] as const;
  const reasons = () => {
    const activations = `${microBatch} tokens x ${columns} values / 32 x 36 B`;
    const workspace = (size: number) => (size === 0 ? "" : ` + ${formatBytes(size)} [workspace]`);
    return {
      formula: `${activations}${workspace(usual)}`,
      lowFormula: `${activations}${workspace(low)}`,
      highFormula: `2 x ${activations} + ${microBatch} tokens x (${inner} x 2 B + ${outer} x 4 B)${workspace(high)}`,
      because:
        "activations of the widest matrix in 8 bit; at most twice, and in half precision with results beside it, where a library multiplies",
    };
  };
  return [between("pools", "run-time pools", rounded(bytes), "assumed", reasons)];
}

interface Widest {
  /** most columns of any matrix */
  readonly columns: number;
  /** shape of the matrix whose row in half precision and result in single take most */
  readonly inner: number;
  readonly outer: number;
}

/** Found once a list: a search asks about the same one over and over. */
const WIDEST = new WeakMap<BeyondQuestion["tensors"], Widest>();

function widestOf(tensors: BeyondQuestion["tensors"]): Widest {
  const known = WIDEST.get(tensors);
  if (known) return known;
  let found: Widest = { columns: 0, inner: 0, outer: 0 };
  for (const { name, shape } of tensors) {
    const [inner = 0, outer = 0] = shape;
    if (outer === 0 || name.startsWith("token_embd") || name.startsWith("output")) continue;
    const wider = inner * 2 + outer * 4 > found.inner * 2 + found.outer * 4;
    found = { ...found, ...(wider ? { inner, outer } : {}), columns: Math.max(found.columns, inner) };
  }
  WIDEST.set(tensors, found);
  return found;
}

/** Every buffer is rounded up to what the driver hands out: known to the byte where the page is the one in the table. */
function slack(backend: Backend, buffers: readonly number[]): Estimate[] {
  const page = GRANULARITY[backend];
  if (page === undefined) return [];
  const added = buffers.reduce((total, bytes) => total + Math.ceil(bytes / page.bytes) * page.bytes - bytes, 0);
  if (added === 0) return [];
  const reasons = () => {
    const pages = buffers.reduce((total, bytes) => total + Math.ceil(bytes / page.bytes), 0);
    const formula = `${pages} pages x ${formatExactBytes(page.bytes)} - (${buffers.map(formatExactBytes).join(" + ")})`;
    return { formula, lowFormula: "0 B", highFormula: formula, because: page.source };
  };
  return [between("slack", "rounding of buffers", [0, added, added], "assumed", reasons)];
}

function inBytes([low, usual, high]: readonly [number, number, number]): readonly [number, number, number] {
  return [low * MIB, usual * MIB, high * MIB];
}

function rounded([low, usual, high]: readonly [number, number, number]): readonly [number, number, number] {
  return [Math.round(low), Math.round(usual), Math.round(high)];
}
