import { existsSync } from "node:fs";
import { basename } from "node:path";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { CliContext } from "../context.ts";
import { nearest } from "../nearest.ts";
import type { Progress } from "../text/progress.ts";
import { theOne } from "../the-one.ts";
import { atHand } from "./at-hand.ts";
import { fromCatalog } from "./from-catalog.ts";
import { readWeights } from "./read-file.ts";
import { requantized } from "./requantized.ts";
import type { Weights } from "./weights.ts";

export interface ModelFlags {
  readonly quant?: string;
  readonly models?: readonly string[];
}

/**
 * Whatever a person types for a model, as weights with a geometry: a file, weights at hand by their name, or a model of the
 * catalog. What is at hand goes before what is only known, and that is said.
 */
export async function modelFor(
  context: CliContext,
  typed: string,
  flags: ModelFlags,
  _progress: Progress,
): Promise<Weights> {
  const { quant } = flags;
  if (existsSync(typed) || isPathOfFile(typed)) {
    const weights = await readWeights(typed);
    return quant === undefined ? weights : requantized(weights, quant);
  }
  const { found, hits } = await atHand(context, flags, typed, quant);
  if (hits.length > 0) {
    const { path, name } = theOne(typed, found, hits);
    if (name.toLowerCase() !== typed.toLowerCase())
      context.note(context.noteStyle.faint(`using the file at hand: ${path}`));
    return readWeights(path, name);
  }
  const known = await fromCatalog(typed, quant);
  if (known.weights) return known.weights;
  const names = [
    ...known.near,
    ...(found.length > 0
      ? [
          nearest(
            typed,
            found.map(({ name }) => name),
          ),
        ]
      : []),
  ];
  throw new LoadoutError("model-unknown", { got: typed, nearest: names.join(", ") || "nothing like it" });
}

/** A file that is named with its folder is not looked for elsewhere. */
function isPathOfFile(typed: string): boolean {
  return /\.gguf$/i.test(typed) && basename(typed) !== typed;
}
