import { createServer, type RequestListener } from "node:http";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { openHttp } from "./index.ts";

/** A server for one test; `listener` gets the address of another one to redirect to. */
async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: new URL(`http://127.0.0.1:${address.port}/file`),
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe("a request", () => {
  it("sends the token to the endpoint's host only, also after redirects there and back", async () => {
    const seen: (string | undefined)[] = [];
    using other = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(302, { location: `${hub.url.origin}/end` }).end();
    });
    using hub = await serve((request, response) => {
      seen.push(request.headers.authorization);
      if (request.url === "/end") response.end("done");
      else response.writeHead(302, { location: request.url === "/file" ? "/relative" : other.url.href }).end();
    });
    const token = { origin: hub.url.origin, value: "secret" };
    const answer = await openHttp({ url: hub.url, token });
    answer.body.destroy();
    expect(answer.status).toBe(200);
    expect(answer.hops).toHaveLength(4);
    expect(seen).toEqual(["Bearer secret", "Bearer secret", undefined, "Bearer secret"]);
  });

  it("asks for the bytes as they are, without compression", async () => {
    let encoding: string | undefined;
    using hub = await serve((request, response) => {
      encoding = String(request.headers["accept-encoding"]);
      response.end();
    });
    (await openHttp({ url: hub.url })).body.destroy();
    expect(encoding).toBe("identity");
  });

  it.each([
    ["goes round in circles", "/file", "more than 3 redirects"],
    ["leaves http", "ftp://127.0.0.1/x", "ftp:"],
    ["makes no sense", "http://[", "http://["],
  ])("refuses a redirect that %s", async (_, location, reason) => {
    using hub = await serve((_request, response) => void response.writeHead(302, { location }).end());
    const answer = openHttp({ url: hub.url, limits: { redirects: 3 } });
    await expect(answer).rejects.toMatchObject({ code: "remote-failed", message: expect.stringContaining(reason) });
  });

  it("gives up on a server that does not answer in time", async () => {
    using hub = await serve(() => undefined);
    const answer = openHttp({ url: hub.url, limits: { answerMs: 20 } });
    await expect(answer).rejects.toMatchObject({
      code: "network-unreachable",
      message: expect.stringContaining("20 ms"),
    });
  });

  it("gives up on a body that stops coming", async () => {
    using hub = await serve((_request, response) => void response.writeHead(200, { "content-length": 9 }).write("x"));
    const { body } = await openHttp({ url: hub.url, limits: { idleMs: 20 } });
    await expect(body.toArray()).rejects.toThrow("nothing came for 20 ms");
  });

  it("says at once that nobody listens", async () => {
    const closed = await serve(() => undefined);
    closed[Symbol.dispose]();
    await expect(openHttp({ url: closed.url })).rejects.toMatchObject({
      code: "network-unreachable",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  it("ends with the person's signal", async () => {
    const stop = new AbortController();
    using hub = await serve(() => stop.abort());
    await expect(openHttp({ url: hub.url, signal: stop.signal })).rejects.toMatchObject({ code: "interrupted" });
    await expect(openHttp({ url: hub.url, signal: stop.signal })).rejects.toMatchObject({ code: "interrupted" });
  });
});
