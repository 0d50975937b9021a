import type { EngineSettings } from "../../src/predict/serving/index.ts";
import { type LoadTarget, loadTarget } from "../../src/run/bench/load/index.ts";
import {
  embeddedServer,
  findLlamaServer,
  llamaServerEngine,
  type LlamaServerProgram,
  type ServerSpec,
} from "../../src/run/engine/index.ts";
import { LoadoutError } from "../../src/facts/errors/index.ts";
import { builtLlamaServer } from "../test-engines/built.ts";
import { thisHome } from "../../src/run/home/index.ts";

export const ENGINES = ["llama-server", "embedded"] as const;
export type EngineName = (typeof ENGINES)[number];

const SLOTS = 4;
const SLOT_TOKENS = 1024;
const STEP_TOKENS = 512;
const AGING_MS = 10_000;

export interface Started {
  readonly about: string;
  readonly target: LoadTarget;
  stop(): Promise<unknown>;
}

/** As the simulator has to be told what `startEngine` starts; prompts are asked not to be taken from a cache. */
export function settingsOf(engine: EngineName): EngineSettings {
  if (engine === "embedded")
    return {
      kind: "embedded",
      sequences: SLOTS,
      reserved: 0,
      sequenceTokens: SLOT_TOKENS,
      stepTokens: STEP_TOKENS,
      agingMs: AGING_MS,
      promptCache: false,
    };
  return {
    kind: "llama-server",
    slots: SLOTS,
    contextTokens: SLOTS * SLOT_TOKENS,
    batchTokens: STEP_TOKENS,
    microBatchTokens: STEP_TOKENS,
    unified: false,
    promptCache: false,
  };
}

/** The one of this machine; else the one that the tests of engines build, built where it is not there yet. */
async function llamaServer(): Promise<LlamaServerProgram> {
  const home = thisHome();
  try {
    return await findLlamaServer(home);
  } catch (error) {
    if (!(error instanceof LoadoutError) || error.code !== "engine-program-missing") throw error;
    const built = builtLlamaServer((text) => void process.stderr.write(`${text}\n`));
    return findLlamaServer({ ...home, env: { ...home.env, LOADOUT_LLAMA_SERVER: built } });
  }
}

/** A real engine with one thread, on an address of its own. */
export async function startEngine(engine: EngineName, modelPath: string, signal: AbortSignal): Promise<Started> {
  const spec: ServerSpec = {
    name: "model",
    modelPath,
    backend: "cpu",
    threads: 1,
    settings: {
      context: SLOTS * SLOT_TOKENS,
      sequences: SLOTS,
      unifiedCache: false,
      batch: STEP_TOKENS,
      microBatch: STEP_TOKENS,
      flashAttention: true,
      cacheTypeK: "f16",
      cacheTypeV: "f16",
      gpuLayers: 0,
      ...(engine === "llama-server" ? { promptCacheMib: 0 } : {}),
    },
  };
  const made =
    engine === "embedded"
      ? embeddedServer({ lanes: { reserved: 0 } })
      : llamaServerEngine({ program: await llamaServer() });
  const running = await made.start(spec, { signal });
  const { url, headers } = running.endpoint;
  const key = headers["authorization"] ?? headers["Authorization"];
  const { version, build } = running.engine;
  return {
    about: [version, build].filter((word) => word !== undefined).join(", "),
    target: loadTarget(url, key?.replace(/^Bearer /, "")),
    stop: () => running.stop(),
  };
}
