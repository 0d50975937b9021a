import type { Backend, Host, Vendor } from "../../hardware/index.ts";

/** Programs that run language models. */
export type RuntimeId = "llama.cpp" | "ollama" | "vllm" | "sglang" | "tgi" | "mlx" | "exllama";

/** What decides which kernels run: a device of a rig, or its processor. */
export interface Chip {
  readonly vendor: Vendor;
  /** through which API llama.cpp reaches it */
  readonly backend: Backend;
  /** "8.9" (compute capability) or "gfx1151"; absent: not known */
  readonly target?: string;
  /** extensions of a processor */
  readonly features: readonly string[];
  readonly os: Host["os"];
  readonly arch: Host["arch"];
}

/** Chips that a kernel runs on. What is absent is not asked. */
export interface ChipRule {
  readonly vendor?: Vendor;
  /** for programs that reach a device in several ways */
  readonly backends?: readonly Backend[];
  /** least compute capability, and the first that is too new */
  readonly from?: number;
  readonly below?: number;
  /** beginnings of AMD targets */
  readonly targets?: readonly string[];
  /** all of them are needed */
  readonly features?: readonly string[];
  readonly arch?: Host["arch"];
}

/** One implementation: which stored types a program multiplies on which chips, and how. */
export interface KernelRow {
  readonly runtime: RuntimeId;
  /** versions it was read or seen in */
  readonly versions: string;
  readonly name: string;
  /** tensor types of GGUF ("Q4_K"), or ids of server schemes ("awq") */
  readonly stores: readonly string[];
  readonly on: ChipRule;
  /** native: the hardware multiplies the stored type; unpacked: weights are unpacked in the kernel, so that memory traffic is saved and arithmetic is not; slow: it works, without the units that make it fast */
  readonly grade: "native" | "unpacked" | "slow";
  /** what the product is computed in */
  readonly computes: string;
  readonly note?: string;
  readonly source: string;
  readonly date: string;
}
