import type { LaneName } from "../../../predict/serving/index.ts";
import type { PlannedEngine } from "../../../plan/advise/index.ts";
import type { ServedFacts, TermResidual } from "../../../plan/answer/index.ts";
import type { RunningServer } from "../../../run/engine/index.ts";
import type { NewReceipt } from "../../../run/receipt/index.ts";
import { compareBuffers } from "../compare.ts";
import type { CliContext } from "../context.ts";
import { machineName, type Machine } from "../machine.ts";
import { openOrNote, withoutReceipts } from "../receipts-at-hand.ts";
import type { PlannedModel } from "./plan-model.ts";

/** An engine of a model that has just been loaded. */
interface LoadedEngine {
  readonly name: string;
  readonly lane: LaneName | undefined;
  readonly planned: PlannedModel;
  readonly machine: Machine;
  readonly server: RunningServer;
}

/** What engines took, beside what was predicted for them; each is kept as a receipt, once for a run of Loadout. */
export class Reconciled {
  readonly #memory = new Map<string, Map<string, readonly TermResidual[]>>();
  readonly #receipts = new Map<string, number>();

  add(context: CliContext, loaded: LoadedEngine): void {
    const { name, lane = "both", planned, server } = loaded;
    const engine = planned.engines.find(({ serves }) => serves === lane);
    const { memory } = server;
    // the log of a draft with a context of its own starts over: only the last of the two could be read
    const { drafting } = planned.extras;
    if (drafting && drafting.by !== "ngram") return;
    if (!engine || !memory || engine.weighed.prediction.kind === "rejected") return;
    const terms = compareBuffers(engine.weighed.prediction.buffers, { memory });
    const known = this.#memory.get(name) ?? new Map<string, readonly TermResidual[]>();
    this.#memory.set(name, known);
    const again = known.has(lane);
    known.set(lane, terms);
    // an engine that says nothing of its memory leaves nothing to keep
    if (again || terms.every(({ actualBytes }) => actualBytes === undefined)) return;
    void keep(context, receiptOf(loaded, engine, terms), loaded.machine.folders.data).then((id) => {
      if (id !== undefined) this.#receipts.set(name, id);
    });
  }

  of(name: string): Pick<ServedFacts, "memory" | "receipt"> {
    const memory = this.#memory.get(name);
    const receipt = this.#receipts.get(name);
    return {
      ...(memory ? { memory: [...memory.values()].flat() } : {}),
      ...(receipt === undefined ? {} : { receipt }),
    };
  }
}

async function keep(context: CliContext, receipt: NewReceipt, folder: string): Promise<number | undefined> {
  const store = await openOrNote(context, folder);
  try {
    return store && withoutReceipts(context, () => store.add(receipt));
  } finally {
    store?.close();
  }
}

/** No rates: requests of many lengths share the engine, which no single pace describes. */
function receiptOf(
  { planned, machine, server }: LoadedEngine,
  { weighed, threads }: PlannedEngine,
  terms: readonly TermResidual[],
): NewReceipt {
  const { question, weights } = planned;
  const { name, fileBytes, architecture, quantization } = weights.facts;
  const { engine, version, build, backend } = question.runtime;
  return {
    machine: machineName(machine),
    engine: { name: engine, version: server.engine.version || version, build: server.engine.build ?? build, backend },
    model: { name, fileBytes, architecture, quantization },
    // taken from the plan: serving measures no threads
    settings: { ...weighed.settings, threads, threadsAsked: true },
    goal: question.request.goal,
    memory: terms.map(({ place, term, predictedBytes, actualBytes, exact }) => ({
      path: `${place}/${term}`,
      place,
      term,
      predictedBytes,
      ...(actualBytes === undefined ? {} : { actualBytes }),
      ...(exact === undefined ? {} : { exact }),
    })),
    rates: [],
    ...(weighed.memory ? { prediction: weighed.memory } : {}),
  };
}
