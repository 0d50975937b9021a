import type { PlannedEngine } from "../../../plan/advise/index.ts";
import type { Backend } from "../../../facts/hardware/index.ts";
import type { EngineEvent, ServerEngine, ServerSpec } from "../../../run/engine/index.ts";
import { embeddedServer, llamaServerEngine } from "../../../run/engine/index.ts";
import type { Servable } from "../../../run/gateway/index.ts";
import type { EngineChoice } from "./engine-choice.ts";
import { needsOf, type PlannedModel } from "./plan-model.ts";

export interface ServableOptions {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly keep: boolean;
  readonly use: NonNullable<ServerSpec["use"]>;
  readonly onEvent?: (event: EngineEvent) => void;
}

/** A planned model as the pool loads it: one engine, or one for each lane. */
export function servables(model: PlannedModel, options: ServableOptions): Servable[] {
  const { name, aliases, keep, use } = options;
  return model.engines.map((engine) => ({
    name,
    aliases,
    keep,
    needs: needsOf(engine, model),
    contextTokens: engine.contextPerSlot,
    ...(engine.serves === "both" ? {} : { lane: engine.serves }),
    ...(use === "generate" ? { images: model.extras.projector !== undefined } : { embeddings: use === "embed" }),
    start: async (signal) => {
      const spec = specOf(model, engine, options);
      const server = await engineOf(model.choice, engine).start(spec, {
        signal,
        ...(options.onEvent ? { onEvent: options.onEvent } : {}),
      });
      return { server, lanes: engine.lanes };
    },
  }));
}

/** What the engine of a plan is started with. */
export function specOf(
  { weights, question, extras, choice }: PlannedModel,
  engine: PlannedEngine,
  { name, use }: Pick<ServableOptions, "name" | "use">,
): ServerSpec {
  const { projector, adapters, guessArguments } = extras;
  const backend: Backend | "auto" = question.backend;
  return {
    modelPath: weights.path,
    name,
    backend,
    settings: engine.weighed.settings,
    // the engine inside measures them where nobody said how many and nothing was measured before
    ...(choice.name === "embedded" && threadsUnknown(question) ? {} : { threads: engine.threads }),
    use,
    ...(projector ? { projectorPath: projector.path } : {}),
    ...(guessArguments.length > 0 ? { extraArguments: guessArguments } : {}),
    ...(adapters.length > 0 ? { adapters: adapters.map(({ tensors: _, ...file }) => file) } : {}),
  };
}

function threadsUnknown({ request: { wishes, measuredThreads } }: PlannedModel["question"]): boolean {
  return wishes.threads === undefined && measuredThreads === undefined;
}

export function engineOf(choice: EngineChoice, { lanes, step }: PlannedEngine): ServerEngine {
  if (choice.name === "llama-server") return llamaServerEngine({ program: choice.program });
  const { reserved, holdMs, agingMs } = lanes;
  const batchStepMs = step?.capMs;
  return embeddedServer({
    lanes: { reserved, holdMs, agingMs, ...(batchStepMs === undefined ? {} : { batchStepMs }) },
  });
}
