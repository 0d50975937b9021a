import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { LoadoutError } from "../../facts/errors/index.ts";
import { ANSWER_VERSION } from "../../plan/answer/index.ts";
import { type Claims, type Clock, type Page, systemClock } from "../gateway/index.ts";
import { originCheck } from "../gateway/guard/index.ts";
import { DEFAULT_LIMITS } from "../gateway/options.ts";
import { turnAwayBroken } from "../gateway/turn-away.ts";
import { passChat, pidIn } from "./chat-proxy.ts";
import { LiveFeed } from "./live-feed.ts";

const HOST = "127.0.0.1";
/** a page and its worker, some tabs, some scripts */
const MOST_CONNECTIONS = 128;

/** An answer to `GET`; `signal` aborts when who asked has left. */
export type Answerer = (query: URLSearchParams, signal: AbortSignal) => Promise<Page>;

export interface WebOptions {
  /** 0: any free port */
  readonly port: number;
  /** by exact path */
  readonly files: ReadonlyMap<string, Page>;
  /** by exact path: "/api/rig" */
  readonly answers: ReadonlyMap<string, Answerer>;
  readonly claims: Pick<Claims, "others">;
  readonly receiptsChangedAtMs?: () => Promise<number | undefined>;
  readonly clock?: Clock;
  /** told of faults of this server itself; they are answered as `internal` */
  readonly onFault: (fault: unknown) => void;
}

export interface WebServer {
  /** "http://127.0.0.1:8090" */
  readonly url: string;
  readonly port: number;
  /** is anybody shown what runs? */
  readonly watched: boolean;
  /** Ends streams and closes all connections. Twice is once. */
  close(): Promise<void>;
}

/** Opens the page's address, on this machine alone: there are no keys, so nobody else may reach it. */
export async function startWeb(options: WebOptions): Promise<WebServer> {
  const { clock = systemClock } = options;
  const feed = new LiveFeed({ ...options, clock });
  const desk = new Desk(options, feed);
  const server = createServer({
    noDelay: true,
    maxHeaderSize: DEFAULT_LIMITS.headerBytes,
    headersTimeout: DEFAULT_LIMITS.headersMs,
    requestTimeout: DEFAULT_LIMITS.requestMs,
    keepAliveTimeout: DEFAULT_LIMITS.idleMs,
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.on("request", (request, response) => void desk.take(request, response));
  server.on("clientError", turnAwayBroken);
  const port = await listen(server, options.port);
  let closing: Promise<void> | undefined;
  return {
    url: `http://${HOST}:${port}`,
    port,
    get watched() {
      return feed.watching;
    },
    close: () =>
      (closing ??= new Promise((resolve) => {
        server.close(() => resolve());
        feed.close();
        server.closeIdleConnections();
        // who was told of the end reads it before the connection goes
        clock.after(100, () => server.closeAllConnections());
      })),
  };
}

/** Takes requests: checks who asks, and gives each to whoever answers it. */
class Desk {
  readonly #options: WebOptions;
  readonly #feed: LiveFeed;
  readonly #check = originCheck({ loopback: true, allowedHosts: [] });

  constructor(options: WebOptions, feed: LiveFeed) {
    this.#options = options;
    this.#feed = feed;
  }

  async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#answer(request, response);
    } catch (fault) {
      if (!(fault instanceof LoadoutError)) this.#options.onFault(fault);
      const error = fault instanceof LoadoutError ? fault : new LoadoutError("internal", { what: "the page's server" });
      if (response.headersSent) response.destroy();
      else turnAway(request, response, error);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { files, answers, claims } = this.#options;
    const target = request.url ?? "";
    const mark = target.indexOf("?");
    const path = mark < 0 ? target : target.slice(0, mark);
    const file = files.get(path);
    this.#check(file && isNavigation(request) ? withoutSite(request) : request);
    const pid = pidIn(path);
    if (pid !== undefined) {
      if (request.method !== "POST") throw wrongMethod(request, path, "POST");
      return passChat(request, response, pid, claims);
    }
    const answer = answers.get(path);
    if (!file && !answer && path !== "/api/events")
      throw new LoadoutError("web-no-route", { path: path.slice(0, 100) });
    if (request.method !== "GET" && request.method !== "HEAD") throw wrongMethod(request, path, "GET");
    if (file) return send(request, response, file);
    if (!answer) return this.#feed.listen(response);
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const page = await answer(new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1)), gone.signal);
    if (!response.destroyed) send(request, response, page);
  }
}

/** Somebody follows a link to the page, from wherever: it is shown as its own page, and nothing of it can be read from there. */
function isNavigation({ method, headers }: IncomingMessage): boolean {
  return method === "GET" && headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
}

function withoutSite({ headers, rawHeaders }: IncomingMessage): Pick<IncomingMessage, "headers" | "rawHeaders"> {
  const { "sec-fetch-site": _, ...rest } = headers;
  return { headers: rest, rawHeaders };
}

function send(request: IncomingMessage, response: ServerResponse, { status = 200, headers, body }: Page): void {
  response.writeHead(status, {
    "x-content-type-options": "nosniff",
    ...headers,
    "content-length": Buffer.byteLength(body),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** Says no. A body that was not read will not be: the connection is closed, so that nothing of it is taken for a request. */
function turnAway(request: IncomingMessage, response: ServerResponse, error: LoadoutError): void {
  const body = JSON.stringify({ schema: ANSWER_VERSION, kind: "error", error });
  response.writeHead(error.httpStatus, {
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-length": Buffer.byteLength(body),
    ...(request.complete ? {} : { connection: "close" }),
    ...(error.httpStatus === 405 ? { allow: String(error.details["expected"]) } : {}),
    ...(error.httpStatus === 503 ? { "retry-after": "1" } : {}),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

function wrongMethod(request: IncomingMessage, path: string, expected: string): LoadoutError {
  return new LoadoutError("web-method", { path, expected, got: (request.method ?? "nothing").slice(0, 20) });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: Error) =>
      reject(new LoadoutError("gateway-cannot-listen", { got: `${HOST}:${port}`, problem: error.message })),
    );
    server.listen(port, HOST, () => {
      server.removeAllListeners("error");
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
