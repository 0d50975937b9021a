import { LoadoutError } from "../../../facts/errors/index.ts";
import { modelCatalog } from "../../../facts/model/index.ts";
import { adviseQuants, runtimeAdvice, type QuantQuestion } from "../../advise/index.ts";
import { answerQuants, type QuantsAnswer } from "../../answer/index.ts";
import { outlined, type Outlined, type SearchModel, type SearchSetup } from "../../search/index.ts";
import { type QuantsFlags, serverRuntime, typedFlags, wishesOf } from "../flags/index.ts";
import type { Weights } from "../model/index.ts";
import { type Asking, machineFor, refuseEmbedder } from "../question/index.ts";

/** `quants MODEL` */
export async function askQuants(asking: Asking, flags: QuantsFlags, name: string): Promise<QuantsAnswer> {
  const runtime = serverRuntime(flags.build);
  const [weights, machine] = await Promise.all([asking.model(name, flags), machineFor(flags, asking.machine)]);
  refuseEmbedder(weights, "quants");
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
