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
  readonly projectorPath?: string;
  readonly draftPath?: string;
  readonly adapters?: ServerSpec["adapters"];
  readonly onEvent?: (event: EngineEvent) => void;
}

/** A planned model as the pool loads it: one engine, or one for each lane. */
export function servables(model: PlannedModel, options: ServableOptions): Servable[] {
  const { name, aliases, keep, use } = options;
  return model.engines.map((engine) => ({
    name,
    aliases,
    keep,
    needs: needsOf(engine, model.question),
    contextTokens: engine.contextPerSlot,
    ...(engine.serves === "both" ? {} : { lane: engine.serves }),
    ...(use === "generate" ? {} : { embeddings: use === "embed" }),
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

function specOf({ weights, question }: PlannedModel, engine: PlannedEngine, options: ServableOptions): ServerSpec {
  const { name, use, projectorPath, draftPath, adapters } = options;
  const backend: Backend | "auto" = question.backend;
  return {
    modelPath: weights.path,
    name,
    backend,
    settings: engine.weighed.settings,
    threads: engine.threads,
    use,
    ...(projectorPath === undefined ? {} : { projectorPath }),
    ...(draftPath === undefined ? {} : { draftPath }),
    ...(adapters === undefined ? {} : { adapters }),
  };
}

function engineOf(choice: EngineChoice, { lanes, step }: PlannedEngine): ServerEngine {
  if (choice.name === "llama-server") return llamaServerEngine({ program: choice.program });
  const { reserved, holdMs, agingMs } = lanes;
  const batchStepMs = step?.capMs;
  return embeddedServer({
    lanes: { reserved, holdMs, agingMs, ...(batchStepMs === undefined ? {} : { batchStepMs }) },
  });
}
