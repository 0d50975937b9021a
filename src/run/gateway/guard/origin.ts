import { isIP, isIPv4 } from "node:net";
import type { IncomingMessage } from "node:http";
import { LoadoutError } from "../../../facts/errors/index.ts";

/**
 * Refuses what a web page could send from a browser on this machine or near it.
 *
 * A page may point a name of its own at 127.0.0.1 and is then, for the browser, of the same origin as this server (DNS
 * rebinding): the name in `Host` gives it away, since a numeric address cannot be pointed anywhere. A page of another
 * origin shows in `Origin`, which browsers send with every POST and which scripts cannot leave out, and in
 * `Sec-Fetch-Site`. Programs send neither. No answer ever carries a header that opens it to other origins.
 */
export function originCheck(options: { readonly loopback: boolean; readonly allowedHosts: readonly string[] }) {
  const allowed = new Set(options.allowedHosts.map((name) => name.toLowerCase()));
  /** clients come by the same one again and again */
  let lastHost = "";
  return (request: Pick<IncomingMessage, "headers" | "rawHeaders">): void => {
    const host = hostOf(request);
    if (host !== lastHost || host === "") {
      const name = nameOf(host);
      const known =
        name !== undefined && (allowed.has(name) || isLoopback(name) || (!options.loopback && isAddress(name)));
      if (!known) throw new LoadoutError("gateway-host-refused", { got: host.slice(0, 100) });
      lastHost = host;
    }

    const { origin } = request.headers;
    if (origin !== undefined && !isSameOrigin(origin, host)) {
      throw new LoadoutError("gateway-origin-refused", { got: origin.slice(0, 100) });
    }
    const site = request.headers["sec-fetch-site"];
    if (site !== undefined && site !== "same-origin" && site !== "none") {
      throw new LoadoutError("gateway-origin-refused", { got: `${site.slice(0, 20)} (Sec-Fetch-Site)` });
    }
  };
}

/** The only Host header; two of them, or none, are nobody's mistake. */
function hostOf(request: Pick<IncomingMessage, "rawHeaders">): string {
  const { rawHeaders } = request;
  let host = "";
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const header = rawHeaders[index]!;
    if (header.length !== 4 || header.toLowerCase() !== "host") continue;
    if (host !== "") throw new LoadoutError("gateway-host-refused", { got: "two Host headers" });
    host = rawHeaders[index + 1]!.toLowerCase();
  }
  return host;
}

/** Host without its port; a port does not matter, since tunnels change it. Undefined: not a host at all. */
function nameOf(host: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/.exec(host);
  return match?.[1] ?? match?.[2];
}

function isAddress(name: string): boolean {
  return isIP(name) !== 0;
}

/** "localhost" and names below it never leave the machine (RFC 6761); all of 127/8 and ::1 are the machine itself. */
export function isLoopback(name: string): boolean {
  if (name === "localhost" || name.endsWith(".localhost") || name === "::1") return true;
  return isIPv4(name) && name.startsWith("127.");
}

function isSameOrigin(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}
