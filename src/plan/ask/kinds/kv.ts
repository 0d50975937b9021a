import type { CacheType } from "../../../facts/runtime/index.ts";
import { storedBuffers } from "../../../predict/memory/index.ts";
import { ANSWER_VERSION, type ModelFacts } from "../../answer/index.ts";
import { GOALS, settingsFor } from "../../fit/index.ts";
import { embeddedRuntime, type QuestionFlags, serverRuntime } from "../flags/index.ts";
import { type Asking, machineFor } from "../question/index.ts";

/** What conversations keep, by their length: caches of tokens and states that do not grow. */
export interface KvAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "kv";
  readonly model: ModelFacts;
  /** of each chat, tokens; ascending */
  readonly contexts: readonly number[];
  readonly series: readonly {
    readonly users: number;
    readonly kvType: CacheType;
    /** was it asked for, or is it shown beside? */
    readonly asked: boolean;
    /** bytes of all chats together, one a context */
    readonly kvBytes: readonly number[];
    readonly stateBytes: readonly number[];
  }[];
}

const LEAST_CONTEXT = 2048;
const MOST_CONTEXT = 2 ** 20;
const USERS = [1, 4, 16];

/** KV cache and state against context, for several chats at the same time and for the type asked and a smaller one. */
export async function askKv(asking: Asking, flags: QuestionFlags, model: string): Promise<KvAnswer> {
  const [weights, machine] = await Promise.all([asking.model(model, flags), machineFor(flags, asking.machine)]);
  const runtime = flags.runtime === "embedded" ? embeddedRuntime() : serverRuntime(flags.build);
  const goal = GOALS[flags.goal ?? "interactive"];
  const { geometry } = weights;
  const { devices, host } = machine.report.rig;
  const own = flags.kvType ?? goal.cacheType;
  const users = flags.users ?? goal.users;
  const contexts = contextsUpTo(geometry.contextLength, flags.context);
  const { build, caller } = runtime;
  const fixed = { geometry, build, caller, devices, cpuFeatures: host.cpu.features };
  const gpuLayers = devices.length > 0 ? ("all" as const) : 0;
  const held = (context: number, chats: number, cacheType: CacheType) => {
    const settings = settingsFor({ context, users: chats, microBatch: goal.microBatch, cacheType, gpuLayers });
    const buffers = storedBuffers({ ...fixed, settings });
    const of = (wanted: string) => buffers.reduce((sum, { term, bytes }) => sum + (term === wanted ? bytes : 0), 0);
    return { kv: of("kv"), state: of("recurrent") };
  };
  const series = ascending([...USERS, users]).flatMap((chats) =>
    [...new Set<CacheType>([own, "q8_0"])].map((kvType) => {
      const points = contexts.map((context) => held(context, chats, kvType));
      return {
        users: chats,
        kvType,
        asked: chats === users && kvType === own,
        kvBytes: points.map(({ kv }) => kv),
        stateBytes: points.map(({ state }) => state),
      };
    }),
  );
  return { schema: ANSWER_VERSION, kind: "kv", model: weights.facts, contexts, series };
}

/** Doubled from the least to the model's trained length, and what was asked for. */
function contextsUpTo(trained: number, asked: number | undefined): number[] {
  const contexts = asked === undefined ? [] : [asked];
  const most = Math.max(LEAST_CONTEXT, Math.min(trained, MOST_CONTEXT));
  for (let context = LEAST_CONTEXT; context <= most; context *= 2) contexts.push(context);
  return ascending(contexts);
}

function ascending(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].toSorted((one, other) => one - other);
}
