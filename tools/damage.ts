// Good GGUF headers of every kind, and seeded ways to damage them: for the fuzz command and its short form in the tests.
import { type Geometry, geometryFromGguf, modelDraft, summaryOf } from "../src/facts/model/index.ts";
import { type ByteSource, type DraftValue, type GgufDraft, readGguf, writeGguf } from "../src/facts/weights/index.ts";
import { ERRORS, LoadoutError } from "../src/facts/errors/index.ts";

type Random = () => number;

export interface Sample {
  readonly header: Uint8Array;
  readonly fileBytes: number;
}

/** What became of one damaged file. `fault` is anything but a good reading or a typed refusal. */
export type Outcome = { readonly kind: "read" } | { readonly kind: "refused"; readonly code: string } | Fault;
export interface Fault {
  readonly kind: "fault";
  readonly what: string;
}

/** Small headers: both architectures, all versions and byte orders, nested arrays, other kinds of files. */
export function samples(): Sample[] {
  const drafts: GgufDraft[] = [];
  for (const architecture of ["llama", "gemma3"]) {
    const draft = modelDraft(tinyGeometry(architecture), () => "Q8_0");
    for (const version of [1, 2, 3] as const) {
      for (const littleEndian of [true, false]) drafts.push({ ...draft, version, littleEndian });
    }
  }
  drafts.push(otherKinds("mmproj"), otherKinds("adapter"), nested());
  return drafts.map((draft) => writeGguf(draft));
}

/** One damaged file: cut, bytes flipped, fields overwritten with extreme values, or spliced with another sample. */
export function damaged(all: readonly Sample[], random: Random): ByteSource {
  const sample = pick(all, random);
  const bytes = sample.header.slice();
  const kind = random();
  if (kind < 0.25) return sourceOf(bytes.subarray(0, below(bytes.length, random)));
  if (kind < 0.5) flip(bytes, random);
  else if (kind < 0.7) overwrite(bytes, random);
  else return sourceOf(splice(bytes, pick(all, random).header, random), sample.fileBytes);
  return sourceOf(bytes, sample.fileBytes);
}

/** Reads a source as the product does, and says what came of it. Bytes served stand for memory: only windows are held. */
export async function outcomeOf(source: ByteSource): Promise<Outcome> {
  let served = 0;
  const counted: ByteSource = {
    name: source.name,
    size: source.size,
    read: (offset, length) => {
      served += length;
      return source.read(offset, length);
    },
  };
  try {
    const file = await readGguf(counted);
    summaryOf(file);
    if (file.kind === "model") geometryFromGguf(file);
    if (served > 3 * file.headerBytes + 2 ** 17) return { kind: "fault", what: `${served} bytes were read` };
    return { kind: "read" };
  } catch (error) {
    if (!(error instanceof LoadoutError)) return { kind: "fault", what: `untyped: ${String(error)}` };
    if (hasGap(error)) return { kind: "fault", what: `a gap in the text: ${error.message}` };
    return { kind: "refused", code: error.code };
  }
}

/** A part of the text has nothing to say: no detail for a place in the template or the hint, or a number that is none. */
function hasGap(error: LoadoutError): boolean {
  const { template, hint } = ERRORS[error.code];
  const places = [...`${template}${hint}`.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  return places.some((name) => error.details[name] === undefined || Number.isNaN(error.details[name]));
}

function tinyGeometry(architecture: string): Geometry {
  const shape = { heads: 2, kvHeads: 1, keyLength: 32, valueLength: 32 };
  return {
    architecture,
    embeddingLength: 64,
    vocabularySize: 300,
    contextLength: 512,
    tiedEmbeddings: architecture === "gemma3",
    layers: Array.from({ length: 6 }, (_, layer) => ({
      kind: "trunk",
      mixer:
        architecture === "gemma3" && layer < 5
          ? { kind: "attention", span: "sliding", window: 32, ...shape }
          : { kind: "attention", span: "full", ...shape },
      feedForward: { kind: "dense", length: 96, gated: true },
    })),
  };
}

function otherKinds(type: "mmproj" | "adapter"): GgufDraft {
  return {
    metadata: [
      ["general.architecture", { type: "string", value: type === "mmproj" ? "clip" : "llama" }],
      ["general.type", { type: "string", value: type }],
      ["general.alignment", { type: "u32", value: 64 }],
    ],
    tensors: [
      { name: "blk.0.attn_q.weight.lora_a", type: "F16", shape: [64, 4] },
      { name: "v.patch_embd.weight", type: "F32", shape: [14, 14, 3, 8] },
    ],
  };
}

function nested(): GgufDraft {
  const inner = { type: "array", of: "i64", values: [-1, 2n ** 60n] } as const;
  const value: DraftValue = {
    type: "array",
    of: "array",
    values: [inner, { type: "array", of: "array", values: [inner] }],
  };
  return { metadata: [["nested", value]], tensors: [] };
}

/** A source over a header whose data, up to `size`, is never looked at. */
function sourceOf(header: Uint8Array, size = header.length): ByteSource {
  return {
    name: "damaged.gguf",
    size,
    read: (offset, length) => Promise.resolve(header.subarray(offset, Math.min(offset + length, header.length))),
  };
}

function flip(bytes: Uint8Array, random: Random): void {
  for (let count = 1 + below(8, random); count > 0; count--) {
    bytes[below(bytes.length, random)]! ^= 1 << below(8, random);
  }
}

const EXTREMES = [
  0n,
  1n,
  2n ** 31n - 1n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
] as const;

function overwrite(bytes: Uint8Array, random: Random): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const value = pick(EXTREMES, random);
  const at = below(bytes.length - 8, random);
  if (random() < 0.5) view.setBigUint64(at, value, random() < 0.5);
  else view.setUint32(at, Number(value & 0xffff_ffffn), random() < 0.5);
}

/** A stretch of one header is replaced by a stretch of another, or of itself: keys and tensors come twice, or go. */
function splice(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const from = below(bytes.length, random);
  const to = from + below(Math.min(bytes.length - from, 400), random);
  const start = below(other.length, random);
  const stretch = other.subarray(start, start + below(400, random));
  return new Uint8Array([...bytes.subarray(0, from), ...stretch, ...bytes.subarray(to)]);
}

function pick<T>(values: readonly T[], random: Random): T {
  return values[below(values.length, random)]!;
}

function below(limit: number, random: Random): number {
  return Math.floor(random() * limit);
}
