import { formatExactBytes, formatWhole } from "../../../facts/units/index.ts";
import type { LayerCache } from "./cache.ts";
import type { ElementType } from "./graph/element.ts";
import type { Held } from "./replay/graph-allocator.ts";
import type { LayerState } from "./state.ts";
import type { PlacedWeight } from "./weights.ts";

// Sizes of buffers as sums that a person can redo, each equal to the byte: numbers with units, words beside them, remarks in brackets.

/** "8,190,427,136 weights / 32 x 34 B [Q8_0] + 308,224 weights x 4 B [F32] + 96 B [alignment]" */
export function weightsArithmetic(
  placed: readonly PlacedWeight[],
  size: number,
  span: { readonly first: number; readonly last: number } | undefined,
): string {
  const counts = new Map<ElementType, number>();
  for (const { type, shape } of placed) {
    const elements = shape.reduce((product, length) => product * length, 1);
    counts.set(type, (counts.get(type) ?? 0) + elements);
  }
  const stored = [...counts].reduce((sum, [type, elements]) => sum + (elements / type.block) * type.bytes, 0);
  const rest = size - stored;
  // what is mapped between weights of this place is the file's, not theirs
  if (span && (rest < 0 || rest > placed.length * PADDING_BYTES)) {
    return `${formatExactBytes(span.last)} [end of the last of them in the file] - ${formatExactBytes(span.first)} [start of the first]`;
  }
  const terms = [...counts].map(([type, elements]) => `${elementsText(elements, "weights", type)} [${type.name}]`);
  return withRest(terms, rest, "alignment and padding");
}

/** a tensor's alignment in a file: more lies between two only where another tensor does */
const PADDING_BYTES = 64;

/** "36 layers x 8192 cells x 1 stream x (K 1024 x 2 B + V 1024 x 2 B)", layers that are alike together */
export function cachesArithmetic(caches: readonly LayerCache[], streams: number, size: number): string {
  const word = streams === 1 ? "stream" : "streams";
  const alike = counted(caches, ({ cells, keyWidth, keyType, valueWidth, valueType }) => {
    const row = `K ${elementsText(keyWidth, "", keyType)} + V ${elementsText(valueWidth, "", valueType)}`;
    const bytes = (keyWidth / keyType.block) * keyType.bytes + (valueWidth / valueType.block) * valueType.bytes;
    return { text: `${cells} cells x ${streams} ${word} x (${row})`, bytes: cells * streams * bytes };
  });
  return groupsText(alike, "layers", size);
}

/** "24 layers x 1 state x (24576 + 524288) x 4 B" */
export function statesArithmetic(states: readonly LayerState[], size: number): string {
  const alike = counted(states, ({ rows, convolutionLength, stateLength }) => ({
    text: `${rows} ${rows === 1 ? "state" : "states"} x (${convolutionLength} + ${stateLength}) x 4 B`,
    bytes: rows * (convolutionLength + stateLength) * 4,
  }));
  return groupsText(alike, "layers", size);
}

/** The tensors that lie in a compute buffer when it is fullest: "3 x 12288 x 512 x 4 B [products, glu] + ..." */
export function peakArithmetic(peak: readonly Held[], size: number): string {
  const groups = counted(
    peak.toSorted((a, b) => b.bytes - a.bytes),
    ({ shape, type, bytes, name }) => {
      const [inner, ...outer] = shape;
      const lengths = outer.filter((length) => length !== 1);
      const plain = (inner / type.block) * type.bytes * outer.reduce((product, length) => product * length, 1);
      const text =
        plain === bytes
          ? [inner, ...lengths].join(" x ") +
            (type.block === 1 ? ` x ${type.bytes} B` : ` / ${type.block} x ${type.bytes} B`)
          : formatExactBytes(bytes);
      return { text, bytes, name };
    },
  );
  const shown = groups.slice(0, GROUPS);
  const smaller = groups.slice(GROUPS);
  const terms = shown.map(({ count, text, names }) => {
    const named = [...new Set(names)];
    const label = named.slice(0, NAMES).join(", ") + (named.length > NAMES ? ", ..." : "");
    return `${count === 1 ? "" : `${count} x `}${text} [${label}]`;
  });
  const tail = smaller.reduce((sum, { count, bytes }) => sum + count * bytes, 0);
  if (tail > 0) {
    const many = smaller.reduce((sum, { count }) => sum + count, 0);
    terms.push(`${formatExactBytes(tail)} [${many} smaller ${many === 1 ? "tensor" : "tensors"}]`);
  }
  const rest = size - groups.reduce((sum, { count, bytes }) => sum + count * bytes, 0);
  return withRest(terms, rest, "gaps between them, and what the back end adds");
}

/** groups of like tensors, and names in one group, that are written out */
const GROUPS = 8;
const NAMES = 3;

interface Sized {
  readonly text: string;
  readonly bytes: number;
  readonly name?: string;
}

interface Group extends Sized {
  readonly count: number;
  readonly names: readonly string[];
}

function counted<Each>(list: readonly Each[], sizeOf: (each: Each) => Sized): Group[] {
  const groups = new Map<string, { count: number; text: string; bytes: number; names: string[] }>();
  for (const each of list) {
    const { text, bytes, name } = sizeOf(each);
    const group = groups.get(text) ?? { count: 0, text, bytes, names: [] };
    groups.set(text, group);
    group.count += 1;
    if (name !== undefined) group.names.push(name);
  }
  return [...groups.values()];
}

function groupsText(groups: readonly Group[], what: string, size: number): string {
  const terms = groups.map(({ count, text }) => `${count} ${count === 1 ? what.slice(0, -1) : what} x ${text}`);
  const rest = size - groups.reduce((sum, { count, bytes }) => sum + count * bytes, 0);
  return withRest(terms, rest, "alignment and padding");
}

function withRest(terms: readonly string[], rest: number, why: string): string {
  const sum = terms.length === 0 ? "0 B" : terms.join(" + ");
  if (rest === 0) return sum;
  return `${sum} ${rest > 0 ? "+" : "-"} ${formatExactBytes(Math.abs(rest))} [${why}]`;
}

function elementsText(elements: number, what: string, { block, bytes }: ElementType): string {
  const number = what === "" ? String(elements) : `${formatWhole(elements)} ${what}`;
  return block === 1 ? `${number} x ${bytes} B` : `${number} / ${block} x ${bytes} B`;
}
