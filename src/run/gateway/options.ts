import type { LaneName } from "../../predict/serving/index.ts";
import type { Clock } from "./clock.ts";
import type { Dialect } from "./dialects/dialect.ts";
import type { Models } from "./serving.ts";

export interface GatewayOptions {
  readonly models: Models;
  /** default: OpenAI's alone; errors outside a dialect's routes are answered as the first one does */
  readonly dialects?: readonly Dialect[];
  /** address to listen on; default 127.0.0.1. Any address that is not loopback needs {@link keys} */
  readonly host?: string;
  /** 0 (the default): any free port */
  readonly port?: number;
  /** who may use it; none: whoever reaches a loopback address */
  readonly keys?: readonly GatewayKey[];
  /** names under which clients may reach it, besides loopback names and numeric addresses */
  readonly allowedHosts?: readonly string[];
  /** what `GET /v1/loadout` answers: plan, predicted, actual, lanes */
  readonly loadout?: () => unknown;
  /** files served besides, by exact path and without a key: the chat page */
  readonly pages?: ReadonlyMap<string, PageSource>;
  readonly limits?: Partial<GatewayLimits>;
  readonly clock?: Clock;
  /** told of faults of the gateway itself; they are answered as `internal`. Never holds a prompt */
  readonly onFault?: (fault: unknown) => void;
}

export interface GatewayKey {
  /** the secret as clients send it; only its digest is kept */
  readonly secret: string;
  /** who it is, in metrics and events; shares are fair between names */
  readonly name: string;
  /** lane of its requests, where they do not say themselves; default interactive */
  readonly lane?: LaneName;
}

export interface Page {
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** A page, made when it is asked for. */
export type PageSource = () => Page;

export interface GatewayLimits {
  /** of a request's body */
  readonly bodyBytes: number;
  /** of a request line with its headers */
  readonly headerBytes: number;
  /** from connecting to the last byte of the headers */
  readonly headersMs: number;
  /** from connecting to the last byte of the body */
  readonly requestMs: number;
  /** connections open at once; more are closed at once */
  readonly connections: number;
  /** a connection without a request is closed after it */
  readonly idleMs: number;
  /** a client that takes no byte so long, while there are bytes for it, is let go */
  readonly stallMs: number;
  /** between comments in a stream that has begun and pauses (batch work that makes room) */
  readonly heartbeatMs: number;
}

/** 32 MiB hold a dozen photographs in base64. Prompts are text that is ready: a minute for its last byte is much. */
export const DEFAULT_LIMITS: GatewayLimits = {
  bodyBytes: 32 * 1024 * 1024,
  headerBytes: 16 * 1024,
  headersMs: 10_000,
  requestMs: 60_000,
  connections: 2048,
  idleMs: 30_000,
  stallMs: 60_000,
  heartbeatMs: 10_000,
};

/** A gateway that listens. */
export interface Gateway {
  /** "http://127.0.0.1:8080" */
  readonly url: string;
  readonly port: number;
  /** requests now, by lane */
  counts(): LaneCounts;
  /** connections now: of clients, and to engines (in use and kept) */
  sockets(): Promise<{ readonly clients: number; readonly engines: number }>;
  /** tells listeners of `/v1/loadout/events`: loading, restarts, whatever the caller knows */
  announce(event: string, data: unknown): void;
  /** Takes no new requests, ends the ones in work with a typed error after `graceMs`, closes all connections. */
  close(graceMs?: number): Promise<void>;
}

export type LaneCounts = Readonly<Record<LaneName, { readonly waiting: number; readonly working: number }>>;
