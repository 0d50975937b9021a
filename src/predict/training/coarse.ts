import { formatWhole } from "../../facts/units/index.ts";
import type { Tensor } from "../../facts/weights/index.ts";
import { bytes, type Estimate } from "../estimate/index.ts";

/** What training holds for every weight, before activations. */
interface TrainingRow {
  readonly key: string;
  readonly label: string;
  /** bytes for a weight of a matrix, and for any other (embedding, output, norms) */
  readonly matrixBytes: number;
  readonly otherBytes: number;
  /** beside weights that stay as they are: bytes for a weight of the adapters */
  readonly adapterBytes?: number;
  readonly because: string;
}

/** 32-bit weight and gradient, two 32-bit states of AdamW: 4 + 4 + 8, as PEFT trains adapters on 16-bit weights. */
const ADAPTER_BYTES = 16;
/** What most recipes begin with. */
const RANK = 16;
const ADAPTER_BECAUSE = `adapters of rank ${RANK} on every matrix of the layers, in 32 bit with gradient and two states of AdamW: 4 + 4 + 8`;

const ROWS: readonly TrainingRow[] = [
  {
    key: "full-mixed",
    label: "all weights, mixed precision",
    matrixBytes: 18,
    otherBytes: 18,
    because:
      "16-bit weights, 32-bit weights, gradients and two states of AdamW: 2 + 4 + 4 + 8, as LLaMA-Factory counts",
  },
  {
    key: "full-16",
    label: "all weights, 16 bit throughout",
    matrixBytes: 8,
    otherBytes: 8,
    because:
      "weights, gradients and two states of AdamW: 2 + 2 + 4; 25.7 GB so, 26.1 in the published comparison of PEFT for a model of 3.2B",
  },
  {
    key: "lora",
    label: "LoRA on 16-bit weights",
    matrixBytes: 2,
    otherBytes: 2,
    adapterBytes: ADAPTER_BYTES,
    because: ADAPTER_BECAUSE,
  },
  {
    key: "qlora",
    label: "LoRA on 4-bit weights (nf4)",
    matrixBytes: 0.5625,
    otherBytes: 2,
    adapterBytes: ADAPTER_BYTES,
    because: `4 bit and a 32-bit scale for 64 weights; embedding, output and norms stay in 16 bit; ${ADAPTER_BECAUSE}`,
  },
];

/** Weights of adapters: for each matrix of the layers two thin ones, of its inputs by the rank and of the rank by its outputs. */
export function adapterWeights(
  tensors: readonly Pick<Tensor, "name" | "shape">[],
  rank: number,
  adapted: (name: string) => boolean = () => true,
): number {
  return tensors
    .filter(({ name, shape }) => shape.length === 2 && name.startsWith("blk.") && adapted(name))
    .reduce((sum, { shape: [inputs = 0, outputs = 0] }) => sum + rank * (inputs + outputs), 0);
}

/**
 * Memory of fine-tuning without activations, the largest first: bytes per weight by what is trained. Coarse: activations grow with
 * the tokens of a step and can be as large again.
 */
export function coarseTraining(tensors: readonly Pick<Tensor, "name" | "shape">[]): Estimate[] {
  let matrix = 0;
  let other = 0;
  for (const { name, shape } of tensors) {
    const elements = shape.reduce((product, length) => product * length, 1);
    if (shape.length > 1 && name.startsWith("blk.")) matrix += elements;
    else other += elements;
  }
  const adapters = adapterWeights(tensors, RANK);
  return ROWS.map(({ key, label, matrixBytes, otherBytes, adapterBytes, because }) => {
    const model =
      matrixBytes === otherBytes
        ? `${formatWhole(matrix + other)} weights x ${matrixBytes} B`
        : `${formatWhole(matrix)} weights x ${matrixBytes} B + ${formatWhole(other)} weights x ${otherBytes} B`;
    const formula =
      adapterBytes === undefined ? model : `${model} + ${formatWhole(adapters)} weights x ${adapterBytes} B`;
    const total = matrix * matrixBytes + other * otherBytes + adapters * (adapterBytes ?? 0);
    return bytes(key, label, total, "assumed", { formula, because });
  });
}
