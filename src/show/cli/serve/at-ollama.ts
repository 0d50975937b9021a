import { lanesOf } from "../../../plan/advise/index.ts";
import { GOALS } from "../../../plan/fit/index.ts";
import { ollamaEngine, type ServerSpec } from "../../../run/engine/index.ts";
import { roomOf, type Servable } from "../../../run/gateway/index.ts";
import type { CliContext } from "../context.ts";
import type { ServePlanFlags } from "./plan-model.ts";

/** "ollama:qwen3:8b" is the model "qwen3:8b" of the Ollama that runs here. */
const PREFIX = "ollama:";

/** The model's name for Ollama; undefined: it is something else. */
export function ollamaName(typed: string): string | undefined {
  return typed.startsWith(PREFIX) && typed.length > PREFIX.length ? typed.slice(PREFIX.length) : undefined;
}

/** A model of a running Ollama: it keeps its memory by itself, and takes of the plan what its own options say. */
export function atOllama(
  { process }: CliContext,
  model: string,
  name: string,
  flags: ServePlanFlags,
  use: NonNullable<ServerSpec["use"]>,
): Servable {
  const host = process.env["OLLAMA_HOST"];
  const goal = flags.goal ?? "interactive";
  const { users = GOALS[goal].users, context = GOALS[goal].context } = flags;
  const microBatch = flags.stepTokens ?? flags.microBatch ?? GOALS[goal].microBatch;
  return {
    name,
    needs: roomOf([]),
    contextTokens: context,
    start: async (signal) => {
      const engine = ollamaEngine(host ? { url: /^https?:/.test(host) ? host : `http://${host}` } : {});
      const server = await engine.start(
        {
          name: model,
          backend: "auto",
          use,
          ...(flags.threads === undefined ? {} : { threads: flags.threads }),
          settings: {
            context: context * users,
            sequences: users,
            unifiedCache: false,
            batch: microBatch,
            microBatch,
            flashAttention: "auto",
            cacheTypeK: flags.kvType ?? "f16",
            cacheTypeV: flags.kvType ?? "f16",
            gpuLayers: flags.gpuLayers ?? "all",
          },
        },
        { signal },
      );
      const { slots = 1, preemption } = server.abilities;
      return { server, lanes: lanesOf({ goal, slots, preemption }).lanes };
    },
  };
}
