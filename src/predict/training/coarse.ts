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
  readonly because: string;
}

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
    because: "adapters come on top: 14 to 16 B for each of their weights, usually a hundredth of the model's or less",
  },
  {
    key: "qlora",
    label: "LoRA on 4-bit weights (nf4)",
    matrixBytes: 0.5625,
    otherBytes: 2,
    because: "4 bit and a 32-bit scale for 64 weights; embedding, output and norms stay in 16 bit",
  },
];

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
  return ROWS.map(({ key, label, matrixBytes, otherBytes, because }) => {
    const formula =
      matrixBytes === otherBytes
        ? `${formatWhole(matrix + other)} weights x ${matrixBytes} B`
        : `${formatWhole(matrix)} weights x ${matrixBytes} B + ${formatWhole(other)} weights x ${otherBytes} B`;
    return bytes(key, label, matrix * matrixBytes + other * otherBytes, "assumed", { formula, because });
  });
}
