import type { Rig } from "../../src/facts/hardware/index.ts";
import { formatTokens } from "../../src/facts/units/index.ts";
import type { PlotLoadout } from "./plot.ts";
import { type PlanFlags, rigArguments, type RigFlags, serverRuntime } from "../../src/plan/ask/flags/index.ts";
import { fromCatalog, type Weights } from "../../src/plan/ask/model/index.ts";
import { fitQuestion, type FitQuestion, rigFor } from "../../src/plan/ask/question/index.ts";

/** llama-server in the newest build that is known: what the command line plans for where a rig is written by hand. */
export const RUNTIME = serverRuntime();
export const RUNTIME_NAME = `${RUNTIME.engine} ${RUNTIME.buildName}`;

export { FACTS_DATE } from "../../src/plan/answer/index.ts";
export const SOURCE = `Loadout, ${RUNTIME_NAME} replayed`;

export interface Asked extends FitQuestion {
  readonly weights: Weights;
  readonly rig: Rig;
  readonly loadout: Omit<PlotLoadout, "settings">;
}

/** The question that `loadout fit MODEL` asks with these flags. `adjust`: what no flag says of a rig. */
export async function asked(
  model: string,
  quant: string,
  rigFlags: RigFlags,
  flags: PlanFlags = {},
  adjust: (rig: Rig) => Rig = (rig) => rig,
): Promise<Asked> {
  const [found, byHand] = await Promise.all([fromCatalog(model, quant), rigFor(rigFlags)]);
  if (!found.weights || !byHand) throw new Error(`no model is called ${model}, or no rig is described`);
  const { weights } = found;
  const rig = adjust(byHand.rig);
  const machine = {
    report: { rig },
    closable: { host: 0, devices: rig.devices.map(() => 0) },
    assumptions: byHand.assumptions,
    rigArguments: rigArguments(rigFlags),
  };
  const question = fitQuestion({ machine, weights, flags, runtime: RUNTIME });
  const ask = ["loadout fit", weights.argument, machine.rigArguments, ...typed(flags)].join(" ");
  const loadout = {
    id: `${weights.facts.name} ${weights.facts.quantization}`,
    model: weights.argument,
    rig: machine.rigArguments,
    runtime: RUNTIME_NAME,
    ask,
  };
  return { ...question, weights, rig, loadout };
}

function typed({ goal, context, users, kvType, gpuLayers }: PlanFlags): string[] {
  return [
    ...(goal === undefined ? [] : [`--goal ${goal}`]),
    ...(context === undefined ? [] : [`--context ${formatTokens(context)}`]),
    ...(users === undefined ? [] : [`--users ${users}`]),
    ...(kvType === undefined ? [] : [`--kv-type ${kvType}`]),
    ...(gpuLayers === undefined ? [] : [`--gpu-layers ${gpuLayers}`]),
  ];
}

/** A model's name without its owner, and without what its fine-tune is called. */
export function shortName({ weights }: Asked): string {
  return weights.facts.name.replace(/^\S+\//, "").replace(/[- ](Instruct|it)\b.*/, "");
}
