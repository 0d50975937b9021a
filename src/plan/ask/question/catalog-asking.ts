import { LoadoutError } from "../../../facts/errors/index.ts";
import type { ModelFlags } from "../flags/index.ts";
import { fromCatalog, type Opened, openedFiles, type Weights } from "../model/index.ts";
import type { Asking } from "./asking.ts";
import type { PlannedMachine } from "./machine.ts";

/** How the name of an opened file begins. */
export const FILE = "file:";
/** Addresses and repositories, as the command line takes them. */
const ELSEWHERE = /^(?:hf:|hf\.co\/|huggingface\.co\/|https?:\/\/(?!(?:www\.)?ollama\.com\/library\/))/i;
/** Models that are remembered: a person compares a few. */
const MOST_RECENT = 16;

/**
 * The parts of a question where there is neither a disk nor a network: the catalog, files that were opened, and a machine only
 * where one was handed over. What a model is made of is kept, since most questions are about the model before.
 */
export function catalogAsking(world: {
  readonly opened: ReadonlyMap<string, Opened>;
  readonly machine: () => PlannedMachine | undefined;
}): Asking {
  const known = new Map<string, Promise<Weights>>();
  return {
    model: (typed, { quant, draft }) => {
      const key = JSON.stringify([typed, quant, draft === "mtp"]);
      const before = known.get(key);
      known.delete(key);
      const weights = before ?? modelOf(world.opened, typed, { ...(quant && { quant }), ...(draft && { draft }) });
      known.set(key, weights);
      weights.catch(() => known.delete(key));
      if (known.size > MOST_RECENT) known.delete(known.keys().next().value!);
      return weights;
    },
    machine: () => {
      const machine = world.machine();
      return machine ? Promise.resolve(machine) : Promise.reject(new LoadoutError("rig-undescribed"));
    },
  };
}

async function modelOf(opened: ReadonlyMap<string, Opened>, typed: string, flags: ModelFlags): Promise<Weights> {
  const { quant, draft } = flags;
  if (typed.startsWith(FILE)) {
    const file = opened.get(typed);
    const open = [...opened.keys()].join(", ") || "none";
    if (file === undefined) throw new LoadoutError("model-not-open", { got: typed, open });
    return (await openedFiles()).weightsOf(file, quant);
  }
  if (ELSEWHERE.test(typed)) throw new LoadoutError("model-elsewhere", { got: typed });
  const known = await fromCatalog(typed, quant, draft === "mtp");
  if (known.weights) return known.weights;
  throw new LoadoutError("model-unknown", { got: typed, nearest: known.near.join(", ") || "nothing like it" });
}
