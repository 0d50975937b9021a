import type { Backend } from "../../facts/hardware/index.ts";
import { LLAMACPP_BUILDS, LLAMACPP_CALLERS, type LlamaCppSettings } from "../../facts/runtime/index.ts";
import type { AnswerContext, DiskFacts, RuntimeFacts } from "../../plan/answer/index.ts";
import type { FitRequest } from "../../plan/fit/index.ts";
import { layerPlaces, predictLlamaCpp, type MemoryPrediction } from "../../predict/memory/index.ts";
import type { Receipt, ReceiptStore } from "../../run/receipt/index.ts";
import { wishesOf, type PlanFlags } from "./flags.ts";
import { machineName, type Machine } from "./machine.ts";
import type { Weights } from "./model/weights.ts";

/** A question ready to be answered: the pure rooms need nothing else. */
export interface FitQuestion {
  readonly request: FitRequest;
  readonly context: AnswerContext;
  readonly backend: Backend;
  readonly runtime: RuntimeFacts;
  /** what the engine's own dry run would say to the same settings */
  readonly dryRun: (settings: LlamaCppSettings) => MemoryPrediction;
}

/** The embedded engine as this package pins it; a newer pin is a new row of {@link LLAMACPP_BUILDS}. */
const EMBEDDED = { engine: "node-llama-cpp", version: "3.21.1", build: "v0.4.0" } as const;

/** Puts machine, weights and wishes together with what receipts of this machine say. */
export function fitQuestion(parts: {
  readonly machine: Machine;
  readonly weights: Weights;
  readonly flags: PlanFlags;
  readonly receipts?: ReceiptStore | undefined;
  readonly promptTokens?: number | undefined;
  readonly disk?: DiskFacts | undefined;
}): FitQuestion {
  const { machine, weights, flags, receipts, promptTokens, disk } = parts;
  const { rig } = machine.report;
  const { geometry, tensors } = weights;
  const build = LLAMACPP_BUILDS.find(({ id }) => id === EMBEDDED.build)!;
  const caller = LLAMACPP_CALLERS["node-llama-cpp"];
  const backend = rig.devices[0]?.backend ?? "cpu";
  const runtime: RuntimeFacts = { ...EMBEDDED, backend };
  const name = machineName(machine);
  const calibration = receipts?.calibrationFor(name, EMBEDDED.engine, backend);
  const before = receipts
    ?.list({ machine: name, engine: EMBEDDED.engine, backend, limit: 20 })
    .filter(({ model }) => model.name === weights.facts.name && model.fileBytes === weights.facts.fileBytes);
  const measuredThreads = measuredBefore(before ?? []);
  const { sizesFrom: weightsFrom = "header" } = weights.facts;
  const fixed = {
    geometry,
    tensors,
    weightsFrom,
    build,
    caller,
    devices: rig.devices,
    cpuFeatures: rig.host.cpu.features,
  };
  return {
    request: {
      goal: flags.goal ?? "interactive",
      wishes: wishesOf(flags),
      geometry,
      tensors,
      rig,
      closable: machine.closable,
      memory: remembered((settings) => predictLlamaCpp({ ...fixed, settings })),
      placement: (settings) => layerPlaces(geometry, settings, rig.devices),
      ...(calibration ? { calibration } : {}),
      ...(measuredThreads === undefined ? {} : { measuredThreads }),
    },
    context: {
      model: weights.facts,
      runtime,
      modelArgument: weights.argument,
      ...(weights.assumptions ? { assumptions: weights.assumptions } : {}),
      ...(disk ? { disk } : {}),
      ...(promptTokens === undefined ? {} : { promptTokens }),
    },
    backend,
    runtime,
    dryRun: (settings) => predictLlamaCpp({ ...fixed, settings, dryRun: true }),
  };
}

/**
 * Threads that a measurement of the newest of these runs found best: never a number that a person named, and none where the
 * run then fell below its band (the machine is busier or another one now, so it is measured again).
 */
export function measuredBefore(newestFirst: readonly Pick<Receipt, "settings" | "rates">[]): number | undefined {
  const run = newestFirst.find(({ settings }) => !settings.threadsAsked);
  const decode = run?.rates.find(({ what }) => what === "decode");
  const slow = decode?.lowPerSec !== undefined && decode.measuredPerSec < decode.lowPerSec;
  return slow ? undefined : run?.settings.threads;
}

/** The search asks for the same settings more than once; a replay of a large model takes tens of milliseconds. */
function remembered(memory: FitRequest["memory"]): FitRequest["memory"] {
  const known = new Map<string, MemoryPrediction>();
  return (settings) => {
    const key = JSON.stringify(settings);
    const prediction = known.get(key) ?? memory(settings);
    known.set(key, prediction);
    return prediction;
  };
}
