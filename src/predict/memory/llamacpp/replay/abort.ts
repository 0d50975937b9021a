import type { GraphTensor } from "../graph/tensor.ts";

/**
 * The engine would end the whole process: a tensor lies in a buffer whose back end cannot run the operation on it, and it cannot
 * be moved (a cache tensor above the device's largest storage buffer, for one).
 */
export class EngineAbort extends Error {
  readonly tensor: GraphTensor;

  constructor(tensor: GraphTensor) {
    super(`no back end can run ${tensor.operation} on a tensor of ${tensor.bytes} bytes where it lies`);
    this.tensor = tensor;
  }
}
