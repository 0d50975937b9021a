import type { DraftTensor } from "../weights/index.ts";
import type { Geometry } from "./geometry.ts";
import { tensorList } from "./tensors/index.ts";

/** Chooses the type of a matrix; vectors are always F32. */
export type TypeOf = (name: string, shape: readonly number[]) => string;

/** All tensors of a model with their types, ready to be written. */
export function draftTensors(geometry: Geometry, typeOf: TypeOf): DraftTensor[] {
  const tensors = tensorList(geometry);
  if (!tensors) throw new RangeError(`the tensors of such a "${geometry.architecture}" model are not written down`);
  return tensors.map(({ name, shape }) => ({ name, shape, type: shape.length > 1 ? typeOf(name, shape) : "F32" }));
}
