import { rowBytes, SAFETENSORS_TYPES } from "../tensor-types.ts";

/** A tensor as a header names it: slowest dimension first. */
export type DraftSafetensor = readonly [name: string, dtype: string, shape: readonly number[]];

/** Header of a safetensors file with these tensors, and how long the file is with their data. */
export function writeSafetensors(
  tensors: readonly DraftSafetensor[],
  metadata?: Readonly<Record<string, string>>,
): { header: Uint8Array; fileBytes: number } {
  let end = 0;
  const entries: Record<string, unknown> = metadata ? { __metadata__: metadata } : {};
  for (const [name, dtype, shape] of tensors) {
    const bytes = rowBytes(
      SAFETENSORS_TYPES.get(dtype)!,
      shape.reduce((product, length) => product * length, 1),
    );
    entries[name] = { dtype, shape, data_offsets: [end, end + bytes] };
    end += bytes;
  }
  const header = headerOf(JSON.stringify(entries));
  return { header, fileBytes: header.byteLength + end };
}

/** A length and a text, padded as writers do. */
export function headerOf(json: string): Uint8Array {
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.byteLength / 8) * 8;
  const bytes = new Uint8Array(8 + length).fill(0x20, 8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  return bytes;
}
