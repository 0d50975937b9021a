import type { BufferType } from "./backends/buffer.ts";
import { hostBuffer } from "./backends/cpu.ts";
import { F32 } from "./graph/element.ts";
import { isContiguous, type GraphTensor } from "./graph/tensor.ts";

/** Weight types with AMX kernels: columns must fill `columns`; `extraBytes` are added to every block when weights are packed. */
const AMX_ROWS: Readonly<Record<string, { readonly columns: number; readonly extraBytes: number }>> = {
  Q4_0: { columns: 32, extraBytes: 0 },
  Q4_1: { columns: 32, extraBytes: 0 },
  Q8_0: { columns: 32, extraBytes: 4 },
  Q4_K: { columns: 256, extraBytes: 4 },
  Q5_K: { columns: 256, extraBytes: 4 },
  Q6_K: { columns: 256, extraBytes: 0 },
  IQ4_XS: { columns: 256, extraBytes: 2 },
  F16: { columns: 16, extraBytes: 0 },
};
/** rows are packed in pairs of tiles of 16 */
const ROWS = 32;

/**
 * Weights packed for Intel's matrix unit, tried before the other rearrangements (ggml-cpu/amx, the same in v0.4.0 and b11434; read,
 * not measured: no such processor was at hand).
 */
export function amxBuffer(alignmentBytes: number): BufferType {
  return {
    ...hostBuffer("AMX", alignmentBytes, Infinity, 0),
    host: false,
    repacked: true,
    allocationBytes: ({ type, shape, bytes }) => {
      const extra = AMX_ROWS[type.name]?.extraBytes ?? 0;
      return bytes + (shape[0] / type.block) * shape[1] * extra;
    },
  };
}

export function hasAmx(cpuFeatures: readonly string[]): boolean {
  return cpuFeatures.includes("amx-int8");
}

export function canUseAmx(operation: GraphTensor): boolean {
  const [weight, right] = operation.sources;
  if (operation.operation !== "mul_mat" || weight === undefined || right?.type !== F32) return false;
  const row = AMX_ROWS[weight.type.name];
  if (row === undefined || weight.shape[0] % row.columns !== 0 || operation.shape[0] % ROWS !== 0) return false;
  return isContiguous(weight) && isContiguous(right);
}
