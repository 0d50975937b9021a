import { createServer, type Server } from "node:http";
import { once } from "node:events";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { ask, askJson, demandJson, estimateTokens, readMetrics } from "./index.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function answering(answer: Parameters<typeof createServer>[1]) {
  server = createServer(answer ?? (() => {})).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`, headers: { "x-key": "k" } };
}

describe("asking an engine", () => {
  it("sends the endpoint's headers and a body as JSON", async () => {
    const endpoint = await answering((request, response) => {
      void request.toArray().then((parts) => {
        const { method, headers } = request;
        response.end(JSON.stringify({ key: headers["x-key"], method, body: parts.join("") }));
      });
    });
    expect(await demandJson(endpoint, "/x", { body: { a: 1 } })).toEqual({ key: "k", method: "POST", body: '{"a":1}' });
  });

  it("that refuses or says no JSON is nothing, or an error where an answer is demanded", async () => {
    const endpoint = await answering((request, response) => {
      response.writeHead(request.url === "/no" ? 404 : 200).end("<html>");
    });
    expect(await askJson(endpoint, "/no")).toBeUndefined();
    expect(await askJson(endpoint, "/html")).toBeUndefined();
    await expect(demandJson(endpoint, "/html")).rejects.toMatchObject({ code: "engine-answer" });
  });

  it("that is silent, breaks off, or is not there cannot be reached", async () => {
    const endpoint = await answering((request, response) => {
      if (request.url !== "/silent")
        response.writeHead(200, { "content-length": 99 }).write("half", () => response.destroy());
    });
    const unreachable = { code: "engine-unreachable" };
    await expect(ask(endpoint, "/silent", { timeoutMs: 30 })).rejects.toMatchObject(unreachable);
    await expect(ask(endpoint, "/half")).rejects.toMatchObject(unreachable);
    server!.closeAllConnections();
    server!.close();
    await expect(ask(endpoint, "/")).rejects.toMatchObject(unreachable);
  });

  it("is interrupted by its signal", async () => {
    const stop = new AbortController();
    const endpoint = await answering(() => stop.abort());
    await expect(ask(endpoint, "/", { signal: stop.signal })).rejects.toMatchObject({ code: "interrupted" });
  });
});

describe("metrics", () => {
  it("are read with labels and odd numbers", () => {
    const text = [
      "# HELP a Something",
      "# TYPE a counter",
      "a 1",
      'b:c{x="1",y="a \\"b\\", c\\n"} 2.5e3 1700000000',
      "d +Inf",
      "broken",
      "e one",
    ].join("\n");
    expect(readMetrics(text)).toEqual([
      { name: "a", labels: {}, value: 1 },
      { name: "b:c", labels: { x: "1", y: 'a "b", c\n' }, value: 2500 },
      { name: "d", labels: {}, value: Infinity },
    ]);
  });

  it("of any text are no failure", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(Array.isArray(readMetrics(text))).toBe(true);
      }),
    );
  });
});

it("tokens are estimated from bytes, and said to be", () => {
  expect(estimateTokens("x".repeat(35))).toEqual({ tokens: 10, exact: false });
});
