import { timingSafeEqual } from "node:crypto";
import { createServer, type Server } from "node:http";
import { LoadoutError } from "../../../../facts/errors/index.ts";
import { Exchange } from "./exchange.ts";

const KEEP_ALIVE_MS = 10 * 60_000;

/** What a path does. */
export type Handler = (exchange: Exchange) => Promise<void> | void;

/** By method and path: "POST /v1/chat/completions". */
export type Routes = Readonly<Record<string, Handler>>;

/** The engine's own server: on loopback, for who knows the key. It says that it is loading until it is given its routes. */
export class EngineServer {
  readonly #server: Server;
  readonly #key: Buffer;
  #routes: Routes | undefined;

  constructor(key: string) {
    this.#key = Buffer.from(`Bearer ${key}`);
    // who drives it keeps connections: closing them while a request is on its way would lose that
    this.#server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
      const exchange = new Exchange(request, response);
      this.#answer(exchange).catch((error: unknown) => exchange.fail(error));
    });
  }

  /** Answers with the port. */
  async open(): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once("error", reject);
    this.#server.listen(0, "127.0.0.1", resolve);
    await promise;
    const address = this.#server.address();
    if (typeof address !== "object" || !address)
      throw new LoadoutError("engine-failed", { what: "opening a port", got: "no address" });
    return address.port;
  }

  serve(routes: Routes): void {
    this.#routes = routes;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(exchange: Exchange): Promise<void> {
    const { method, url = "/", headers } = exchange.request;
    const path = url.split("?")[0]!;
    if (path === "/health") {
      if (!this.#routes) throw new LoadoutError("engine-loading");
      exchange.json({ status: "ok" });
      return;
    }
    const key = Buffer.from(headers.authorization ?? "");
    if (key.length !== this.#key.length || !timingSafeEqual(key, this.#key)) throw new LoadoutError("engine-key-wrong");
    if (!this.#routes) throw new LoadoutError("engine-loading");
    const name = `${method} ${path}`;
    const handler = Object.hasOwn(this.#routes, name) ? this.#routes[name] : undefined;
    if (!handler) throw new LoadoutError("engine-path-unknown", { path: name });
    await handler(exchange);
  }
}
