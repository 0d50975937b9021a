import { formatCount } from "../../../facts/units/index.ts";
import { bytes, sum, type Estimate } from "../../estimate/index.ts";
import type { EngineBuffer, MemoryTerm } from "../memory.ts";
import type { ComputeBuffers, Session } from "./compute.ts";
import type { weightBuffers } from "./weight-buffers.ts";

/** What the buffers were computed from. */
interface Basis {
  readonly session: Session;
  readonly compute: ComputeBuffers;
  readonly weights: ReturnType<typeof weightBuffers>;
}

const TERMS: Readonly<Record<MemoryTerm, string>> = {
  weights: "weights",
  repacked: "weights rearranged for the processor",
  kv: "KV cache",
  recurrent: "recurrent state",
  compute: "compute buffer",
  output: "output buffer",
};

/** The buffers as a tree that sums: memory -> place -> buffer, each leaf with the arithmetic behind it. */
export function footprintOf(buffers: readonly EngineBuffer[], basis: Basis): Estimate {
  const places = [...new Set(buffers.filter((buffer) => buffer.bytes > 0).map((buffer) => buffer.place))];
  return sum(
    "memory",
    "memory",
    places.map((place) => placeNode(place, buffers, basis)),
  );
}

function placeNode(place: "host" | number, buffers: readonly EngineBuffer[], basis: Basis): Estimate {
  const here = buffers.filter((buffer) => buffer.place === place && buffer.bytes > 0);
  const name = place === "host" ? "host" : basis.session.memories.devices[place]!.name;
  const keys = new Set<string>();
  const parts = here.map((buffer) => {
    const key = unique(buffer.term, keys);
    const provenance = buffer.term === "weights" || buffer.term === "repacked" ? "header" : "formula";
    return bytes(
      key,
      `${TERMS[buffer.term]} (${buffer.label})`,
      buffer.bytes,
      provenance,
      formulaOf(buffer, key, basis),
    );
  });
  return sum(place === "host" ? "host" : `device-${place}`, name, parts);
}

/** Window models have two caches a place, a split file several mappings: the second of a kind is numbered. */
function unique(term: string, keys: Set<string>): string {
  let key = term;
  for (let count = 2; keys.has(key); count++) key = `${term}-${count}`;
  keys.add(key);
  return key;
}

function formulaOf(buffer: EngineBuffer, key: string, basis: Basis): string {
  switch (buffer.term) {
    case "weights":
    case "repacked": {
      const found = basis.weights.find((each) => each.label === buffer.label && each.bytes === buffer.bytes);
      return `${formatCount(found?.tensors ?? 0)} tensors as stored`;
    }
    case "kv":
      return cacheFormula(buffer, key, basis.session);
    case "output":
      return `${formatCount(basis.session.geometry.vocabularySize)} logits × ${basis.session.sizes.sequences} sequences × 4 B`;
    default:
      return computeFormula(basis);
  }
}

function cacheFormula(buffer: EngineBuffer, key: string, session: Session): string {
  const here = session.caches.filter((cache) => cache.bufferType.name === buffer.label);
  const kinds = [...new Set(here.map((cache) => cache.kind))];
  const kind = kinds[key === "kv" ? 0 : 1] ?? kinds[0];
  const caches = here.filter((cache) => cache.kind === kind);
  const first = caches[0];
  if (first === undefined) return "";
  const elements = (width: number, { bytes: size, block }: { bytes: number; block: number }): string =>
    block === 1 ? `${width} × ${size} B` : `${width}/${block} × ${size} B`;
  const row = `(K ${elements(first.keyWidth, first.keyType)} + V ${elements(first.valueWidth, first.valueType)})`;
  return `${caches.length} layers × ${first.cells} cells × ${session.sizes.streams} streams × ${row}`;
}

function computeFormula({ session, compute }: Basis): string {
  const { sizes } = session;
  const tokens = Math.min(sizes.context, sizes.microBatch);
  const rows = Math.min(tokens, sizes.outputRows);
  const copies = compute.copies > 1 ? `, ${compute.copies} copies of every input` : "";
  return `high-water mark of ${compute.prompt.nodes} operations in ${compute.prompt.splits} splits on ${tokens} tokens with ${rows} rows of logits${copies}`;
}
