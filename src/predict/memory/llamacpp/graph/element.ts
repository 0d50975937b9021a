import { TENSOR_TYPES, tensorType } from "../../../../facts/weights/index.ts";

/** How a tensor's elements are stored: `bytes` for a block of `block` elements along the first dimension. One object a type. */
export interface ElementType {
  readonly name: string;
  readonly block: number;
  readonly bytes: number;
  readonly quantized: boolean;
}

const ELEMENTS: ReadonlyMap<string, ElementType> = new Map(
  [...TENSOR_TYPES.values()].map(({ name, blockLength, blockBytes }) => [
    name,
    { name, block: blockLength, bytes: blockBytes, quantized: blockLength > 1 },
  ]),
);

/** The type by any spelling of its name ("Q4_K", "q8_0"). */
export function elementType(name: string): ElementType | undefined {
  const row = tensorType(name);
  return row === undefined ? undefined : ELEMENTS.get(row.name);
}

export const F32 = ELEMENTS.get("F32")!;
export const F16 = ELEMENTS.get("F16")!;
export const I32 = ELEMENTS.get("I32")!;
export const I64 = ELEMENTS.get("I64")!;

/** Bytes of a row of `elements`; the caller sees to it that they fill whole blocks. */
export function rowBytes(type: ElementType, elements: number): number {
  return (elements / type.block) * type.bytes;
}

export function isFloat(type: ElementType): boolean {
  return type === F32 || type === F16;
}
