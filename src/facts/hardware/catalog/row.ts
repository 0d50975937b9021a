import type { Vendor } from "../rig.ts";

/**
 * One device as its maker or a published table describes it. Absent = not known. Rates are dense (no sparsity) and count a
 * multiply-add as two.
 */
export interface CatalogRow {
  /** stable; what `Device.catalogId` names */
  readonly id: string;
  readonly name: string;
  readonly vendor: Vendor;
  /** soc: shares the host's memory; cpu: the memory system of a platform, no device of an engine */
  readonly class: "consumer" | "workstation" | "datacenter" | "laptop" | "soc" | "cpu";
  /** family of designs: "Ada", "RDNA 3" */
  readonly family?: string;
  /** CUDA compute capability ("8.9") or AMD target ("gfx1100") */
  readonly target?: string;
  /** sizes it is sold with, ascending; of a platform the largest it takes */
  readonly memoryBytes: readonly number[];
  /** total that the driver reports, for the first size */
  readonly visible?: { readonly bytes: number; readonly basis: "log" | "recalled" };
  readonly memoryKind: string;
  readonly busBits: number;
  readonly bandwidthBytesPerSec: number;
  /** table: the source's; recalled: from memory, unchecked; board: depends on the memory fitted */
  readonly bandwidthBasis: "table" | "recalled" | "board";
  /** SMs, compute units, Xe-cores, Apple's GPU cores */
  readonly units?: number;
  readonly boostHz?: number;
  readonly fp32FlopsPerSec?: number;
  readonly fp16FlopsPerSec?: number;
  readonly matrix: MatrixRates;
  readonly boardWatts?: { readonly watts: number; readonly basis: "table" | "estimate" };
  readonly pcie?: { readonly generation: number; readonly lanes: number };
  readonly source: string;
}

/** Rates of the matrix units, of INT8 also of dot-product instructions. derived: from the architecture and the boost clock; estimate: from a claim, scaled. */
interface MatrixRates {
  readonly fp16FlopsPerSec?: number;
  /** sums kept in FP32: half the rate on GeForce cards */
  readonly fp16SumFp32FlopsPerSec?: number;
  readonly int8OpsPerSec?: number;
  readonly basis?: "derived" | "datasheet" | "estimate";
}
