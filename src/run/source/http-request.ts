import http, { type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import https from "node:https";
import { LoadoutError } from "../../facts/errors/index.ts";
import { codeOf, messageOf } from "../home/index.ts";

export interface HttpLimits {
  /** from the start until the headers have come: name look-up, connection, TLS and the server's thinking */
  readonly answerMs: number;
  /** between two pieces of a body */
  readonly idleMs: number;
  readonly redirects: number;
}

/**
 * Without a network a person waits at most `answerMs`: name servers and routers that say no do so at once, those that say
 * nothing cost the whole time. A content network that takes longer than this to answer is as good as absent.
 */
const HTTP_LIMITS: HttpLimits = { answerMs: 5_000, idleMs: 30_000, redirects: 8 };

export interface HttpRequest {
  readonly url: URL;
  readonly method?: "GET" | "HEAD";
  readonly headers?: Readonly<Record<string, string>>;
  /** sent to `origin` and to no other host, also after a redirect */
  readonly token?: { readonly origin: string; readonly value: string };
  readonly signal?: AbortSignal;
  readonly limits?: Partial<HttpLimits>;
  /** stop following redirects at an answer that already says enough */
  readonly enough?: (headers: IncomingHttpHeaders) => boolean;
}

export interface HttpAnswer {
  readonly status: number;
  /** of the last answer */
  readonly headers: IncomingHttpHeaders;
  /** of every answer on the way, the last included */
  readonly hops: readonly IncomingHttpHeaders[];
  readonly url: URL;
  /** must be read to its end or destroyed */
  readonly body: IncomingMessage;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Sends a request and follows redirects by hand, so that the token and the ranges go where they should. */
export async function openHttp(request: HttpRequest): Promise<HttpAnswer> {
  const limits = { ...HTTP_LIMITS, ...request.limits };
  const hops: IncomingHttpHeaders[] = [];
  let url = request.url;
  for (;;) {
    const body = await send(url, request, limits);
    const [status, headers] = [body.statusCode ?? 0, body.headers];
    hops.push(headers);
    const location = REDIRECTS.has(status) ? headers.location : undefined;
    if (location === undefined || request.enough?.(headers)) return { status, headers, hops, url, body };
    body.destroy();
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    const bad = next === undefined ? `a redirect to "${location}"` : badRedirect(url, next, hops.length, limits);
    if (bad !== undefined) throw new LoadoutError("remote-failed", { host: url.host, what: url.pathname, got: bad });
    url = next!;
  }
}

function badRedirect(from: URL, to: URL, count: number, limits: HttpLimits): string | undefined {
  if (count > limits.redirects) return `more than ${limits.redirects} redirects`;
  if (to.protocol !== "http:" && to.protocol !== "https:") return `a redirect to ${to.protocol}`;
  // a secure download must not be finished over a line that anyone can write to
  if (from.protocol === "https:" && to.protocol === "http:") return "a redirect from https to http";
  return undefined;
}

function send(url: URL, request: HttpRequest, limits: HttpLimits): Promise<IncomingMessage> {
  const { method = "GET", token, signal } = request;
  // pieces of a compressed body are no pieces of the file
  const headers: Record<string, string> = {
    "accept-encoding": "identity",
    "user-agent": "loadout",
    ...request.headers,
  };
  if (token !== undefined && url.origin === token.origin) headers["authorization"] = `Bearer ${token.value}`;
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(unreachable(url, error, signal));
    if (signal?.aborted) return fail(signal.reason);
    const sent = (url.protocol === "https:" ? https : http).request(
      url,
      { method, headers, agent: agentFor(url), ...(signal ? { signal } : {}) },
      (answer) => {
        clearTimeout(timer);
        answer.setTimeout(limits.idleMs, () => answer.destroy(new Error(`nothing came for ${limits.idleMs} ms`)));
        resolve(answer);
      },
    );
    const timer = setTimeout(() => sent.destroy(new Error(`no answer in ${limits.answerMs} ms`)), limits.answerMs);
    sent.on("error", (error) => {
      clearTimeout(timer);
      fail(error);
    });
    sent.end();
  });
}

const agents = new Map<string, http.Agent>();

/** Connections are kept for the next request. Proxies of the environment are used, never for this machine itself. */
function agentFor(url: URL): http.Agent {
  const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
  const key = `${url.protocol}${loopback}`;
  let agent = agents.get(key);
  if (agent === undefined) {
    const options = { keepAlive: true, ...(loopback ? {} : { proxyEnv: process.env }) };
    agent = url.protocol === "https:" ? new https.Agent(options) : new http.Agent(options);
    agents.set(key, agent);
  }
  return agent;
}

/** What a failed connection means to the person who waits for it. */
export function unreachable(url: URL, error: unknown, signal?: AbortSignal): LoadoutError {
  if (signal?.aborted) return new LoadoutError("interrupted", {}, { cause: error });
  const code = codeOf(error);
  const got = code === undefined ? messageOf(error) : `${code} (${messageOf(error)})`;
  return new LoadoutError("network-unreachable", { host: url.host, got }, { cause: error });
}
