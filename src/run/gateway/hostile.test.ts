import { afterAll, beforeAll, expect, test } from "vitest";
import { scriptedServer, type ScriptedServer } from "../engine/testing/scripted-server.ts";
import { startGateway } from "./gateway.ts";
import type { Gateway } from "./options.ts";
import { ask, sendRaw } from "./testing/ask.ts";
import { AddressServer, oneModel } from "./testing/one-model.ts";

// What a page in a browser, a stranger on the network or a broken program may send. All of it is refused, and the engine
// never hears of it. Each line is written with a right key, unless the key is what is wrong.
const KEY = "sk-right-0123456789";
const BODY = '{"model":"scripted","messages":[{"role":"user","content":"hi"}]}';

let engine: ScriptedServer;
let gateway: Gateway;

beforeAll(async () => {
  engine = await scriptedServer();
  gateway = await startGateway({
    models: oneModel(new AddressServer(engine.url, "scripted")),
    keys: [{ secret: KEY, name: "alice" }],
    limits: { bodyBytes: 100_000, headersMs: 300, requestMs: 600 },
  });
});

afterAll(async () => {
  await gateway.close();
  await engine.stop();
});

interface Hostile {
  readonly what: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly path?: string;
  readonly body?: unknown;
}

const right = { authorization: `Bearer ${KEY}` };
const deep = `{"messages":${"[".repeat(45_000)}${"]".repeat(45_000)},"model":"scripted"}`;

const REQUESTS: readonly Hostile[] = [
  { what: "a page of another origin", status: 403, headers: { origin: "https://evil.example" } },
  { what: "a page from a file or a sandbox", status: 403, headers: { origin: "null" } },
  { what: "a page of another port of this machine", status: 403, headers: { origin: "http://localhost:3000" } },
  { what: "a page whose address begins like ours", status: 403, headers: { origin: "http://127.0.0.1.evil.example" } },
  { what: "an extension", status: 403, headers: { origin: "chrome-extension://abcdefgh" } },
  { what: "a cross-site request without Origin", status: 403, headers: { "sec-fetch-site": "cross-site" } },
  { what: "a request of a neighbouring site", status: 403, headers: { "sec-fetch-site": "same-site" } },
  {
    what: "a preflight of another origin",
    status: 403,
    method: "OPTIONS",
    headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
  },
  { what: "a rebound name", status: 403, headers: { host: "evil.example" } },
  { what: "a rebound name with our port", status: 403, headers: { host: "evil.example:8080" } },
  {
    what: "a rebound name that is its own origin",
    status: 403,
    headers: { host: "evil.example", origin: "http://evil.example" },
  },
  { what: "a name that begins like a loopback name", status: 403, headers: { host: "localhost.evil.example" } },
  { what: "a name that begins like a loopback address", status: 403, headers: { host: "127.0.0.1.nip.example" } },
  { what: "an address of another machine", status: 403, headers: { host: "192.168.1.10" } },
  { what: "a host that is none", status: 403, headers: { host: "127.0.0.1/../x" } },
  { what: "no key", status: 401, headers: { authorization: "" } },
  { what: "a wrong key", status: 401, headers: { authorization: "Bearer sk-wrong" } },
  { what: "the beginning of the key", status: 401, headers: { authorization: `Bearer ${KEY.slice(0, -1)}` } },
  { what: "the key and more", status: 401, headers: { authorization: `Bearer ${KEY}0` } },
  { what: "the key in another scheme", status: 401, headers: { authorization: `Basic ${KEY}` } },
  {
    what: "the key in the address",
    status: 401,
    path: `/v1/chat/completions?api_key=${KEY}`,
    headers: { authorization: "" },
  },
  { what: "metrics without a key", status: 401, method: "GET", path: "/metrics", headers: { authorization: "" } },
  { what: "a form as a page sends it", status: 415, headers: { "content-type": "text/plain" } },
  { what: "a multipart form", status: 415, headers: { "content-type": "multipart/form-data; boundary=x" } },
  { what: "a compressed bomb", status: 415, headers: { "content-encoding": "gzip" } },
  { what: "a body that is too large and says so", status: 413, body: `{"model":"${"x".repeat(100_001)}"}` },
  {
    what: "a body that is too large and does not say so",
    status: 413,
    body: "x".repeat(150_000),
    headers: { "transfer-encoding": "chunked" },
  },
  { what: "nested without end", status: 400, body: deep },
  { what: "a list", status: 400, body: "[1,2]" },
  { what: "half a body", status: 400, body: BODY.slice(0, -5) },
  { what: "a model that is an object", status: 400, body: '{"model":{"$ne":""},"messages":[]}' },
  { what: "a path upwards", status: 404, path: "/v1/../v1/chat/completions" },
  { what: "an engine's own path", status: 404, path: "/slots/0?action=erase" },
  { what: "an engine's adapters", status: 404, path: "/lora-adapters" },
  { what: "a path as a proxy is asked", status: 404, path: "http://evil.example/v1/chat/completions" },
  { what: "an unknown lane", status: 400, headers: { "x-loadout-lane": "express" } },
  { what: "a deadline that is none", status: 400, headers: { "x-loadout-deadline-ms": "1e9" } },
  { what: "another method", status: 405, method: "DELETE" },
];

test.each(REQUESTS)("refused: $what", async ({ status, headers, method = "POST", path, body = BODY }) => {
  const sent = method === "GET" || method === "OPTIONS" ? {} : { body };
  const answer = await ask(gateway.port, {
    ...sent,
    method,
    headers: { ...right, ...headers },
    ...(path ? { path } : {}),
  });
  expect(answer.status).toBe(status);
  expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
  const { error } = JSON.parse(answer.text);
  expect(error.code).toEqual(expect.any(String));
  expect(answer.text).not.toContain(KEY);
});

const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${KEY}\r\n`;
const RAW: readonly (readonly [what: string, bytes: string, status: string])[] = [
  ["no HTTP at all", "\u0016\u0003\u0001 hello\r\n\r\n", "400"],
  ["two lengths", `${head}Content-Length: 5\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`, "400"],
  ["a length and chunks", `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, "400"],
  ["a negative length", `${head}Content-Length: -1\r\n\r\n${BODY}`, "400"],
  ["a header without a name", `${head}: x\r\n\r\n`, "400"],
  ["a line break in a header", `${head}X-A: a\rX-B: b\r\n\r\n`, "400"],
  ["two hosts", `${head}Host: evil.example\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`, "403"],
  ["no host, as of old", `POST /v1/chat/completions HTTP/1.0\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`, "403"],
  ["headers without end", `${head}X-A: ${"a".repeat(20_000)}\r\n\r\n`, "431"],
  ["headers that never end", head, "408"],
  ["a body that never comes", `${head}Content-Length: 500\r\n\r\n{"mo`, "408"],
  ["a tunnel", "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", ""],
];

test.each(RAW)("refused: %s", async (_, bytes, status) => {
  const answer = await sendRaw(gateway.port, bytes);
  expect(answer.split(" ")[1] ?? "").toBe(status);
  expect(answer).not.toContain(KEY);
});

test("of all this the engine heard nothing, and a right request still passes", async () => {
  expect(engine.requests).toEqual([]);
  const { status } = await ask(gateway.port, { body: BODY, headers: right });
  expect(status).toBe(200);
  const other = await ask(gateway.port, { body: BODY, headers: { "x-api-key": KEY, host: "localhost:1234" } });
  expect(other.status).toBe(200);
  expect(engine.requests.length).toBe(2);
  expect(engine.requests.every(({ headers }) => headers["authorization"] === undefined)).toBe(true);
});
