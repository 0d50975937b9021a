import { LoadoutError } from "../../../facts/errors/index.ts";
import type { Backend } from "../../../facts/hardware/index.ts";
import { LogReader } from "../../../facts/runtime/index.ts";
import type {
  ChatRequest,
  Engine,
  EngineDevice,
  EngineInfo,
  EngineMemory,
  EngineSpec,
  LoadTimes,
  RamAndDevices,
  ReplyEvent,
  RunningEngine,
  ScoreRequest,
  StartOptions,
  StopReport,
  ThreadMeasurement,
  ThreadOptions,
  TokenScore,
} from "../engine.ts";
import { Channel } from "./channel.ts";
import { EngineChild, within } from "./child.ts";
import type { DryRunArgs, Loaded } from "./protocol.ts";

/** llama.cpp inside node-llama-cpp, in a process of its own. */
export function embeddedEngine(environment: Readonly<Record<string, string>> = {}): Engine {
  return { name: "embedded", start: (spec, options) => start(spec, options ?? {}, environment) };
}

/** Devices that the engine lists, per back end, found out in a process of its own that is ended after `limitMs`. */
export async function embeddedDevices(
  backends: readonly Backend[] = ["cuda", "vulkan", "metal"],
  limitMs = 10_000,
  environment: Readonly<Record<string, string>> = {},
): Promise<EngineDevice[]> {
  return inChild("listing devices", limitMs, environment, (child) => child.call("devices", { backends }));
}

/** The engine's dry run of a file, whole or only its header: totals only, see {@link RamAndDevices}. */
export async function embeddedDryRun(
  args: DryRunArgs,
  limitMs = 60_000,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ model: RamAndDevices; context: RamAndDevices }> {
  return inChild("a dry run", limitMs, environment, (child) => child.call("dryRun", args));
}

async function inChild<Value>(
  what: string,
  limitMs: number,
  environment: Readonly<Record<string, string>>,
  work: (child: EngineChild) => Promise<Value>,
): Promise<Value> {
  const child = new EngineChild({}, environment);
  try {
    const value = await within(
      limitMs,
      work(child).then((done) => ({ done })),
    );
    if (value === undefined) throw new LoadoutError("engine-slow", { what, expected: `${limitMs} ms` });
    return value.done;
  } finally {
    await child.end(false);
  }
}

async function start(
  spec: EngineSpec,
  { signal, onEvent }: StartOptions,
  environment: Readonly<Record<string, string>>,
): Promise<RunningEngine> {
  if (signal?.aborted === true) throw new LoadoutError("interrupted");
  const began = performance.now();
  const reader = new LogReader();
  const child = new EngineChild(
    {
      onLog: (lines) => {
        for (const [level, text] of lines) {
          reader.add(text);
          onEvent?.({ kind: "log", level, text });
        }
      },
      onLoading: (share) => onEvent?.({ kind: "loading", share }),
      onExit: (code, exitSignal, expected) => onEvent?.({ kind: "exit", code, signal: exitSignal, expected }),
    },
    environment,
  );
  let aborted = false;
  const abort = () => {
    aborted = true;
    void child.end(false);
  };
  signal?.addEventListener("abort", abort, { once: true });
  try {
    await child.ready();
    const spawnMs = performance.now() - began;
    const loaded = await child.call("load", { ...spec });
    const times = { spawnMs, ...loaded.times, totalMs: performance.now() - began };
    return new EmbeddedEngine(child, reader, loaded, times);
  } catch (error) {
    await child.end(false);
    throw aborted ? new LoadoutError("interrupted", {}, { cause: error }) : error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

class EmbeddedEngine implements RunningEngine {
  readonly info: EngineInfo;
  readonly loadTimes: LoadTimes;
  readonly template;
  readonly pid: number;
  readonly #child: EngineChild;
  readonly #reader: LogReader;
  readonly #loaded: Loaded;
  #stopped: Promise<StopReport> | undefined;

  constructor(child: EngineChild, reader: LogReader, loaded: Loaded, loadTimes: LoadTimes) {
    this.#child = child;
    this.#reader = reader;
    this.#loaded = loaded;
    this.info = { ...loaded.info, devices: withFreeMemory(loaded.info.devices, reader) };
    this.template = loaded.template;
    this.loadTimes = loadTimes;
    this.pid = child.pid;
  }

  get memory(): EngineMemory {
    return { log: this.#reader.read(), totals: this.#loaded.totals };
  }

  async *chat({ signal, ...request }: ChatRequest): AsyncGenerator<ReplyEvent> {
    const channel = new Channel<ReplyEvent>();
    let id = 0;
    const cancel = () => this.#child.cancel(id);
    this.#child.call("chat", request, { onPart: (part) => channel.push(part), onId: (given) => (id = given) }).then(
      () => channel.end(),
      (error: unknown) => channel.fail(error),
    );
    if (signal?.aborted === true) cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      yield* channel;
    } finally {
      signal?.removeEventListener("abort", cancel);
      cancel(); // the reader may have left in the middle; after the end this is nothing
    }
  }

  countTokens(text: string): Promise<number> {
    return this.#child.call("countTokens", { text });
  }

  tokenize(text: string): Promise<readonly number[]> {
    return this.#child.call("tokenize", { text });
  }

  score(request: ScoreRequest): Promise<readonly TokenScore[]> {
    return this.#child.call("score", request);
  }

  measureThreads(options: ThreadOptions = {}): Promise<ThreadMeasurement> {
    return this.#child.call("measureThreads", options);
  }

  stop(): Promise<StopReport> {
    this.#stopped ??= this.#child.end().then((ended) => ({ memory: this.memory, ...ended }));
    return this.#stopped;
  }
}

/** The log says what was free on each device before loading; the list of devices does not. */
function withFreeMemory(devices: readonly EngineDevice[], reader: LogReader): EngineDevice[] {
  const logged = new Map(reader.read().devices.map(({ label, freeBytes }) => [label, freeBytes]));
  return devices.map((device) => {
    const freeBytes = logged.get(device.label);
    return freeBytes === undefined ? device : { ...device, freeBytes };
  });
}
