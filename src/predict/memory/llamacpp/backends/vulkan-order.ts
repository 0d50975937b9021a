import type { GraphTensor, Operation } from "../graph/tensor.ts";
import type { KeptTensor } from "./backend.ts";

/**
 * The Vulkan back end reorders every split so that independent operations can run together (ggml-vulkan.cpp,
 * `ggml_vk_graph_optimize`). The order decides which tensors live at the same time, so it is part of the compute buffer's size.
 * Two states of that function are known: September 2026 (v0.4.0) and October 2026 (b11434).
 */
export type VulkanOrder = "none" | "2026-09" | "2026-10";

/** How far ahead of the first waiting node the back end looks. */
const WINDOW = 20;
/** How far ahead it looks for what a chosen node can be fused with. */
const FUSION_WINDOW = 15;

const EXPERT_CHOICE: readonly (readonly Operation[])[] = [
  ["soft_max", "reshape", "argsort", "view", "get_rows", "reshape", "sum_rows", "clamp", "div", "reshape"],
  ["unary", "reshape", "add", "argsort", "view", "get_rows", "reshape", "sum_rows", "clamp", "div", "reshape"],
  ["soft_max", "reshape", "argsort", "view", "get_rows"],
  ["argsort", "view", "get_rows", "reshape", "soft_max", "reshape"],
];
const NORM_CHAINS: readonly (readonly Operation[])[] = [
  ["rms_norm", "mul", "add", "mul"],
  ["rms_norm", "mul", "add"],
  ["rms_norm", "mul", "rope", "view", "set_rows"],
  ["rms_norm", "view", "set_rows"],
  ["rope", "view", "set_rows"],
];

/** Pairs of adjacent nodes that may be chosen together although the second reads the first. */
const FUSED_PAIRS: ReadonlySet<string> = new Set([
  "mul_mat add",
  "mul_mat_id add_id",
  "mul_mat_id mul",
  "add add",
  "ssm_conv add",
  "ssm_conv unary",
]);

export function reorderForVulkan(nodes: GraphTensor[], order: VulkanOrder, keep: (kept: KeptTensor) => void): void {
  if (order === "none") return;
  const sorted = new Reordering(nodes, order, keep).run();
  for (let index = 0; index < nodes.length; index++) nodes[index] = sorted[index]!;
}

class Reordering {
  readonly #nodes: readonly GraphTensor[];
  readonly #used: boolean[];
  readonly #order: VulkanOrder;
  readonly #keep: (kept: KeptTensor) => void;
  readonly #patterns: readonly (readonly Operation[])[];
  readonly #sorted: GraphTensor[] = [];
  readonly #done = new Set<GraphTensor>();
  #first = 0;

  constructor(nodes: readonly GraphTensor[], order: VulkanOrder, keep: (kept: KeptTensor) => void) {
    this.#nodes = [...nodes];
    this.#used = nodes.map(() => false);
    this.#order = order;
    this.#keep = keep;
    this.#patterns = order === "2026-10" ? [...EXPERT_CHOICE, ...NORM_CHAINS] : EXPERT_CHOICE;
  }

  run(): GraphTensor[] {
    while (this.#first < this.#nodes.length) {
      if (this.#takePattern()) continue;
      const set = this.#chooseOperations();
      if (this.#nodes[set.at(-1)!]!.operation !== "add") this.#chooseViews(set);
      this.#take(set);
    }
    return this.#sorted;
  }

  /** A known chain at the front stays as it is. */
  #takePattern(): boolean {
    const pattern = this.#patterns.find((candidate) => this.#matches(candidate, this.#first));
    if (pattern === undefined) return false;
    if (this.#order === "2026-10" && EXPERT_CHOICE.includes(pattern)) this.#keepInputs(pattern.length);
    this.#take(pattern.map((_, index) => this.#first + index));
    return true;
  }

  #matches(pattern: readonly Operation[], start: number): boolean {
    if (start + pattern.length > this.#nodes.length) return false;
    for (let index = 0; index < pattern.length; index++)
      if (this.#nodes[start + index]!.operation !== pattern[index] || this.#used[start + index]) return false;
    return true;
  }

  /** What an expert choice reads from outside lives until its last node. */
  #keepInputs(length: number): void {
    let last = this.#first + length - 1;
    if (this.#nodes[last + 1]?.operation === "scale") last += 1;
    const seen = new Set<GraphTensor>();
    for (let index = this.#first; index < this.#first + length; index++) {
      for (const source of this.#nodes[index]!.sources) {
        if (source === undefined || seen.has(source)) continue;
        seen.add(source);
        this.#keep({ tensor: source, until: this.#nodes[last]! });
      }
      seen.add(this.#nodes[index]!);
    }
  }

  /** The first waiting node, and those of the next ones that depend on nothing still waiting. */
  #chooseOperations(): number[] {
    const set = [this.#first];
    const end = Math.min(this.#first + WINDOW, this.#nodes.length);
    for (let index = this.#first + 1; index < end; index++) {
      if (this.#used[index] || isEmpty(this.#nodes[index]!)) continue;
      if (this.#patterns.some((pattern) => this.#matches(pattern, index))) continue;
      if (!this.#independent(index, set.at(-1)!)) continue;
      set.push(index);
      this.#pullConsumers(index, set);
    }
    return set;
  }

  #independent(index: number, lastChosen: number): boolean {
    const node = this.#nodes[index]!;
    for (let earlier = this.#first; earlier < index; earlier++) {
      if (this.#used[earlier] || !dependsOn(node, this.#nodes[earlier]!)) continue;
      if (earlier !== lastChosen || !this.#fusible(earlier, index)) return false;
    }
    return true;
  }

  #fusible(earlier: number, index: number): boolean {
    const pair = `${this.#nodes[earlier]!.operation} ${this.#nodes[index]!.operation}`;
    if (index === earlier + 1 && FUSED_PAIRS.has(pair)) return true;
    if (pair === "rms_norm mul")
      return this.#order === "2026-10" ? this.#nothingBetween(earlier, index) : index === earlier + 1;
    return pair === "unary mul" && this.#order === "2026-10" && this.#nothingBetween(earlier, index);
  }

  #nothingBetween(from: number, to: number): boolean {
    for (let index = from + 1; index < to; index++)
      if (!this.#used[index] && !isEmpty(this.#nodes[index]!)) return false;
    return true;
  }

  /** Consumers that would be fused with a chosen node come with it. */
  #pullConsumers(index: number, set: number[]): void {
    const node = this.#nodes[index]!;
    const before = this.#nodes[index - 1]?.operation;
    let rope = index;
    if (node.operation === "mul" && before === "rms_norm") {
      const found = this.#ahead(
        index,
        FUSION_WINDOW,
        (candidate) => candidate.operation === "rope" && ready(candidate, node),
      );
      if (found !== undefined) {
        rope = found;
        this.#pull(found, set);
      }
    }
    this.#pullCacheWrite(rope, set);
    if (node.operation === "add_id" && before === "mul_mat_id") this.#pullReader("mul", index, set);
    if (node.operation === "add" && before === "mul_mat") this.#pullReader("add", index, set);
    if (node.operation === "add" && before === "ssm_conv") this.#pullReader("unary", index, set);
  }

  /** An operation on a chosen node's result, if its other operand is there already. */
  #pullReader(operation: Operation, index: number, set: number[]): void {
    const found = this.#ahead(index, FUSION_WINDOW, (candidate) => {
      const [a, b] = candidate.sources;
      return (
        candidate.operation === operation &&
        a === this.#nodes[index] &&
        (b === undefined || b.operation === "none" || this.#done.has(b))
      );
    });
    if (found !== undefined) this.#pull(found, set);
  }

  /** The write of rotated keys into the cache follows the rotation. */
  #pullCacheWrite(rope: number, set: number[]): void {
    const node = this.#nodes[rope]!;
    const october = this.#order === "2026-10";
    if (node.operation !== "rope" && !(october && node.operation === "rms_norm")) return;
    const reach = october ? FUSION_WINDOW : 10;
    const view = this.#ahead(
      rope,
      reach,
      (candidate) => candidate.operation === "view" && candidate.sources[0] === node,
      october,
    );
    if (view === undefined) return;
    const write = this.#ahead(
      view,
      rope + reach - view,
      (candidate) => candidate.operation === "set_rows" && candidate.sources[0] === this.#nodes[view],
      october,
    );
    if (write === undefined || (october && !this.#canPull(rope, view, write))) return;
    this.#pull(view, set);
    this.#pull(write, set);
  }

  /** The rotation and its view are read by nothing else, and nothing waiting in between touches the same memory. */
  #canPull(rope: number, view: number, write: number): boolean {
    const [first, second] = [this.#nodes[rope]!, this.#nodes[view]!];
    if (first.uses !== 1 || second.uses !== 1 || first.output || second.output) return false;
    for (let index = rope + 1; index < write; index++) {
      if (this.#used[index] || index === view || isEmpty(this.#nodes[index]!)) continue;
      if (dependsOn(this.#nodes[write]!, this.#nodes[index]!)) return false;
    }
    return true;
  }

  #ahead(from: number, reach: number, wanted: (node: GraphTensor) => boolean, unusedOnly = false): number | undefined {
    const end = Math.min(from + reach, this.#nodes.length);
    for (let index = from + 1; index < end; index++) {
      if ((!unusedOnly || !this.#used[index]) && wanted(this.#nodes[index]!)) return index;
    }
    return undefined;
  }

  #pull(index: number, set: number[]): void {
    set.push(index);
    this.#used[index] = true;
  }

  /** Views whose source is done or chosen. */
  #chooseViews(set: number[]): void {
    const end = Math.min(this.#first + WINDOW, this.#nodes.length);
    for (let index = this.#first + 1; index < end; index++) {
      if (this.#used[index] || !isEmpty(this.#nodes[index]!)) continue;
      let free = true;
      for (let earlier = this.#first; earlier < index && free; earlier++) {
        if (this.#used[earlier] || set.includes(earlier)) continue;
        if (dependsOn(this.#nodes[index]!, this.#nodes[earlier]!)) free = false;
      }
      if (free) set.push(index);
    }
  }

  #take(set: readonly number[]): void {
    for (const index of set) {
      this.#sorted.push(this.#nodes[index]!);
      this.#done.add(this.#nodes[index]!);
      this.#used[index] = true;
    }
    while (this.#first < this.#nodes.length && this.#used[this.#first]) this.#first += 1;
  }
}

function ready(rope: GraphTensor, normed: GraphTensor): boolean {
  const [tensor, positions, factors] = rope.sources;
  return (
    tensor === normed && positions!.operation === "none" && (factors === undefined || factors.operation === "none")
  );
}

function isEmpty({ operation }: GraphTensor): boolean {
  return (
    operation === "none" ||
    operation === "reshape" ||
    operation === "transpose" ||
    operation === "view" ||
    operation === "permute"
  );
}

/** Whether `later` must stay behind `earlier`: it reads it, or both touch memory of one tensor. */
function dependsOn(later: GraphTensor, earlier: GraphTensor): boolean {
  const laterBase = later.owner ?? later;
  const earlierBase = earlier.owner ?? earlier;
  if (laterBase === earlierBase) return true;
  for (const source of later.sources) if (source === earlier) return true;
  if (isEmpty(later) || isEmpty(earlier)) return false;
  for (const source of later.sources) if (source !== undefined && (source.owner ?? source) === earlierBase) return true;
  for (const source of earlier.sources) if (source !== undefined && (source.owner ?? source) === laterBase) return true;
  return false;
}
