import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { LaneName } from "../../../predict/serving/index.ts";
import type { GatewayKey } from "../options.ts";

/** Whose request it is. */
export interface Caller {
  readonly name: string;
  readonly lane: LaneName;
}

const ANYONE: Caller = { name: "", lane: "interactive" };

/**
 * Answers whose key a request carries, or throws. Digests of equal length are compared, each in constant time and all of
 * them whatever is found, so that time says neither how much of a key was right nor which one it was.
 */
export function keyCheck(keys: readonly GatewayKey[]): (headers: IncomingHttpHeaders) => Caller {
  if (keys.length === 0) return () => ANYONE;
  const known = keys.map(({ secret, name, lane = "interactive" }) => ({ digest: digestOf(secret), name, lane }));
  return (headers) => {
    const given = secretOf(headers);
    if (given === undefined) throw new LoadoutError("gateway-key-missing");
    const digest = digestOf(given);
    let found: Caller | undefined;
    for (const key of known) if (timingSafeEqual(key.digest, digest)) found = key;
    if (!found) throw new LoadoutError("gateway-key-wrong");
    return found;
  };
}

/** As OpenAI's clients send it, or as Anthropic's do. */
function secretOf(headers: IncomingHttpHeaders): string | undefined {
  const { authorization } = headers;
  const bearer = authorization === undefined ? undefined : /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (bearer !== undefined) return bearer;
  const header = headers["x-api-key"];
  return typeof header === "string" && header !== "" ? header : undefined;
}

function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret, "utf8").digest();
}
