import { thisHome, type HomeContext } from "../../home/index.ts";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { EngineMemory, StopReport } from "../engine.ts";
import {
  peakResidentBytes,
  RESTART_POLICY,
  Supervisor,
  systemClock,
  type Clock,
  type RestartPolicy,
} from "../process/index.ts";
import type {
  Endpoint,
  RunningServer,
  ServedModel,
  ServerAbilities,
  ServerEngine,
  ServerSpec,
  ServerStartOptions,
  ServerState,
  TokenCount,
} from "../server.ts";
import { aliasOf, argumentsOf } from "./arguments.ts";
import { launch, type LaunchedServer } from "./launch.ts";
import { findLlamaServer, type LlamaServerProgram } from "./program.ts";
import { countByTokenize } from "./readings.ts";

export interface LlamaServerOptions {
  /** absent: the one {@link findLlamaServer} finds when it is started */
  readonly program?: LlamaServerProgram;
  readonly home?: HomeContext;
  /** more variables for the program: which devices it may see */
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  readonly policy?: RestartPolicy;
}

/** A llama-server as a child process: started with the planned flags, watched, started again, never left behind. */
export function llamaServerEngine(options: LlamaServerOptions = {}): ServerEngine {
  return { name: "llama-server", start: (spec, starting) => start(spec, starting ?? {}, options) };
}

async function start(
  spec: ServerSpec,
  { signal, onEvent = () => {}, restart = true }: ServerStartOptions,
  options: LlamaServerOptions,
): Promise<RunningServer> {
  if (signal?.aborted === true) throw new LoadoutError("interrupted");
  const { home = thisHome(), clock = systemClock, policy = RESTART_POLICY, env = {} } = options;
  const program = options.program ?? (await findLlamaServer(home));
  const args = await argumentsOf(spec, program.buildNumber);
  const supervisor = new Supervisor<LaunchedServer>({
    launch: (ending) => launch({ program, args, spec, env: { ...home.env, ...env }, clock, signal: ending, onEvent }),
    clock,
    policy,
    restart,
  });
  await supervisor.start(signal);
  return new LlamaServer(spec, program, supervisor);
}

class LlamaServer implements RunningServer {
  readonly engine: RunningServer["engine"];
  readonly model: ServedModel;
  readonly abilities: ServerAbilities;
  readonly requestDefaults: Readonly<Record<string, unknown>>;
  readonly #supervisor: Supervisor<LaunchedServer>;
  #stopped: Promise<StopReport> | undefined;

  constructor(spec: ServerSpec, program: LlamaServerProgram, supervisor: Supervisor<LaunchedServer>) {
    this.#supervisor = supervisor;
    this.engine = { name: "llama-server", version: program.version, build: `b${program.buildNumber}` };
    this.model = { name: spec.name, engineName: aliasOf(spec) };
    this.abilities = abilitiesOf(spec, supervisor.engine);
    const lora = (spec.adapters ?? []).map(({ scale }, id) => ({ id, scale }));
    this.requestDefaults = lora.length === 0 ? {} : { lora };
  }

  get endpoint(): Endpoint {
    return this.#supervisor.engine.endpoint;
  }

  get pid(): number {
    return this.#supervisor.engine.pid;
  }

  get state(): ServerState {
    return this.#supervisor.state;
  }

  get memory(): EngineMemory {
    return { log: this.#supervisor.engine.log };
  }

  ready(signal?: AbortSignal): Promise<void> {
    return this.#supervisor.ready(signal);
  }

  onState(listener: (state: ServerState) => void): () => void {
    return this.#supervisor.onState(listener);
  }

  async countTokens(text: string): Promise<TokenCount> {
    const tokens = await countByTokenize(this.endpoint, text);
    if (tokens === undefined) throw new LoadoutError("engine-answer", { what: "/tokenize", got: "no tokens" });
    return { tokens, exact: true };
  }

  stop(): Promise<StopReport> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<StopReport> {
    const peak = this.state === "ready" ? await peakResidentBytes(this.pid) : undefined;
    const how = await this.#supervisor.stop();
    const measured = how === "stopped" && peak !== undefined ? { peakResidentBytes: peak } : {};
    return { memory: this.memory, how, ...measured };
  }
}

function abilitiesOf(
  { use = "generate", settings, adapters = [] }: ServerSpec,
  { props }: LaunchedServer,
): ServerAbilities {
  const generates = use === "generate";
  const share = settings.unifiedCache ? settings.context : Math.floor(settings.context / settings.sequences);
  return {
    chat: generates,
    completions: generates,
    embeddings: use === "embed",
    rerank: use === "rerank",
    tools: generates && props?.tools === true,
    jsonSchema: generates,
    images: generates && props?.images === true,
    adapters: adapters.length > 0,
    slots: props?.slots ?? settings.sequences,
    contextPerSlot: props?.contextPerSlot ?? share,
    preemption: generates ? "cut" : "none",
    stepTokens: settings.batch,
  };
}
