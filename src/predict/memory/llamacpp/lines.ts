import { formatExactBytes, formatNumber } from "../../../facts/units/index.ts";
import { between, bytes, type Estimate } from "../../estimate/index.ts";
import type { EngineBuffer } from "../memory.ts";
import { adapterBytes } from "./adapters.ts";
import { cachesArithmetic, peakArithmetic, statesArithmetic, weightsArithmetic } from "./arithmetic.ts";
import type { BufferType } from "./backends/buffer.ts";
import { cacheBytes, type CacheKind } from "./cache.ts";
import type { ComputeBuffers, Session } from "./compute.ts";
import type { Placement } from "./placement.ts";
import { checkPiece } from "./device-limits.ts";
import { doubtOf } from "./doubt.ts";
import { stateBytes } from "./state.ts";
import { computeBuffer } from "./replay/assign.ts";
import { weightBuffers } from "./weight-buffers.ts";

/** A buffer of the engine with the arithmetic behind its size. */
export interface Line {
  readonly buffer: EngineBuffer;
  readonly leaf: Estimate;
}

export function weightLines(session: Session, from: "header" | "formula" = "header"): Line[] {
  return weightBuffers(session.weights, session.memories.weights.mapped).map(({ placed, span, ...buffer }, index) => {
    const what = buffer.term === "repacked" ? "weights rearranged for the processor" : "weights";
    const label = `${what} (${buffer.label})`;
    // a split file is mapped piece by piece, and a tensor kept out of the mapping's middle still lies inside it
    const key = `${buffer.term}-${buffer.label}-${index}`;
    const names = placed.map(({ tensor }) => tensor.name);
    const leaf = bytes(key, label, buffer.bytes, from, () => ({
      formula: weightsArithmetic(placed, buffer.bytes, span),
      because: tensorsText(names, from),
    }));
    return { buffer, leaf };
  });
}

/** "65 tensors of layers 0 to 3, output" */
function tensorsText(names: readonly string[], from: "header" | "formula"): string {
  const layers = names.map((name) => /^blk\.(\d+)\./.exec(name)?.[1]).filter((layer) => layer !== undefined);
  const numbers = [...new Set(layers.map(Number))].sort((a, b) => a - b);
  const others = [
    ...new Set(names.filter((name) => !name.startsWith("blk.")).map((name) => name.replace(".weight", ""))),
  ];
  const [first, last] = [numbers[0], numbers.at(-1)];
  const range = first === undefined ? [] : [first === last ? `layer ${first}` : `layers ${first} to ${last}`];
  const how = from === "header" ? "as stored" : "as the file type's recipe types them";
  return `${names.length} ${names.length === 1 ? "tensor" : "tensors"} ${how}: ${[...range, ...others].join(", ")}`;
}

export function adapterLines({ adapters }: Session): Line[] {
  return adapters.flatMap((adapter, index) =>
    [...adapterBytes(adapter)].map(([type, size]) => {
      const pairs = adapter.pairs.filter(({ bufferType }) => bufferType === type).length;
      const because = `${pairs} pairs of matrices as stored, beside the tensors they change`;
      const leaf = bytes(`lora-${index}`, `adapter ${index} (${type.name})`, size, "header", { because });
      return { buffer: bufferOf(type, "lora", size), leaf };
    }),
  );
}

const CACHE_NAMES: Readonly<Record<CacheKind, string>> = {
  full: "KV cache",
  window: "KV cache of windows",
  indexer: "keys of the indexer",
};

export function cacheLines({ caches, sizes }: Pick<Session, "caches" | "sizes">, kind: CacheKind): Line[] {
  return [...cacheBytes(caches, kind, sizes.streams)].map(([type, size]) => {
    const here = caches.filter((cache) => cache.kind === kind && cache.bufferType === type);
    const reasons = () => ({ formula: cachesArithmetic(here, sizes.streams, size) });
    const key = kind === "full" ? "kv" : `kv-${kind}`;
    const label = `${CACHE_NAMES[kind]} (${type.name})`;
    return { buffer: bufferOf(type, "kv", size), leaf: bytes(key, label, size, "formula", reasons) };
  });
}

export function stateLines({ states }: Pick<Session, "states">): Line[] {
  return [...stateBytes(states)].map(([type, size]) => {
    const here = states.filter((state) => state.bufferType === type);
    const reasons = () => ({ formula: statesArithmetic(here, size) });
    const label = `recurrent state (${type.name})`;
    return { buffer: bufferOf(type, "recurrent", size), leaf: bytes("recurrent", label, size, "formula", reasons) };
  });
}

/** Nothing of the compute graph is needed for it: an outline of the memory asks for it too. */
type OutputOf = Pick<Session, "geometry" | "memories" | "sizes"> & {
  readonly placement: Pick<Placement, "output">;
  readonly settings: Pick<Session["settings"], "embeddings">;
};

export function outputLine({ geometry, memories, placement, settings, sizes }: OutputOf): Line {
  const type = (placement.output === "host" ? undefined : memories.deviceHosts[placement.output]) ?? memories.cpu;
  const embedded = settings.embeddings === true ? geometry.embeddingLength : 0;
  const size = 4 * (geometry.vocabularySize + embedded) * sizes.sequences + type.overheadBytes;
  const overhead = type.overheadBytes > 0 ? ` + ${type.overheadBytes} B` : "";
  const row = embedded > 0 ? `(${geometry.vocabularySize} logits + ${embedded})` : `${geometry.vocabularySize} logits`;
  const word = sizes.sequences === 1 ? "sequence" : "sequences";
  const formula = `${row} x ${sizes.sequences} ${word} x 4 B${overhead}`;
  const label = `output buffer (${type.name})`;
  return { buffer: bufferOf(type, "output", size), leaf: bytes("output", label, size, "formula", { formula }) };
}

export function computeLines(
  session: Session,
  { bytes: held, prompt, decided, copies, filled }: ComputeBuffers,
): Line[] {
  const { memories, sizes } = session;
  const tokens = Math.min(sizes.context, sizes.microBatch);
  const rows = Math.min(tokens, sizes.outputRows);
  const inCopies = copies > 1 ? `, ${copies} copies of every input` : "";
  return held.map((size, index) => {
    const type = computeBuffer(memories.backends, index);
    const { nodes, splits, peaks, chunks } = decided[index]!;
    for (const piece of chunks[index]!) checkPiece(type, piece, "a step");
    const [count, logits] = decided[index] === prompt ? [tokens, rows] : [sizes.sequences, sizes.sequences];
    const run = `${nodes} operations in ${splits} splits on ${counted(count, "token")}, ${counted(logits, "row")} of logits${inCopies}`;
    const because = `what lies in it at its fullest, of ${run}`;
    const label = `compute buffer (${type.name})`;
    const doubt = doubtOf(session, type.place);
    const formula = () => peakArithmetic(peaks[index]!, size);
    const grown = Math.max(size, filled?.[index] ?? 0);
    const leaf =
      grown > size
        ? between("compute", label, [size, size, grown], "formula", () => ({
            formula: formula(),
            highFormula: formatExactBytes(grown),
            because: `${because}; it grows as the context fills`,
          }))
        : doubt === undefined
          ? bytes("compute", label, size, "formula", () => ({ formula: formula(), because }))
          : between("compute", label, doubt.around(size), "assumed", () => ({
              formula: formula(),
              lowFormula: `${formatExactBytes(size)} x ${formatNumber(doubt.low)}`,
              highFormula: `${formatExactBytes(size)} x ${formatNumber(doubt.high)}`,
              because: `${because}; ${doubt.because}`,
            }));
    return { buffer: bufferOf(type, "compute", size), leaf };
  });
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

export function bufferOf(type: BufferType, term: EngineBuffer["term"], size: number): EngineBuffer {
  return { label: type.name, term, place: type.place, bytes: size };
}
