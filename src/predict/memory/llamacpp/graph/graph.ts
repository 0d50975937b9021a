import type { GraphTensor } from "./tensor.ts";

/** A compute graph: nodes in the order they will run, and leaves (inputs, weights, caches) in the order they were met. */
export class Graph {
  readonly nodes: GraphTensor[] = [];
  readonly leaves: GraphTensor[] = [];

  /** Adds a tensor after everything it depends on, sources from left to right; what is there already stays where it is. */
  expand(tensor: GraphTensor): void {
    if (tensor.visited) return;
    tensor.visited = true;
    const sources = tensor.sources;
    for (let index = 0; index < sources.length; index++) {
      const source = sources[index];
      if (source === undefined) continue;
      this.expand(source);
      source.uses += 1;
    }
    (tensor.operation === "none" ? this.leaves : this.nodes).push(tensor);
  }
}
