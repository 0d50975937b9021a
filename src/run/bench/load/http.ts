import type { LoadTarget } from "./target.ts";

/** How long small questions beside the load may take. */
const PATIENCE_MS = 10_000;

/** A small JSON question to the same server, outside of any measurement. Undefined: no such page, or no JSON. */
export async function askJson(target: LoadTarget, path: string, body?: object): Promise<unknown> {
  const { secure, host, port, key } = target;
  const name = host.includes(":") ? `[${host}]` : host;
  try {
    const response = await fetch(`${secure ? "https" : "http"}://${name}:${port}${path}`, {
      headers: { "content-type": "application/json", ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}
