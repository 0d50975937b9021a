import { LoadoutError } from "../../facts/errors/index.ts";
import type { LocalWeights } from "../../run/fetch/index.ts";
import { nearest } from "../../plan/ask/flags/index.ts";

/** The weights a name means: the only hit. None, or more than one, is a wrong question. */
export function theOne(got: string, found: readonly LocalWeights[], hits: readonly LocalWeights[]): LocalWeights {
  const names = (rows: readonly LocalWeights[]) => rows.map(({ name }) => name);
  const [only, ...more] = hits;
  if (only === undefined)
    throw new LoadoutError("model-not-found", { got, nearest: nearest(got, names(found)) || "there are none yet" });
  if (more.length > 0) {
    const expected = names(hits).join(", ");
    throw new LoadoutError("unknown-value", { what: "model", expected, got, nearest: only.name });
  }
  return only;
}
