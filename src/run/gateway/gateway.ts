import { createServer, type Server } from "node:http";
import { LoadoutError } from "../../facts/errors/index.ts";
import { LanePolicy } from "../../predict/serving/index.ts";
import { systemClock } from "./clock.ts";
import { isLoopback } from "./guard/index.ts";
import type { Gateway, GatewayLimits, GatewayOptions } from "./options.ts";
import { Reception } from "./reception.ts";
import { turnAwayBroken } from "./turn-away.ts";

/** How often connections are looked through for those beyond their time. */
const CHECK_CONNECTIONS_MS = 1000;

/** Refuses an address that could not be opened, before anything is loaded for it: a port that is taken, one that needs keys. */
export async function checkAddress(options: Pick<GatewayOptions, "host" | "port" | "keys">): Promise<void> {
  const { host = "127.0.0.1", port = 0, keys = [] } = options;
  checkKeys(host, keys);
  if (port === 0) return;
  const server = createServer();
  await listen(server, host, port);
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

function checkKeys(host: string, keys: NonNullable<GatewayOptions["keys"]>): void {
  if (!isLoopback(host) && keys.length === 0) throw new LoadoutError("gateway-keys-needed", { got: host });
}

/** Opens the one address behind which all engines answer. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { host = "127.0.0.1", keys = [], clock = systemClock } = options;
  const loopback = isLoopback(host);
  checkKeys(host, keys);

  const reception = new Reception(options, loopback, (settings) => new LanePolicy(settings));
  const server = serverWith(reception.limits);
  server.on("request", (request, response) => reception.take(request, response));
  server.on("clientError", turnAwayBroken);
  const port = await listen(server, host, options.port ?? 0);

  const close = async (graceMs: number): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    reception.events.close();
    server.closeIdleConnections();
    if (graceMs > 0) await reception.idle(graceMs, clock);
    reception.close();
    server.closeIdleConnections();
    // who was told of the end reads it before the connection goes
    clock.after(100, () => server.closeAllConnections());
    await closed;
  };
  let closing: Promise<void> | undefined;

  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    counts: () => reception.meter.counts(),
    sockets: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, clients) =>
          error ? reject(error) : resolve({ clients, engines: reception.upstreamSockets }),
        ),
      ),
    announce: (event, data) => reception.events.tell(event, data),
    close: (graceMs = 0) => (closing ??= close(graceMs)),
  };
}

function serverWith(limits: GatewayLimits): Server {
  const server = createServer({
    noDelay: true,
    keepAlive: true,
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: CHECK_CONNECTIONS_MS,
  });
  server.maxConnections = limits.connections;
  return server;
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: Error) =>
      reject(new LoadoutError("gateway-cannot-listen", { got: `${host}:${port}`, problem: error.message })),
    );
    server.listen(port, host, () => {
      server.removeAllListeners("error");
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
