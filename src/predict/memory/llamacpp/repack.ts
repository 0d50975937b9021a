import type { GraphTensor } from "./graph/tensor.ts";

/** One layout the CPU back end rearranges weights into: for which type, on which processors, for which number of rows. */
interface RepackRow {
  readonly type: string;
  /** features the processor must have, as the probe names them */
  readonly needs: readonly string[];
  /** rows must be a multiple of this */
  readonly rows: number;
}

/** ggml-cpu/repack.cpp, `ggml_repack_get_optimal_repack_type` (the same in v0.4.0 and b11434), without RISC-V and s390x. */
const REPACK_ROWS: readonly RepackRow[] = [
  { type: "Q4_0", needs: ["avx2"], rows: 8 },
  { type: "Q4_0", needs: ["neon", "i8mm"], rows: 4 },
  { type: "Q4_0", needs: ["neon", "dotprod"], rows: 4 },
  { type: "Q4_K", needs: ["avx2"], rows: 8 },
  { type: "Q4_K", needs: ["neon", "i8mm"], rows: 8 },
  { type: "Q4_K", needs: ["neon", "dotprod"], rows: 8 },
  { type: "Q2_K", needs: ["avx512f"], rows: 8 },
  { type: "Q5_K", needs: ["neon", "i8mm"], rows: 8 },
  { type: "Q5_K", needs: ["neon", "dotprod"], rows: 8 },
  { type: "Q6_K", needs: ["neon", "i8mm"], rows: 8 },
  { type: "Q6_K", needs: ["neon", "dotprod"], rows: 8 },
  { type: "IQ4_NL", needs: ["avx2"], rows: 8 },
  { type: "IQ4_NL", needs: ["neon", "dotprod"], rows: 4 },
  { type: "MXFP4", needs: ["avx2"], rows: 8 },
  { type: "MXFP4", needs: ["neon", "dotprod"], rows: 4 },
  { type: "Q8_0", needs: ["neon", "i8mm"], rows: 4 },
  { type: "Q8_0", needs: ["neon", "dotprod"], rows: 4 },
];

/** Whether the CPU back end can use a weight in rearranged form: the probed operation is a product with it. */
export function canRepack(operation: GraphTensor, cpuFeatures: readonly string[]): boolean {
  const weight = operation.sources[0];
  if (weight === undefined) return false;
  const dimensions = weight.shape[2] > 1 ? 3 : 2;
  const fits =
    (operation.operation === "mul_mat" && dimensions === 2) ||
    (operation.operation === "mul_mat_id" && dimensions === 3);
  if (!fits) return false;
  return REPACK_ROWS.some(
    (row) =>
      row.type === weight.type.name &&
      weight.shape[1] % row.rows === 0 &&
      row.needs.every((feature) => cpuFeatures.includes(feature)),
  );
}
