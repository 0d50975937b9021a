import type { StudiesOf } from "../../../facts/quality/index.ts";
import { FILE_TYPE_NAMES, quantized, weightBytes, type Typed } from "../../../facts/recipe/index.ts";
import { chipsOf } from "../../../facts/runtime/index.ts";
import { tensorType } from "../../../facts/weights/index.ts";
import { usualFileTypes } from "../../search/index.ts";
import { withMemory } from "./gguf-memory.ts";
import { qualityOf } from "./quality-of.ts";
import type { QuantQuestion } from "./question.ts";
import type { QuantNotHere, QuantRow } from "./row.ts";
import { runtimesFor } from "./runtimes.ts";
import { warningsFor } from "./warnings.ts";

/** Made for models that were trained with one or two bits, which say so by their architecture. */
const TRAINED_FOR: Readonly<Record<string, readonly string[]>> = {
  TQ1_0: ["bitnet"],
  TQ2_0: ["bitnet"],
  Q1_0: [],
  Q2_0: [],
  // a file of that size would hold nothing more than the halves do
  F32: [],
};

/** Every file type that a recipe is known for, largest first. */
export function ggufRows(question: QuantQuestion, studies: StudiesOf): { rows: QuantRow[]; notHere: QuantNotHere[] } {
  const { model, rig } = question;
  const { geometry, shapes } = model;
  const chips = chipsOf(rig);
  const usual = usualFileTypes(geometry.architecture);
  const rows: QuantRow[] = [];
  const notHere: QuantNotHere[] = [];
  for (const scheme of fileTypesOf(question)) {
    const typed = quantized(geometry, shapes, scheme);
    const types = matrixTypes(typed);
    const runtimes = runtimesFor("gguf", types, chips, geometry);
    if (runtimes.length === 0) {
      notHere.push({ scheme, title: scheme, why: `no kernel for ${types.join(" or ")} is known on every chip here` });
      continue;
    }
    const bytes = weightBytes(typed);
    const bitsPerWeight = (8 * bytes) / typed.reduce((sum, tensor) => sum + elements(tensor), 0);
    rows.push({
      scheme,
      title: scheme,
      kind: "gguf",
      usual: usual.includes(scheme),
      bytes,
      bitsPerWeight,
      left: unpacked(typed),
      madeWith: "llama-quantize, with an importance matrix",
      runtimes,
      quality: qualityOf(scheme, studies),
      warnings: warningsFor(bitsPerWeight),
    });
  }
  return { rows: withMemory(question, rows).toSorted((a, b) => b.bytes - a.bytes), notHere };
}

function fileTypesOf({ model }: QuantQuestion): readonly string[] {
  const { architecture, layers } = model.geometry;
  const experts = layers.some(({ feedForward }) => feedForward.kind === "experts");
  return FILE_TYPE_NAMES.filter((name) => {
    if (name === "MXFP4_MOE") return experts;
    return TRAINED_FOR[name]?.includes(architecture) ?? true;
  });
}

/** Types of the matrices, most bytes first. */
function matrixTypes(typed: readonly Typed[]): string[] {
  const bytes = new Map<string, number>();
  for (const { shape, type, bytes: of } of typed) {
    if (shape.length > 1) bytes.set(type, (bytes.get(type) ?? 0) + of);
  }
  return [...bytes].toSorted((a, b) => b[1] - a[1]).map(([type]) => type);
}

/** Bytes that stay in 16 or 32 bit, by what they are. */
function unpacked(typed: readonly Typed[]): { part: string; bytes: number }[] {
  let [matrices, vectors] = [0, 0];
  for (const { shape, type, bytes } of typed) {
    if ((tensorType(type)?.blockLength ?? 1) > 1) continue;
    if (shape.length > 1) matrices += bytes;
    else vectors += bytes;
  }
  return [
    { part: "matrices kept in 16 or 32 bit", bytes: matrices },
    { part: "norms and biases", bytes: vectors },
  ].filter(({ bytes }) => bytes > 0);
}

function elements({ shape }: Pick<Typed, "shape">): number {
  return shape.reduce((product, length) => product * length, 1);
}
