import type { StudiesOf } from "../../../facts/quality/index.ts";
import { FILE_TYPE_NAMES, quantized, weightBytes, type Typed } from "../../../facts/recipe/index.ts";
import { chipsOf, type LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { tensorType } from "../../../facts/weights/index.ts";
import { cellsUnder, usualFileTypes, wantedSettings } from "../../search/index.ts";
import { choose, coresToUse, good, GOALS, paceInput, type FitRequest } from "../../fit/index.ts";
import { decodePace, prefillPace } from "../../../predict/speed/index.ts";
import { qualityOf } from "./quality-of.ts";
import type { QuantQuestion } from "./question.ts";
import type { QuantNotHere, QuantRow } from "./row.ts";
import { runtimesFor } from "./runtimes.ts";
import { warningsFor } from "./warnings.ts";

/** Prompt whose rate is given, tokens. */
const PROMPT_TOKENS = 512;

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

/** Verdicts for all rows under the same settings, and paces: of what fits whole on the devices, else of the layers that fit. */
function withMemory({ outlined, rig }: QuantQuestion, rows: readonly QuantRow[]): QuantRow[] {
  if (outlined === undefined)
    return rows.map((row) => ({ ...row, paceUnknown: "the graph of this architecture is not written down" }));
  const { goal, wishes } = outlined.setup;
  const context = wishes.context ?? Math.min(GOALS[goal].context, outlined.model.geometry.contextLength);
  const settings = wantedSettings(outlined, context);
  const cells = cellsUnder(
    outlined,
    settings,
    rows.map(({ scheme }) => scheme),
  );
  const threads = wishes.threads ?? coresToUse(rig.host.cpu);
  const users = settings.sequences;
  return rows.map((row, index): QuantRow => {
    const cell = cells[index];
    if (cell === undefined) return { ...row, paceUnknown: "the engine would refuse these settings" };
    const { verdict, marginBytes } = cell;
    const about = outlined.about(row.scheme);
    const placed = good(verdict) ? { settings, fits: true } : offloaded({ ...about, wishes: { ...wishes, context } });
    const { gpuLayers } = placed.settings;
    const memory = { kind: "predicted", verdict, marginBytes, context, users, gpuLayers } as const;
    if (!placed.fits) return { ...row, memory, paceUnknown: "it does not fit, with layers on the CPU either" };
    const input = paceInput(about, { settings: placed.settings, threads });
    const decode = decodePace(input, 0);
    const prefill = prefillPace(input, PROMPT_TOKENS);
    return {
      ...row,
      memory,
      ...(decode ? { decode } : { paceUnknown: "the memory bandwidth of a device is not known" }),
      ...(prefill ? { prefill } : {}),
    };
  });
}

/** What does not fit whole, with as many layers on the devices as do. */
function offloaded(request: FitRequest): { readonly settings: LlamaCppSettings; readonly fits: boolean } {
  const { settings, now } = choose(request);
  return { settings, fits: now.verdict !== "does not fit" };
}
