import type { Backend } from "../../../facts/hardware/index.ts";
import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import type {
  ChatRequest,
  EngineDevice,
  EngineInfo,
  LoadTimes,
  RamAndDevices,
  ReplyEvent,
  ScoreRequest,
  ThreadMeasurement,
  ThreadOptions,
  TokenScore,
} from "../engine.ts";
import type { AdapterFile } from "../server.ts";

/** Calls from the parent to the child process: name, arguments, answer. */
export interface Calls {
  load: { args: LoadArgs; answer: Loaded };
  /** loads as `load` does, behind an HTTP server of the child's own */
  serve: { args: ServeArgs; answer: Serving };
  chat: { args: Omit<ChatRequest, "signal">; answer: null };
  countTokens: { args: { text: string }; answer: number };
  tokenize: { args: { text: string }; answer: readonly number[] };
  score: { args: ScoreRequest; answer: readonly TokenScore[] };
  measureThreads: { args: ThreadOptions; answer: ThreadMeasurement };
  devices: { args: { backends: readonly Backend[] }; answer: EngineDevice[] };
  dryRun: { args: DryRunArgs; answer: { model: RamAndDevices; context: RamAndDevices } };
  /** most RAM that the process held, bytes */
  stop: { args: Record<string, never>; answer: number };
}
export type CallName = keyof Calls;

export interface LoadArgs {
  readonly modelPath: string;
  readonly backend: Backend | "auto";
  readonly settings: LlamaCppSettings;
  readonly threads?: number;
  readonly warmUp?: boolean;
  readonly adapters?: readonly AdapterFile[];
  readonly lanes?: LaneOptions;
}

export interface ServeArgs extends LoadArgs {
  /** the model's name in answers */
  readonly name: string;
  readonly use: "generate" | "embed" | "rerank";
  /** who knows it may ask */
  readonly key: string;
}

export interface Serving extends Omit<Loaded, "totals"> {
  readonly port: number;
  readonly slots: number;
  readonly contextPerSlot: number;
  /** absent where the engine does not say: of contexts for vectors */
  readonly totals?: Loaded["totals"];
}

/** How chats and batch share the steps of an engine. */
export interface LaneOptions {
  /** sequences that batch never takes */
  readonly reserved: number;
  /** an idle engine waits so long for others to share its first step */
  readonly holdMs: number;
  /** a resting batch reply steps once after this time */
  readonly agingMs: number;
  /** longest step that prompts of the batch lane may cause, as far as it can be foreseen; absent: no limit */
  readonly batchStepMs?: number;
}

export type DryRunArgs = Pick<LoadArgs, "modelPath" | "backend" | "settings">;

export interface Loaded {
  readonly info: EngineInfo;
  readonly template: "own" | "none";
  readonly totals: { readonly model: RamAndDevices; readonly context: RamAndDevices };
  readonly times: Omit<LoadTimes, "spawnMs" | "totalMs">;
}

/** Parent to child. */
export type ToChild =
  | {
      readonly [Name in CallName]: { readonly id: number; readonly call: Name; readonly args: Calls[Name]["args"] };
    }[CallName]
  | { readonly id: number; readonly cancel: true };

export type AnyAnswer = Calls[CallName]["answer"];

/** Child to parent. Whoever receives an answer knows its type from the call: there it is `never`, which fits them all. */
export type FromChild<Answer> =
  | { readonly ready: true }
  | { readonly log: readonly LogEntry[] }
  | { readonly loading: number }
  | { readonly id: number; readonly part: ReplyEvent }
  | { readonly id: number; readonly answer: Answer }
  | { readonly id: number; readonly error: SentError };

export type LogEntry = readonly [level: string, text: string];

/** An error on its way through the channel; `code` is a row of the error table. */
export interface SentError {
  readonly code: string;
  readonly details: Readonly<Record<string, string | number | boolean>>;
}
