import { LoadoutError } from "../../facts/errors/index.ts";

/** An OpenAI-compatible address and what is sent along to it. */
export interface ClientEndpoint {
  /** up to and with `/v1`, without a slash at the end */
  readonly base: string;
  /** bearer key; never printed */
  readonly key?: string;
}

/** What a person types: "8080", "host:8080", "http://host/v1", with or without the `/v1`. Throws `bad-quantity`. */
export function endpointOf(typed: string, key?: string): ClientEndpoint {
  const whole = /^\d+$/.test(typed) ? `127.0.0.1:${typed}` : typed;
  const url = URL.parse(/^https?:\/\//i.test(whole) ? whole : `http://${whole}`);
  if (url === null || url.hostname === "")
    throw new LoadoutError("bad-quantity", {
      what: "the address",
      expected: "an OpenAI-compatible address",
      got: typed,
      example: "http://127.0.0.1:8080/v1",
    });
  const path = url.pathname.replace(/\/+$/, "");
  const base = `${url.origin}${/\/v\d+$/.test(path) ? path : `${path}/v1`}`;
  return { base, ...(key === undefined ? {} : { key }) };
}

/** Is it an address, rather than the name of a model or a file? */
export function looksLikeAddress(typed: string): boolean {
  return (
    /^https?:\/\//i.test(typed) ||
    /^(localhost|[\w.-]+|\[[\da-f:]+\]):\d+(\/|$)/i.test(typed) ||
    /^\d{2,5}$/.test(typed)
  );
}
