// An engine that does nothing, on time: streams tokens on a fixed schedule and keeps a log of when each request came and each
// token left, the truth that clients are compared with. Usage: node null-server.ts [--close] [--port N]
// A request's body says what it gets: `null_ttft_ms`, `null_gap_ms`, `null_filler`, `max_tokens`, `null_id`. `--close`: breaks
// the connection a moment after each answer although it promised to keep it, as llama-server does.
import { createServer, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { listening } from "./child.ts";

/** What happened to one request; milliseconds since the epoch, with fractions. */
export interface NullRecord {
  readonly receivedMs: number;
  /** by token */
  readonly sentMs: number[];
}

interface NullRequest {
  readonly stream?: boolean;
  /** the last one may end with the fields below as JSON: every gateway lets messages pass */
  readonly messages?: readonly { readonly content: string }[];
  readonly max_tokens?: number;
  readonly null_id?: string;
  readonly null_ttft_ms?: number;
  readonly null_gap_ms?: number;
  /** characters that each token has besides */
  readonly null_filler?: number;
}

const closes = process.argv.includes("--close");
const closing = new WeakSet<Socket>();
let log: Record<string, NullRecord> = {};

const server = createServer((request, response) => {
  const receivedMs = performance.timeOrigin + performance.now();
  if (request.method === "GET") {
    response.setHeader("content-type", "application/json");
    const isLog = request.url === "/log"; // else it is asked whether it lives, as gateways do at any time
    response.end(isLog ? JSON.stringify(log) : "{}");
    if (isLog) log = {};
    return;
  }
  const { socket } = request;
  if (closing.has(socket)) return; // it comes on a connection that is being closed: nobody hears it
  if (closes) {
    response.on("finish", () => {
      closing.add(socket);
      setTimeout(() => socket.destroy(), 2);
    });
  }
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    const body: NullRequest = JSON.parse(Buffer.concat(parts).toString("utf8"));
    const said = /\{.*\}$/.exec(body.messages?.at(-1)?.content ?? "")?.[0];
    const asked: NullRequest = said ? { ...body, ...JSON.parse(said) } : body;
    const record: NullRecord = { receivedMs, sentMs: [] };
    if (asked.null_id !== undefined) log[asked.null_id] = record;
    if (asked.stream) new NullStream(response, asked, record).begin();
    else {
      response.setHeader("content-type", "application/json");
      response.end(
        '{"choices":[{"message":{"role":"assistant","content":"ok"}}],"usage":{"prompt_tokens":3,"completion_tokens":1}}',
      );
    }
  });
});
const at = process.argv.indexOf("--port");
listening(server, at < 0 ? 0 : Number(process.argv[at + 1]));

/** Tokens at `start + ttft + n * gap`, however late the one before was. */
class NullStream {
  readonly #response: ServerResponse;
  readonly #record: NullRecord;
  readonly #count: number;
  readonly #gapMs: number;
  readonly #filler: string;
  #dueMs: number;

  constructor(response: ServerResponse, asked: NullRequest, record: NullRecord) {
    this.#response = response;
    this.#record = record;
    this.#count = asked.max_tokens ?? 20;
    this.#filler = "x".repeat(asked.null_filler ?? 0);
    this.#gapMs = asked.null_gap_ms ?? 50;
    this.#dueMs = record.receivedMs + (asked.null_ttft_ms ?? 50);
  }

  begin(): void {
    this.#response.writeHead(200, { "content-type": "text/event-stream" });
    this.#wait();
  }

  #wait(): void {
    const now = performance.timeOrigin + performance.now();
    setTimeout(() => this.#send(), Math.max(0, this.#dueMs - now));
  }

  #send(): void {
    if (this.#response.destroyed) return;
    const { sentMs } = this.#record;
    const index = sentMs.length;
    sentMs.push(performance.timeOrigin + performance.now());
    this.#response.write(
      `data: {"id":"null","choices":[{"index":0,"delta":{"content":" token${this.#filler}"}}],"n":${index}}\n\n`,
    );
    this.#dueMs += this.#gapMs;
    if (sentMs.length < this.#count) this.#wait();
    else this.#response.end("data: [DONE]\n\n");
  }
}
