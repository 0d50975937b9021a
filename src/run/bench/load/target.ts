import { endpointOf } from "../../client/index.ts";

/** Where requests go, taken apart for a socket. */
export interface LoadTarget {
  /** as it is shown: scheme, host, port, path of the API */
  readonly base: string;
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  /** of the API, without a slash at the end: "/v1" */
  readonly path: string;
  /** bearer key; never printed */
  readonly key?: string;
  /** sent along with every request */
  readonly headers?: Readonly<Record<string, string>>;
}

/** "8080", "host:8080", "http://host/v1", with or without `/v1`. Throws `bad-quantity`. */
export function loadTarget(typed: string, key?: string): LoadTarget {
  const { base } = endpointOf(typed, key);
  const url = new URL(base);
  const secure = url.protocol === "https:";
  return {
    base,
    // brackets belong to the address's spelling, not to the host
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || (secure ? 443 : 80),
    secure,
    path: url.pathname,
    ...(key === undefined ? {} : { key }),
  };
}

/** A whole POST as bytes, so that sending it is one write. */
export function postBytes(
  target: LoadTarget,
  path: string,
  body: string,
  id: string,
  keep: boolean,
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  const content = Buffer.from(body, "utf8");
  const name = target.host.includes(":") ? `[${target.host}]` : target.host;
  const head = [
    `POST ${path} HTTP/1.1`,
    `host: ${name}:${target.port}`,
    "content-type: application/json",
    "accept: text/event-stream",
    `x-request-id: ${id}`,
    ...(target.key === undefined ? [] : [`authorization: Bearer ${target.key}`]),
    ...Object.entries({ ...target.headers, ...headers }).map(([header, value]) => `${header}: ${value}`),
    `connection: ${keep ? "keep-alive" : "close"}`,
    `content-length: ${content.length}`,
    "\r\n",
  ].join("\r\n");
  return Buffer.concat([Buffer.from(head, "latin1"), content]);
}
