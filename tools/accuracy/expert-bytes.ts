import { TENSOR_TYPES, type Tensor } from "../../src/facts/weights/index.ts";
import { RowError, type Fields } from "./fields.ts";

/** the back end's padding of a tensor may be part of the figure */
const PADDING_BYTES = 1024;

/**
 * Expert matrices of the size a row says they have. A size that its headers' usual type does not give is another type's, where one
 * gives it.
 */
export function withExpertBytes(tensors: readonly Tensor[], given: Fields): Tensor[] {
  if (given.keys().length === 0) return [...tensors];
  return tensors.map((tensor) => {
    const which = /\.ffn_(gate|up|down)_exps\.weight$/.exec(tensor.name)?.[1];
    const bytes = which === undefined ? 0 : given.count(`moe_${which}`, 0, Number.MAX_SAFE_INTEGER);
    return bytes === 0 || isNear(tensor.bytes, bytes) ? tensor : retyped(tensor, bytes);
  });
}

function retyped(tensor: Tensor, bytes: number): Tensor {
  const elements = tensor.shape.reduce((product, length) => product * length, 1);
  for (const [name, type] of TENSOR_TYPES) {
    const size = (elements / type.blockLength) * type.blockBytes;
    if (tensor.shape[0]! % type.blockLength === 0 && isNear(size, bytes)) return { ...tensor, type: name, bytes: size };
  }
  throw new RowError(`no tensor type makes ${tensor.name} ${bytes} bytes`);
}

function isNear(size: number, given: number): boolean {
  return given >= size && given - size <= PADDING_BYTES;
}
