// An engine that does nothing, on time, in a process of its own: it streams tokens on a schedule that the request names, and keeps
// a log of when each request had come and each event left. That log is the truth a client is measured against.
import { createServer, type Socket } from "node:net";
import { monotonicMs } from "./clock.ts";
import type { NullAsked, NullLog, NullRecord } from "./null-protocol.ts";

const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n";
const EVENT = chunk(event({ delta: { content: " word" } }));

let log: Record<string, NullRecord> = {};
const streaming = new Set<NullStream>();
let timer: NodeJS.Timeout | undefined;

/** One timer for all streams: what is due goes out, each event in a write of its own, as an engine's do. */
function tick(): void {
  timer = undefined;
  const now = monotonicMs();
  for (const stream of streaming) if (stream.dueMs <= now) stream.send();
  arm();
}

function arm(): void {
  if (streaming.size === 0 || timer !== undefined) return;
  let next = Infinity;
  for (const stream of streaming) next = Math.min(next, stream.dueMs);
  timer = setTimeout(tick, Math.max(1, Math.floor(next - monotonicMs())));
}

class NullStream {
  readonly #socket: Socket;
  readonly #asked: NullAsked;
  readonly #record: NullRecord;
  readonly #count: number;
  dueMs: number;

  constructor(socket: Socket, asked: NullAsked, id: string) {
    this.#socket = socket;
    this.#asked = asked;
    this.#record = { receivedMs: monotonicMs(), sentMs: [] };
    this.#count = Math.max(1, asked.max_tokens ?? asked.max_completion_tokens ?? 20);
    this.dueMs = this.#record.receivedMs + (asked.null_ttft_ms ?? 50);
    log[id] = this.#record;
    streaming.add(this);
    clearTimeout(timer);
    timer = undefined;
    arm();
  }

  send(): void {
    const { sentMs } = this.#record;
    sentMs.push(monotonicMs());
    const closes = this.#asked.null_close === true;
    if (sentMs.length === 1) this.#socket.write(`${HEAD}connection: keep-alive\r\n\r\n${EVENT}`);
    else this.#socket.write(EVENT);
    // late or not, the plan stays: a schedule that slips would hide the delay
    this.dueMs += (this.#asked.null_gap_ms ?? 20) * (1 + (this.#asked.null_jitter ?? 0) * wave(sentMs.length));
    if (sentMs.length < this.#count) return;
    streaming.delete(this);
    this.#record.endMs = monotonicMs();
    this.#socket.write(ending(this.#asked, this.#count));
    if (closes) this.#socket.end();
  }
}

/** -1 to 1, without a pattern that a client could fall into step with. */
function wave(index: number): number {
  return 2 * ((index * 0.618_033_988_75) % 1) - 1;
}

function event(choice: object, more: object = {}): string {
  const common = { id: "chatcmpl-null", object: "chat.completion.chunk", created: 1_767_225_600, model: "null" };
  const choices = [{ index: 0, ...choice, logprobs: null, finish_reason: null }];
  return `data: ${JSON.stringify({ ...common, choices, ...more })}\n\n`;
}

function ending(asked: NullAsked, tokens: number): string {
  const prompt = Math.round((asked.messages?.[0]?.content?.length ?? 0) / 5) + 3;
  const usage = { prompt_tokens: prompt, completion_tokens: tokens, total_tokens: prompt + tokens };
  return `${chunk(`${event({ delta: {} }, { usage })}data: [DONE]\n\n`)}0\r\n\r\n`;
}

function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

const server = createServer({ noDelay: true }, (socket) => {
  let text = "";
  let current: NullStream | undefined;
  socket.on("close", () => current && streaming.delete(current));
  socket.setEncoding("latin1");
  socket.on("error", () => socket.destroy());
  socket.on("data", (part: string) => {
    text += part;
    const end = text.indexOf("\r\n\r\n");
    if (end < 0) return;
    const length = Number(/^content-length: *(\d+)/im.exec(text.slice(0, end))?.[1] ?? 0);
    if (text.length < end + 4 + length) return;
    const head = text.slice(0, end);
    const asked: NullAsked = length === 0 ? {} : JSON.parse(text.slice(end + 4, end + 4 + length));
    text = text.slice(end + 4 + length);
    current = new NullStream(socket, asked, /^x-request-id: *(.+?) *$/im.exec(head)?.[1] ?? "");
  });
});

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null) process.send?.({ port: address.port });
});
process.on("message", () => {
  const taken: NullLog = log;
  log = {};
  process.send?.({ log: taken });
});
process.on("disconnect", () => process.exit(0));
