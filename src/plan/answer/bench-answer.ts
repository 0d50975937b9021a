import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import type { Measured } from "../../predict/estimate/index.ts";
import type {
  ArrivalStatistics,
  Distribution,
  RecordDifference,
  RequestRecord,
  Summary,
  ToolReport,
} from "../../predict/serving/index.ts";
import type { ANSWER_VERSION } from "./fit-numbers.ts";

/** What is asked of an endpoint at once: people who wait for answers, or requests (conversations) that come at a rate. */
export type BenchLoad = { readonly users: number } | { readonly requestsPerSec: number };

/** What the measuring process was like meanwhile. */
export interface BenchClient {
  readonly loopLagMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly cpuPerEventUs?: number;
  /** share of one core */
  readonly busy: number;
}

/** A request with times from the start of its point, milliseconds. */
export type BenchRequest = Omit<RequestRecord, "tokenMs"> & { readonly tokenMs: readonly number[] };

/** What is known of an endpoint's server, as far as it says so, or its command here, or a person. */
export interface BenchServer {
  readonly saidBy: "loadout" | "llama-server" | "its command" | "flags";
  readonly engine?: "llama-server" | "embedded";
  readonly build?: string;
  readonly model?: string;
  readonly quantization?: string;
  readonly modelBytes?: number;
  /** where its weights lie, on its machine */
  readonly modelPath?: string;
  readonly slots?: number;
  /** cells over all slots */
  readonly contextTokens?: number;
  readonly contextPerSlot?: number;
  readonly unifiedCache?: boolean;
  /** -b */
  readonly stepTokens?: number;
  /** -ub */
  readonly microBatchTokens?: number;
  readonly cacheTypeK?: string;
  readonly cacheTypeV?: string;
  readonly threads?: number;
  /** all of them, where they are known whole */
  readonly settings?: LlamaCppSettings;
}

/** A rate that the requests show by themselves, beside the prediction. Tokens per second, of all streams together. */
export interface BenchRate {
  readonly what: "decode" | "prefill";
  /** tokens in each cache on average, or of the prompt */
  readonly at: number;
  readonly streams: number;
  readonly measuredPerSec: number;
  /** tokens measured over */
  readonly tokens: number;
  /** with what this machine had measured before, and its band of 80% */
  readonly predicted?: Measured;
  /** measured by predicted */
  readonly ratio?: number;
  readonly insideBand?: boolean;
}

/** What a prompt cache held, as far as the server says. */
export interface BenchCache {
  readonly said: "of every answer" | "of some answers" | "of none";
  /** cached of all prompt tokens, over the answers it was said of */
  readonly share?: number;
  /** share of those answers of which anything was cached */
  readonly hits?: number;
}

/** One load, measured. */
export interface BenchPoint {
  readonly load: BenchLoad;
  readonly summary: Summary;
  /** of a load of several lanes: each by itself; `summary` is of all together */
  readonly lanes?: readonly { readonly lane: string; readonly summary: Summary }[];
  readonly cache: BenchCache;
  readonly client: BenchClient;
  /** prompts and answers as they came out */
  readonly promptTokens?: Distribution;
  readonly outputTokens?: Distribution;
  /** part of the time to the first token where each request has a connection of its own */
  readonly connectMs?: Distribution;
  /** sent again because a kept connection was closed */
  readonly retried: number;
  /** what came of the arrivals, as sent; open loop only */
  readonly arrivals?: ArrivalStatistics;
  /** small requests one after another beside the load, from send to end */
  readonly sideProbe?: { readonly alone?: Distribution; readonly beside?: Distribution; readonly failed: number };
  /** why requests failed, with how many */
  readonly failures: readonly { readonly error: string; readonly count: number }[];
  readonly requests: readonly BenchRequest[];
}

/** What this client adds at a rate, against a null server whose own log is the truth. Milliseconds, reported less true. */
export interface BenchCeilingStep {
  readonly streams: number;
  readonly askedTokensPerSec: number;
  readonly tokensPerSec: number;
  readonly ttftMs: { readonly true50: number; readonly added50: number; readonly added99: number };
  readonly gapMs: { readonly true50: number; readonly added50: number; readonly added99: number };
  readonly lag99Ms: number;
  readonly cpuPerEventUs?: number;
  /** the median to the first token is right within 10%, the median gap too, and the rate was reached */
  readonly good: boolean;
}

export interface BenchEndpoint {
  readonly base: string;
  readonly model: string;
  /** how prompts of a length were made */
  readonly prompts: {
    readonly how: "tokenized" | "calibrated" | "estimated" | "data set";
    readonly tokensPerWord?: number;
    readonly overheadTokens?: number;
  };
  /** fields it does not take, so that answers may be shorter than asked */
  readonly refused: readonly string[];
  /** absent: it says nothing of itself */
  readonly server?: BenchServer;
}

/** `loadout bench` */
export interface BenchAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "bench";
  readonly endpoint: BenchEndpoint;
  readonly asked: {
    readonly loop: "closed" | "open" | "sessions";
    /** in the words of the flags */
    readonly arrivals?: string;
    readonly prompt: string;
    readonly output: string;
    readonly seed: number;
    readonly cache: "unique" | "off" | "shared";
    readonly connections: "fresh" | "kept";
    /** users of other lanes beside the load, as they are typed */
    readonly lanes?: readonly string[];
  };
  /** absent: the client was not checked */
  readonly ceiling?: { readonly tokensPerSec?: number; readonly steps: readonly BenchCeilingStep[] };
  readonly points: readonly BenchPoint[];
  /** of several points: place of the one with the highest throughput by latency */
  readonly knee?: { readonly index: number; readonly beyond: boolean };
  readonly compared?: {
    readonly endpoint: BenchEndpoint;
    /** what the second is asked otherwise, as it is typed; absent: the address alone differs */
    readonly differs?: readonly string[];
    /** a point for each of `points`, measured next to it */
    readonly points: readonly BenchPoint[];
    readonly differences: readonly RecordDifference[];
    /** tokens per second of the second by the first */
    readonly throughput?: Measured;
  };
  /** the same requests as another tool counts them, a report a point */
  readonly as?: readonly ToolReport[];
  /** the rig that the server runs on, as flags describe it; absent: this machine, or nobody said */
  readonly rig?: string;
  /** what the server's requests say of its machine's speed; absent: it is not known what ran where */
  readonly rates?: readonly BenchRate[];
  /** where they are kept: of this machine for the next predictions */
  readonly receipt?: { readonly id: number; readonly database: string };
  readonly stopped: boolean;
  readonly notes: readonly string[];
  /** file of the whole answer */
  readonly stored?: string;
  readonly next: readonly string[];
}
