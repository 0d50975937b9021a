// The client's side: streams and bursts, with the time of each first byte and each token.
import { Agent, request } from "node:http";
import type { NullRecord } from "./null-server.ts";

export interface StreamTimes {
  readonly id: string;
  readonly sentMs: number;
  firstByteMs: number;
  /** by token: when the read that held it was seen */
  readonly tokenMs: number[];
}

const nowMs = () => performance.timeOrigin + performance.now();
/** what each token of the null server says; gateways that write events anew keep the text */
const TOKEN = '" token';
let lastId = 0;

export interface Load {
  readonly streams: number;
  readonly tokens: number;
  readonly gapMs: number;
  readonly ttftMs: number;
  /** streams one after the other at each place */
  readonly rounds: number;
  /** chosen by `x-loadout-lane` and the like */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Runs `streams` at once, `rounds` times each, starting spread over one stream's duration. Fails loudly if one fails. */
export async function runStreams(port: number, load: Load): Promise<StreamTimes[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  const lastsMs = load.ttftMs + load.tokens * load.gapMs;
  const done: StreamTimes[] = [];
  const places = Array.from({ length: load.streams }, async (_, place) => {
    await pause((lastsMs * place) / load.streams);
    for (let round = 0; round < load.rounds; round++) done.push(await stream(port, agent, load));
  });
  await Promise.all(places);
  agent.destroy();
  return done;
}

/**
 * Streams one at a time, at each port in turn, so that a busy moment of the machine strikes all of them alike; by port, in the
 * order given.
 */
export async function takeTurns(ports: readonly number[], count: number, load: Load): Promise<StreamTimes[][]> {
  const agent = new Agent({ keepAlive: true });
  const times: StreamTimes[][] = ports.map(() => []);
  for (let turn = 0; turn < count; turn++) {
    const order = [...ports.keys()];
    for (const place of turn % 2 === 0 ? order : order.reverse()) {
      times[place]!.push(await stream(ports[place]!, agent, load));
    }
  }
  agent.destroy();
  return times;
}

function stream(port: number, agent: Agent, load: Load): Promise<StreamTimes> {
  const id = `s${++lastId}`;
  const asked = { null_id: id, null_ttft_ms: load.ttftMs, null_gap_ms: load.gapMs };
  const body = JSON.stringify({
    model: "null",
    stream: true,
    messages: [{ role: "user", content: `Say some words. ${JSON.stringify(asked)}` }],
    max_tokens: load.tokens,
  });
  return new Promise((resolve, reject) => {
    const times: StreamTimes = { id, sentMs: nowMs(), firstByteMs: 0, tokenMs: [] };
    const ask = request({
      agent,
      host: "127.0.0.1",
      port,
      method: "POST",
      path: "/v1/chat/completions",
      headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body), ...load.headers },
    });
    ask.on("error", reject);
    ask.on("response", (answer) => {
      answer.on("data", (chunk: Buffer) => {
        const now = nowMs();
        if (times.firstByteMs === 0) times.firstByteMs = now;
        for (let at = chunk.indexOf(TOKEN); at >= 0; at = chunk.indexOf(TOKEN, at + 4)) times.tokenMs.push(now);
      });
      answer.on("error", reject);
      answer.on("end", () => {
        if (answer.statusCode === 200 && times.tokenMs.length === load.tokens) resolve(times);
        else reject(new Error(`status ${answer.statusCode}, ${times.tokenMs.length} of ${load.tokens} tokens`));
      });
    });
    ask.end(body);
  });
}

/** Requests with short whole answers, `concurrency` at once; answers with requests a second and how many were lost. */
export async function burst(
  port: number,
  count: number,
  concurrency: number,
): Promise<{ perSec: number; lost: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const body = JSON.stringify({ model: "null", messages: [{ role: "user", content: "hi" }] });
  let left = count;
  let lost = 0;
  const start = performance.now();
  const worker = async () => {
    while (left-- > 0) if (!(await whole(port, agent, body))) lost++;
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  agent.destroy();
  return { perSec: (count / (performance.now() - start)) * 1000, lost };
}

function whole(port: number, agent: Agent, body: string): Promise<boolean> {
  return new Promise((resolve) => {
    const ask = request({
      agent,
      host: "127.0.0.1",
      port,
      method: "POST",
      path: "/v1/chat/completions",
      headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
    });
    ask.on("error", () => resolve(false));
    ask.on("response", (answer) => {
      answer.resume();
      answer.on("error", () => resolve(false));
      answer.on("end", () => resolve(answer.statusCode === 200));
    });
    ask.end(body);
  });
}

/** The null server's own record of what was asked since the last time. */
export function takeLog(port: number): Promise<Readonly<Record<string, NullRecord>>> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path: "/log", agent: false }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("end", () => resolve(JSON.parse(Buffer.concat(parts).toString("utf8"))));
      answer.on("error", reject);
    })
      .on("error", reject)
      .end();
  });
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
