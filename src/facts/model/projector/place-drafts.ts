import { type DraftTensor, rowBytes, type Tensor, tensorType } from "../../weights/index.ts";

/** Tensors that no file holds yet, one behind the other. */
export function placeDrafts(drafts: readonly DraftTensor[]): Tensor[] {
  let offset = 0;
  return drafts.map(({ name, type, shape }) => {
    const [row = 1, ...others] = shape;
    const bytes = rowBytes(tensorType(type)!, row) * others.reduce((product, length) => product * length, 1);
    const placed = { name, type, shape, bytes, offset, file: 0 };
    offset += bytes;
    return placed;
  });
}
