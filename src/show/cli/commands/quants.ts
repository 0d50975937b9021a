import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import { modelCatalog } from "../../../facts/model/index.ts";
import { adviseQuants, runtimeAdvice, type QuantQuestion } from "../../../plan/advise/index.ts";
import { answerQuants, type QuantsAnswer } from "../../../plan/answer/index.ts";
import { outlined, type Outlined, type SearchModel, type SearchSetup } from "../../../plan/search/index.ts";
import { guarded, type CliContext } from "../context.ts";
import { wishesOf, type PlanFlags } from "../flags.ts";
import { machineOf } from "../machine.ts";
import { modelFor } from "../model/model-for.ts";
import { needModel } from "../model/need-model.ts";
import type { Weights } from "../model/weights.ts";
import type { PlannedMachine } from "../question.ts";
import { rigArguments, rigFor, type RigFlags } from "../rig-for.ts";
import { serverRuntime } from "../runtime.ts";
import { progressFor } from "../text/progress.ts";
import { typedFlags } from "../typed-flags.ts";
import { quantsText } from "../text/quants-text.ts";

interface QuantsFlags extends Pick<PlanFlags, "goal" | "context" | "users" | "kvType" | "models" | "json">, RigFlags {
  readonly build?: string;
  readonly all?: boolean;
}

/** `loadout quants MODEL [--gpu G]` */
export const quants = guarded(async function (this: CliContext, flags: QuantsFlags, typed?: string) {
  const answer = await askQuants(this, flags, needModel(typed, "quants"));
  this.out(flags.json ? JSON.stringify(answer, null, 2) : quantsText(answer, this.outStyle, flags.all ?? false));
  return answer.choices.length > 0 ? EXIT.ok : EXIT.no;
});

/** What the command and a report share: the question gathered and answered. */
export async function askQuants(context: CliContext, flags: QuantsFlags, name: string): Promise<QuantsAnswer> {
  const runtime = serverRuntime(flags.build);
  const [weights, machine] = await Promise.all([
    modelFor(context, name, flags, progressFor(context)),
    machineFor(context, flags),
  ]);
  const { rig } = machine.report;
  const { build, caller, engine, version, buildName } = runtime;
  const goal = flags.goal ?? "interactive";
  const model = { geometry: weights.geometry, shapes: weights.tensors };
  const setup = { goal, wishes: wishesOf(flags), rig, closable: machine.closable, build, caller };
  const outline = outlineOf(model, setup);
  const catalog = await catalogOf(name, weights);
  const question: QuantQuestion = {
    model,
    rig,
    goal,
    ...(catalog ? { catalog } : {}),
    ...(outline ? { outlined: outline } : {}),
    thorough: flags.all ?? false,
  };
  const { facts } = weights;
  return answerQuants(adviseQuants(question), runtimeAdvice(model.geometry, rig, goal), {
    goal,
    model: {
      name: facts.name,
      architecture: facts.architecture,
      parameters: facts.parameters,
      contextLength: facts.contextLength,
      ...(facts.source === undefined ? {} : { source: facts.source }),
      ...(catalog ? { id: catalog.id } : {}),
    },
    rig,
    runtime: { engine, version, build: buildName, backend: rig.devices[0]?.backend ?? "cpu" },
    assumptions: [
      "sizes are by recipe and by the definition of each format: a published file may keep more in 16 bit",
      ...(machine.assumptions ?? []),
      ...(runtime.note === undefined ? [] : [runtime.note]),
    ],
    modelArgument: weights.inFileType === undefined ? name : (catalog?.id ?? name),
    typed: typedFlags(flags),
    ...(machine.rigArguments === undefined ? {} : { rigArguments: machine.rigArguments }),
  });
}

async function machineFor(context: CliContext, flags: QuantsFlags): Promise<PlannedMachine> {
  const byHand = await rigFor(flags);
  if (byHand === undefined) return machineOf(context);
  const { rig, assumptions } = byHand;
  const closable = { host: 0, devices: rig.devices.map(() => 0) };
  return { report: { rig }, closable, assumptions, rigArguments: rigArguments(flags) };
}

/** Undefined where the engine's graph of the architecture is not written down: sizes and kernels are known all the same. */
function outlineOf(model: SearchModel, setup: SearchSetup): Outlined | undefined {
  try {
    return outlined(model, setup);
  } catch (error) {
    if (error instanceof LoadoutError) return undefined;
    throw error;
  }
}

/** The catalog's name of a model, from what was typed, else from what its file calls itself. */
async function catalogOf(typed: string, { facts }: Weights): Promise<QuantQuestion["catalog"]> {
  const { findModel } = await modelCatalog();
  for (const name of [typed, facts.name, `${facts.name}.gguf`]) {
    const match = findModel(name);
    if (match.kind === "found") return { id: match.id, family: match.row.family };
  }
  return undefined;
}
