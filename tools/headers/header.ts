import { tensorList, vocabulary, type Geometry } from "../../src/facts/model/index.ts";
import { quantized } from "../../src/facts/recipe/index.ts";
import type { DraftTensor, GgufDraft } from "../../src/facts/weights/index.ts";
import { geometryKeys } from "./keys.ts";
import { HEADER_ROWS, type Entry, type HeaderRow } from "./rows.ts";

export interface HeaderOptions {
  /** file type whose recipe gives the tensors their types: "Q4_K_M" unless said */
  readonly fileType?: string;
  /** with the tensor of rotary frequencies, where the architecture can do without it */
  readonly frequencies?: boolean;
  /** with made-up tokens, for programs that want to write text; else only their number is there */
  readonly tokens?: boolean;
}

/**
 * A whole file for a geometry whose tensors are written down, ready for `writeGguf`: what the engine asks for.
 */
export function headerDraft(
  geometry: Geometry,
  { fileType = "Q4_K_M", frequencies = false, tokens = false }: HeaderOptions = {},
): GgufDraft {
  const { architecture } = geometry;
  const shapes = tensorList(geometry);
  if (!shapes) throw new RangeError(`the tensors of such a "${architecture}" model are not written down`);
  const tensors = quantized(geometry, shapes, fileType);
  const turning = frequencyTensors(geometry, HEADER_ROWS[architecture] ?? {}, frequencies);
  return geometryHeader(geometry, [...tensors, ...turning], tokens);
}

/** The same for tensors that are known. */
export function geometryHeader(geometry: Geometry, tensors: readonly DraftTensor[], tokens = false): GgufDraft {
  const { architecture } = geometry;
  const row = HEADER_ROWS[architecture] ?? {};
  const text = (value: string) => ({ type: "string", value }) as const;
  const metadata: Entry[] = [
    ["general.architecture", text(architecture)],
    ["general.type", text("model")],
    ...(geometry.name === undefined ? [] : [["general.name", text(geometry.name)] as const]),
    ...(tokens ? vocabulary(geometry.vocabularySize) : [["tokenizer.ggml.model", text("no_vocab")] as const]),
    ...(row.bare ?? []),
    ...(geometry.tokenTypes === undefined
      ? []
      : [["tokenizer.ggml.token_type_count", { type: "u32", value: geometry.tokenTypes }] as const]),
    ...geometryKeys(geometry, row).map(([key, value]): Entry => [`${architecture}.${key}`, value]),
  ];
  return { metadata, tensors: tensors.map(({ name, shape, type }) => ({ name, shape, type })) };
}

function frequencyTensors({ layers }: Geometry, row: HeaderRow, wanted: boolean): DraftTensor[] {
  if (row.frequencies === undefined || (row.frequencies === "all layers" && !wanted)) return [];
  const turned = layers.map(({ mixer }) => mixer).find((mixer) => mixer.kind === "attention" && mixer.span === "full");
  if (turned?.kind !== "attention") return [];
  return [{ name: "rope_freqs.weight", type: "F32", shape: [turned.keyLength / 2] }];
}
