import { formatBytes } from "../../../facts/units/index.ts";
import { between, bytes, type Estimate } from "../../estimate/index.ts";
import type { EngineBuffer } from "../memory.ts";
import { adapterBytes } from "./adapters.ts";
import type { BufferType } from "./backends/buffer.ts";
import { cacheBytes, type CacheKind } from "./cache.ts";
import type { ComputeBuffers, Session } from "./compute.ts";
import type { ElementType } from "./graph/element.ts";
import type { Placement } from "./placement.ts";
import { doubtOf } from "./doubt.ts";
import { stateBytes } from "./state.ts";
import { computeBuffer } from "./replay/assign.ts";
import type { Held } from "./replay/graph-allocator.ts";
import { weightBuffers } from "./weight-buffers.ts";

/** A buffer of the engine with the arithmetic behind its size. */
export interface Line {
  readonly buffer: EngineBuffer;
  readonly leaf: Estimate;
}

export function weightLines(session: Session, from: "header" | "formula" = "header"): Line[] {
  return weightBuffers(session.weights, session.memories.weights.mapped).map(({ names, ...buffer }, index) => {
    const what = buffer.term === "repacked" ? "weights rearranged for the processor" : "weights";
    const label = `${what} (${buffer.label})`;
    // a split file is mapped piece by piece, and a tensor kept out of the mapping's middle still lies inside it
    const key = `${buffer.term}-${buffer.label}-${index}`;
    return { buffer, leaf: bytes(key, label, buffer.bytes, from, tensorsText(names, from)) };
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
  return `${names.length} tensors ${how}: ${[...range, ...others].join(", ")}`;
}

export function adapterLines({ adapters }: Session): Line[] {
  return adapters.flatMap((adapter, index) =>
    [...adapterBytes(adapter)].map(([type, size]) => {
      const pairs = adapter.pairs.filter(({ bufferType }) => bufferType === type).length;
      const formula = `${pairs} pairs of matrices as stored, beside the tensors they change`;
      const leaf = bytes(`lora-${index}`, `adapter ${index} (${type.name})`, size, "header", formula);
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
    const { keyWidth, keyType, valueWidth, valueType, cells } = here[0]!;
    const row = `(K ${rowText(keyWidth, keyType)} + V ${rowText(valueWidth, valueType)})`;
    const formula = `${here.length} layers × ${cells} cells × ${sizes.streams} ${sizes.streams === 1 ? "stream" : "streams"} × ${row}`;
    const key = kind === "full" ? "kv" : `kv-${kind}`;
    const label = `${CACHE_NAMES[kind]} (${type.name})`;
    return { buffer: bufferOf(type, "kv", size), leaf: bytes(key, label, size, "formula", formula) };
  });
}

export function stateLines({ states }: Pick<Session, "states">): Line[] {
  return [...stateBytes(states)].map(([type, size]) => {
    const here = states.filter((state) => state.bufferType === type);
    const { rows, convolutionLength, stateLength } = here[0]!;
    const formula = `${here.length} layers × ${rows} states × (${convolutionLength} + ${stateLength}) × 4 B`;
    const label = `recurrent state (${type.name})`;
    return { buffer: bufferOf(type, "recurrent", size), leaf: bytes("recurrent", label, size, "formula", formula) };
  });
}

function rowText(width: number, { bytes: size, block }: ElementType): string {
  return block === 1 ? `${width} × ${size} B` : `${width}/${block} × ${size} B`;
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
  const formula = `${row} × ${sizes.sequences} sequences × 4 B${overhead}`;
  const label = `output buffer (${type.name})`;
  return { buffer: bufferOf(type, "output", size), leaf: bytes("output", label, size, "formula", formula) };
}

export function computeLines(session: Session, { bytes: held, prompt, copies }: ComputeBuffers): Line[] {
  const { memories, sizes } = session;
  const tokens = Math.min(sizes.context, sizes.microBatch);
  const rows = Math.min(tokens, sizes.outputRows);
  const inCopies = copies > 1 ? `, ${copies} copies of every input` : "";
  const run = `${prompt.nodes} operations in ${prompt.splits} splits on ${tokens} tokens, ${rows} rows of logits${inCopies}`;
  return held.map((size, index) => {
    const type = computeBuffer(memories.backends, index);
    const formula = `most at once of ${run}; at that point ${peakText(prompt.peaks[index]!)}`;
    const label = `compute buffer (${type.name})`;
    const doubt = doubtOf(session, type.place);
    const leaf =
      doubt === undefined
        ? bytes("compute", label, size, "formula", formula)
        : between("compute", label, doubt.around(size), "assumed", `${formula}; ${doubt.because}`);
    return { buffer: bufferOf(type, "compute", size), leaf };
  });
}

/** tensors named one by one in the formula of a compute buffer */
const NAMED = 3;

/** "logits 96 MiB, add 1.12 MiB and 6 smaller" */
function peakText(peak: readonly Held[]): string {
  const sorted = peak.toSorted((a, b) => b.bytes - a.bytes);
  const named = sorted.slice(0, NAMED).map(({ name, bytes: size }) => `${name} ${formatBytes(size)}`);
  const rest = sorted.length > NAMED ? ` and ${sorted.length - NAMED} smaller` : "";
  return `${named.join(", ")}${rest}`;
}

function bufferOf(type: BufferType, term: EngineBuffer["term"], size: number): EngineBuffer {
  return { label: type.name, term, place: type.place, bytes: size };
}
