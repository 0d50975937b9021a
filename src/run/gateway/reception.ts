import type { IncomingMessage, ServerResponse } from "node:http";
import { LoadoutError } from "../../facts/errors/index.ts";
import type { LaneSettings } from "../../predict/serving/index.ts";
import { systemClock, type Clock } from "./clock.ts";
import type { Dialect, EngineRequest } from "./dialects/dialect.ts";
import { showsImage } from "./dialects/images.ts";
import { openaiDialect } from "./dialects/openai.ts";
import { EventHub } from "./events.ts";
import { Client, Job, Times } from "./exchange/index.ts";
import { type Caller, deadlineOf, keyCheck, laneOf, originCheck, readJsonBody } from "./guard/index.ts";
import { LaneDesks, type Policy } from "./lanes/index.ts";
import { Meter, METRICS_TYPE, metricsText } from "./metrics/index.ts";
import { DEFAULT_LIMITS, type GatewayLimits, type GatewayOptions, type Page } from "./options.ts";
import { jsonPage, modelEntry, modelsPage } from "./pages.ts";
import { replyFor } from "./exchange/reply-for.ts";
import {
  type Counted,
  countTable,
  dialectOf,
  type Listed,
  listingTable,
  pathOf,
  type Routed,
  routeTable,
} from "./routes.ts";
import { turnAway } from "./turn-away.ts";
import { Upstream } from "./upstream/index.ts";

/** Takes requests in: checks who asks what, reads it, hands it to the lane of its engine. */
export class Reception {
  readonly meter = new Meter();
  readonly events: EventHub;
  readonly limits: GatewayLimits;
  readonly #options: GatewayOptions;
  readonly #clock: Clock;
  readonly #plain: Dialect;
  readonly #routes: ReadonlyMap<string, Routed>;
  readonly #listings: ReadonlyMap<string, Listed>;
  readonly #counts: ReadonlyMap<string, Counted>;
  readonly #checkKey: (headers: IncomingMessage["headers"]) => Caller;
  readonly #checkOrigin: (request: IncomingMessage) => void;
  readonly #desks: LaneDesks;
  readonly #upstream = new Upstream();
  #whenIdle: (() => void) | undefined;

  constructor(options: GatewayOptions, loopback: boolean, policyOf: (settings: LaneSettings) => Policy) {
    const dialects = options.dialects ?? [openaiDialect];
    this.#options = options;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#clock = options.clock ?? systemClock;
    this.#plain = dialects[0] ?? openaiDialect;
    this.#routes = routeTable(dialects);
    this.#listings = listingTable(dialects);
    this.#counts = countTable(dialects);
    this.#checkKey = keyCheck(options.keys ?? []);
    this.#checkOrigin = originCheck({ loopback, allowedHosts: options.allowedHosts ?? [] });
    this.#desks = new LaneDesks(this.#clock, policyOf);
    this.events = new EventHub(this.#clock);
  }

  /** connections to engines, in use and kept */
  get upstreamSockets(): number {
    return this.#upstream.sockets;
  }

  /** Waits until no request is in work, no longer than so many milliseconds. */
  async idle(milliseconds: number, clock: Clock): Promise<void> {
    if (this.#desks.size === 0) return;
    await new Promise<void>((resolve) => {
      const end = clock.after(milliseconds, resolve);
      this.#whenIdle = () => {
        end();
        resolve();
      };
    });
  }

  /** Ends what is in work with a typed error, and lets engines and listeners go. */
  close(): void {
    this.#desks.abort(new LoadoutError("gateway-closing"));
    this.events.close();
    this.#desks.close();
    this.#upstream.close();
  }

  take(request: IncomingMessage, response: ServerResponse): void {
    const times = new Times(this.#clock.now());
    const path = pathOf(request.url ?? "");
    const routed = this.#routes.get(path);
    const dialect = routed?.dialect ?? this.#dialectAt(path);
    try {
      this.#checkOrigin(request);
      if (path === "/health") return this.#page(request, response, jsonPage({ status: "ok" }));
      // files of a page are no secret: a browser cannot send a key before the page that asks for it is there
      if (this.#options.pages?.has(path)) return this.#takeOther(request, response, path);
      const caller = this.#checkKey(request.headers);
      const listing = this.#listings.get(path);
      if (listing?.method === "POST" && request.method === "POST") {
        this.#list(request, response, listing).catch((error: unknown) =>
          this.#turnAway(request, response, dialect, error),
        );
        return;
      }
      const count = this.#counts.get(path);
      if (count) {
        if (request.method !== "POST") throw wrongMethod(request, path, "POST");
        this.#count(request, response, count).catch((error: unknown) =>
          this.#turnAway(request, response, dialect, error),
        );
        return;
      }
      if (!routed) return this.#takeOther(request, response, path);
      if (request.method !== routed.route.method) throw wrongMethod(request, path, routed.route.method);
      this.#exchange(request, response, routed, caller, times).catch((error: unknown) =>
        this.#turnAway(request, response, dialect, error),
      );
    } catch (error) {
      this.#turnAway(request, response, dialect, error);
    }
  }

  async #exchange(
    request: IncomingMessage,
    response: ServerResponse,
    { dialect, route, batch }: Routed,
    caller: Caller,
    times: Times,
  ): Promise<void> {
    const lane = laneOf(request.headers, batch, caller.lane);
    const deadlineMs = deadlineOf(request.headers);
    const body = await readJsonBody(request, this.limits.bodyBytes);
    if (!body || response.destroyed) return;
    const asked = route.translate(body);

    const gone = new AbortController();
    let job: Job | undefined;
    response.on("close", () => {
      if (response.writableFinished) return;
      gone.abort();
      job?.leave();
    });
    const { serving, release } = await this.#options.models.acquire(asked.model, gone.signal, lane);
    if (response.destroyed) return release();
    const { server, lanes } = serving;
    if (server.state === "failed" || server.state === "stopped") {
      release();
      throw new LoadoutError("lane-no-engine", { seconds: 10 });
    }
    if (!server.abilities[route.operation]) {
      release();
      throw new LoadoutError("model-cannot", { model: server.model.name, what: route.operation });
    }
    if (server.abilities.images === false && showsImage(asked.body)) {
      release();
      throw new LoadoutError("model-cannot", { model: server.model.name, what: "images" });
    }
    const client = new Client(response, dialect, times, this.#clock, this.limits);
    job = new Job({
      operation: route.operation,
      lane,
      key: caller.name,
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      costTokens: costOf(request, asked),
      client,
      reply: replyFor({ client, asked, operation: route.operation, lane, lanes, engineName: server.model.engineName }),
      times,
      server,
      desk: this.#desks.of(serving),
      upstream: this.#upstream,
      meter: this.meter,
      clock: this.#clock,
      onFault: this.#options.onFault,
      done: (outcome, usage) => {
        release();
        if (this.events.watched) {
          const { queueMs } = times;
          const ttftMs = times.firstByteMs > 0 ? times.ttftMs : undefined;
          this.events.tell("request", { model: server.model.name, lane, outcome, queueMs, ttftMs, ...usage });
        }
        if (this.#desks.size === 0) this.#whenIdle?.();
      },
    });
    job.begin();
  }

  async #list(request: IncomingMessage, response: ServerResponse, listing: Listed): Promise<void> {
    const body = await readJsonBody(request, this.limits.bodyBytes);
    if (body) this.#page(request, response, jsonPage(listing.answer(this.#options.models.list(), body)));
  }

  /** Asks the tokenizer of an engine; nothing is computed for it, so no lane is asked. */
  async #count(request: IncomingMessage, response: ServerResponse, count: Counted): Promise<void> {
    const body = await readJsonBody(request, this.limits.bodyBytes);
    if (!body || response.destroyed) return;
    const { model, text, besides } = count.text(body);
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const { serving, release } = await this.#options.models.acquire(model, gone.signal);
    try {
      const { tokens } = await serving.server.countTokens(text);
      if (!response.destroyed) this.#page(request, response, jsonPage(count.answer(tokens + besides)));
    } finally {
      release();
    }
  }

  /** Who answers at a path that is no exchange, or where nothing is. */
  #dialectAt(path: string): Dialect {
    const { dialects = [] } = this.#options;
    return this.#listings.get(path)?.dialect ?? dialectOf(dialects, path) ?? this.#plain;
  }

  /** Everything that is no dialect's exchange. */
  #takeOther(request: IncomingMessage, response: ServerResponse, path: string): void {
    const page = this.#pageAt(path);
    const watching = path === "/v1/loadout/events";
    if (!page && !watching) {
      const method = (request.method ?? "").slice(0, 20);
      throw new LoadoutError("gateway-no-route", { method, path: path.slice(0, 100) });
    }
    if (request.method !== "GET" && request.method !== "HEAD") throw wrongMethod(request, path, "GET");
    if (page) this.#page(request, response, page());
    else this.events.listen(response);
  }

  #pageAt(path: string): (() => Page) | undefined {
    const { models, loadout, pages } = this.#options;
    if (path === "/v1/models") return () => modelsPage(models.list());
    if (path === "/metrics")
      return () => ({ headers: { "content-type": METRICS_TYPE }, body: metricsText(this.meter) });
    if (path === "/v1/loadout" && loadout) return () => jsonPage(loadout());
    if (path.startsWith("/v1/models/")) {
      const name = decoded(path.slice("/v1/models/".length));
      const model = models.list().find((candidate) => candidate.name === name);
      return model && (() => jsonPage(modelEntry(model)));
    }
    const listing = this.#listings.get(path);
    if (listing?.method === "GET") return () => jsonPage(listing.answer(models.list(), {}));
    return pages?.get(path);
  }

  #page(request: IncomingMessage, response: ServerResponse, { status = 200, headers, body }: Page): void {
    response.writeHead(status, {
      "x-content-type-options": "nosniff",
      ...headers,
      "content-length": Buffer.byteLength(body),
    });
    response.end(request.method === "HEAD" ? undefined : body);
  }

  #turnAway(request: IncomingMessage, response: ServerResponse, dialect: Dialect, fault: unknown): void {
    const known = fault instanceof LoadoutError;
    if (!known) this.#options.onFault?.(fault);
    const error = known ? fault : new LoadoutError("internal", { what: "serving" });
    this.meter.away(error.code);
    turnAway(request, response, dialect, error);
  }
}

function wrongMethod(request: IncomingMessage, path: string, expected: string): LoadoutError {
  return new LoadoutError("gateway-method", { path, expected, got: (request.method ?? "nothing").slice(0, 20) });
}

/** Tokens it may come to, roughly: four bytes of body a token, and what it may answer. Only fairness rests on it. */
function costOf(request: IncomingMessage, { body }: EngineRequest): number {
  const limit = body["max_completion_tokens"] ?? body["max_tokens"];
  const answer = typeof limit === "number" && limit > 0 ? limit : 256;
  return Number(request.headers["content-length"] ?? 1024) / 4 + answer;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
