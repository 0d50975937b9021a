import { randomBytes } from "node:crypto";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { LogReader } from "../../../facts/runtime/index.ts";
import type { EngineMemory, StopReport } from "../engine.ts";
import { ask, jsonOf } from "../http/index.ts";
import {
  RESTART_POLICY,
  Supervisor,
  systemClock,
  type Clock,
  type Launched,
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
import { EngineChild } from "./child.ts";
import type { LaneOptions, ServeArgs, Serving } from "./protocol.ts";

/** How long a resting reply of the batch lane waits before it steps once. */
const AGING_MS = 10_000;
/** Longest step that prompts of the batch lane may cause: what a chat waits for before its own first step. */
const BATCH_STEP_MS = 30;

export interface EmbeddedServerOptions {
  /** more variables for the engine: which devices it may see */
  readonly environment?: Readonly<Record<string, string>>;
  /** how chats and batch share it; absent: one sequence kept for chats where there are two or more, nothing held */
  readonly lanes?: Partial<LaneOptions>;
  readonly clock?: Clock;
  readonly policy?: RestartPolicy;
}

/** llama.cpp inside node-llama-cpp, in a process of its own that answers over HTTP. */
export function embeddedServer(options: EmbeddedServerOptions = {}): ServerEngine {
  return { name: "embedded", start: (spec, starting) => start(spec, starting ?? {}, options) };
}

async function start(
  spec: ServerSpec,
  { signal, onEvent, restart = true }: ServerStartOptions,
  { environment = {}, lanes = {}, clock = systemClock, policy = RESTART_POLICY }: EmbeddedServerOptions,
): Promise<RunningServer> {
  if (signal?.aborted === true) throw new LoadoutError("interrupted");
  const args = serveArgs(spec, lanes);
  const supervisor = new Supervisor<LaunchedChild>({
    launch: (ending) => launch(args, environment, ending, onEvent ?? (() => {})),
    clock,
    policy,
    restart,
  });
  await supervisor.start(signal);
  return new EmbeddedServer(spec, supervisor);
}

/** What is asked of the child; refuses what this engine has no setting for. */
function serveArgs(spec: ServerSpec, lanes: Partial<LaneOptions>): Omit<ServeArgs, "key"> {
  const { modelPath, name, use = "generate", draftPath, projectorPath, adapters, extraArguments = [], ...rest } = spec;
  const refuse = (what: string, got: string) =>
    new LoadoutError("engine-unsupported-setting", { engine: "the embedded engine", what, expected: "none", got });
  if (modelPath === undefined) throw new LoadoutError("engine-bad-model", { path: name, got: "no file is named" });
  if (draftPath !== undefined) throw refuse("a draft model", draftPath);
  if (projectorPath !== undefined) throw refuse("a projector", projectorPath);
  if (extraArguments.length > 0) throw refuse("arguments of a program", extraArguments.join(" "));
  const reserved = spec.settings.sequences > 1 ? 1 : 0;
  return {
    ...rest,
    modelPath,
    name,
    use,
    ...(adapters ? { adapters } : {}),
    lanes: { reserved, holdMs: 0, agingMs: AGING_MS, batchStepMs: BATCH_STEP_MS, ...lanes },
  };
}

interface LaunchedChild extends Launched {
  readonly child: EngineChild;
  readonly serving: Serving;
  readonly endpoint: Endpoint;
  readonly reader: LogReader;
  /** what stopping told; absent before */
  report(): Omit<StopReport, "memory"> | undefined;
}

async function launch(
  args: Omit<ServeArgs, "key">,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
  onEvent: NonNullable<ServerStartOptions["onEvent"]>,
): Promise<LaunchedChild> {
  const reader = new LogReader();
  const ended = Promise.withResolvers<string>();
  const child = new EngineChild(
    {
      onLog: (lines) => {
        for (const [level, text] of lines) {
          reader.add(text);
          onEvent({ kind: "log", level, text });
        }
      },
      onLoading: (share) => onEvent({ kind: "loading", share }),
      onExit: (code, exitSignal, expected) => {
        onEvent({ kind: "exit", code, signal: exitSignal, expected });
        ended.resolve(exitSignal ?? `exit code ${code}`);
      },
    },
    environment,
  );
  const abort = () => void child.end(false);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await child.ready();
    const key = randomBytes(24).toString("base64url");
    const serving = await child.call("serve", { ...args, key });
    const endpoint = { url: `http://127.0.0.1:${serving.port}`, headers: { authorization: `Bearer ${key}` } };
    let report: Omit<StopReport, "memory"> | undefined;
    return {
      child,
      serving,
      endpoint,
      reader,
      ended: ended.promise,
      report: () => report,
      stop: async () => {
        report = await child.end();
        return report.how;
      },
    };
  } catch (error) {
    await child.end(false);
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

class EmbeddedServer implements RunningServer {
  readonly engine: RunningServer["engine"];
  readonly model: ServedModel;
  readonly abilities: ServerAbilities;
  readonly #supervisor: Supervisor<LaunchedChild>;
  #stopped: Promise<StopReport> | undefined;

  constructor({ name, use = "generate", settings }: ServerSpec, supervisor: Supervisor<LaunchedChild>) {
    this.#supervisor = supervisor;
    const { info, slots, contextPerSlot } = supervisor.engine.serving;
    const writes = use === "generate";
    this.engine = { name: "embedded", version: info.version, build: info.build };
    this.model = { name, engineName: name };
    this.abilities = {
      chat: writes,
      completions: writes,
      embeddings: use === "embed",
      rerank: use === "rerank",
      tools: writes,
      jsonSchema: writes,
      images: false,
      adapters: false, // they are of the context: no request can choose among them
      slots,
      contextPerSlot,
      preemption: writes ? "rests" : "none",
      stepTokens: settings.batch,
    };
  }

  get endpoint(): Endpoint {
    return this.#supervisor.engine.endpoint;
  }

  get state(): ServerState {
    return this.#supervisor.state;
  }

  get pid(): number {
    return this.#supervisor.engine.child.pid;
  }

  get memory(): EngineMemory {
    const { reader, serving } = this.#supervisor.engine;
    return { log: reader.read(), ...(serving.totals ? { totals: serving.totals } : {}) };
  }

  ready(signal?: AbortSignal): Promise<void> {
    return this.#supervisor.ready(signal);
  }

  onState(listener: (state: ServerState) => void): () => void {
    return this.#supervisor.onState(listener);
  }

  async countTokens(text: string): Promise<TokenCount> {
    if (this.state !== "ready") throw new LoadoutError("engine-stopped", { what: "count tokens" });
    const { status, text: answer } = await ask(this.endpoint, "/tokenize", {
      body: { content: text, parse_special: false },
    });
    const value = jsonOf(answer);
    const tokens = typeof value === "object" && value !== null && "tokens" in value ? value.tokens : undefined;
    if (!Array.isArray(tokens)) throw new LoadoutError("engine-failed", { what: "counting tokens", got: status });
    return { tokens: tokens.length, exact: true };
  }

  stop(): Promise<StopReport> {
    this.#stopped ??= this.#supervisor.stop().then((how) => ({
      memory: this.memory,
      ...(this.#supervisor.engine.report() ?? { how }),
    }));
    return this.#stopped;
  }
}
