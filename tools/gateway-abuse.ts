// What a gateway must live through, against a real process of it: clients that vanish in the middle, readers that read
// nothing, sockets that say nothing, requests that are none, an engine that is killed again and again. Afterwards it must be
// as before: sockets, places in lanes, memory; and every request that stayed must have had a right answer or a typed error.
// Usage: node tools/gateway-abuse.ts [--quick]
import { connect, type Socket } from "node:net";
import { Agent, request } from "node:http";
import { Child, type Used } from "../bench/gateway/child.ts";
import { pause } from "../bench/gateway/client.ts";

const quick = process.argv.includes("--quick");
/**
 * How much of each. Before memory is looked at for the first time everything is done three times: allocators keep what they
 * once needed, which is no leak; what grows again afterwards is.
 */
interface Amounts {
  readonly vanishing: number;
  readonly slow: number;
  readonly halfOpen: number;
  readonly malformed: number;
  readonly kills: number;
}
const FEW: Amounts = { vanishing: 100, slow: 10, halfOpen: 30, malformed: 500, kills: 2 };
const MANY: Amounts = quick ? FEW : { vanishing: 1000, slow: 100, halfOpen: 200, malformed: 10_000, kills: 50 };

const STREAM = {
  model: "null",
  stream: true,
  messages: [{ role: "user", content: "hi" }],
  null_ttft_ms: 5,
  null_gap_ms: 5,
};
let engine = await Child.start("null-server.ts", []);
const enginePort = engine.port;
const gateway = await Child.start("ours.ts", [enginePort, 64, "--impatient"]);
let failures = 0;

try {
  for (let time = 0; time < 3; time++) await pass({ ...MANY, kills: FEW.kills });
  const before = await gateway.used("clean");
  await pass(MANY);
  compare(before, await gateway.used("clean"));
} finally {
  gateway.stop();
  engine.stop();
}
console.log(failures === 0 ? "all held" : `${failures} did NOT hold`);
process.exitCode = failures === 0 ? 0 : 1;

async function pass(amounts: Amounts): Promise<void> {
  await check("clients that vanish in mid-stream", () => vanish(amounts.vanishing));
  await check("readers that read nothing", () => readNothing(amounts.slow));
  await check("sockets that say nothing, or half a request", () => sayNothing(amounts.halfOpen));
  await check("requests that are none", () => malformed(amounts.malformed));
  await check("an engine that is killed", () => killEngine(amounts.kills));
  await ordinary(400);
  await settled();
}

async function check(what: string, run: () => Promise<string>): Promise<void> {
  const start = performance.now();
  const found = await run();
  await settled();
  const { extra } = await gateway.used();
  expect(
    `${what}: no place taken afterwards`,
    extra?.["waiting"] === 0 && extra["working"] === 0,
    JSON.stringify(extra),
  );
  console.log(`${what}: ${found} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
}

function expect(what: string, holds: boolean, seen: string): void {
  if (holds) return;
  failures++;
  console.log(`  NOT: ${what} (${seen})`);
}

function compare(before: Used, after: Used): void {
  const heap = after.heapBytes / before.heapBytes - 1;
  expect("heap back within 2%", heap <= 0.02, `${(heap * 100).toFixed(2)}%`);
  const growth = (name: string) => (after.extra?.[name] ?? NaN) - (before.extra?.[name] ?? NaN);
  for (const name of ["clients", "engines", "held"])
    expect(`${name} back to the start`, growth(name) <= 0, String(growth(name)));
  const resident = after.rssBytes / before.rssBytes - 1;
  expect("resident memory within 2%", resident <= 0.02, `${(resident * 100).toFixed(2)}%`);
  console.log(
    `heap ${(heap * 100).toFixed(2)}%, resident ${(resident * 100).toFixed(2)}% against the start; ${JSON.stringify(after.extra)}`,
  );
}

/** Waits until the gateway has nothing in work and has let go of connections. */
async function settled(): Promise<void> {
  for (let round = 0; round < 100; round++) {
    const { extra } = await gateway.used();
    if (extra?.["waiting"] === 0 && extra["working"] === 0 && extra["clients"] === 0) return;
    await pause(100);
  }
}

/** Requests that stay to their end; throws when one has neither a right answer nor a typed error. */
async function ordinary(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 50) {
    await Promise.all(Array.from({ length: Math.min(50, left) }, () => whole({ ...STREAM, max_tokens: 10 })));
  }
}

async function vanish(count: number): Promise<string> {
  let begun = 0;
  for (let left = count; left > 0; left -= 100) {
    const some = Array.from({ length: Math.min(100, left) }, async () => {
      const socket = await opened();
      socket.write(raw({ ...STREAM, max_tokens: 10_000 }));
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.random() * 200);
        socket.once("data", () => {
          begun++;
          clearTimeout(timer);
          setTimeout(resolve, Math.random() * 50);
        });
      });
      // half of them politely, half by breaking
      if (Math.random() < 0.5) socket.destroy();
      else socket.resetAndDestroy();
    });
    await Promise.all(some);
  }
  return `${count}, ${begun} of them after the first token`;
}

async function readNothing(count: number): Promise<string> {
  const sockets = await Promise.all(
    Array.from({ length: count }, async () => {
      const socket = await opened();
      socket.pause();
      socket.write(raw({ ...STREAM, null_filler: 200_000, max_tokens: 10_000 }));
      return socket;
    }),
  );
  // a chat beside them still goes through
  await ordinary(10);
  for (const socket of sockets) socket.on("error", () => undefined);
  const start = performance.now();
  await settled();
  for (const socket of sockets) socket.destroy();
  return `${count} let go after ${((performance.now() - start) / 1000).toFixed(1)} s`;
}

async function sayNothing(count: number): Promise<string> {
  const halves = [
    "",
    "POST /v1/chat",
    "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 50\r\n\r\n{",
  ];
  const sockets = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const socket = await opened();
      socket.write(halves[index % halves.length]!);
      return socket;
    }),
  );
  await ordinary(10);
  const closed = sockets.map(
    (socket) => new Promise((resolve) => (socket.closed ? resolve(true) : socket.on("close", resolve))),
  );
  for (const socket of sockets) socket.resume();
  await Promise.race([Promise.all(closed), pause(20_000)]);
  const open = sockets.filter((socket) => !socket.closed).length;
  expect("all closed by the gateway", open === 0, `${open} open`);
  for (const socket of sockets) socket.destroy();
  return `${count} closed`;
}

async function malformed(count: number): Promise<string> {
  const counts = new Map<string, number>();
  for (let left = count; left > 0; left -= 50) {
    await Promise.all(
      Array.from({ length: Math.min(50, left) }, async () => {
        const status = await broken();
        counts.set(status, (counts.get(status) ?? 0) + 1);
      }),
    );
  }
  for (const status of counts.keys()) expect("refused", /^4\d\d$|^closed$/.test(status), status);
  return `${count}: ${[...counts].map(([status, times]) => `${times} x ${status}`).join(", ")}`;
}

/** A right request with some bytes changed, cut or doubled, as long as it is not right any more. */
async function broken(): Promise<string> {
  const good = raw({ ...STREAM, stream: false }, "x-filler: 0123456789\r\n");
  const at = Math.floor(Math.random() * (good.length - 10));
  const noise = String.fromCharCode(...Array.from({ length: 8 }, () => Math.floor(Math.random() * 32)));
  const kind = Math.floor(Math.random() * 4);
  const bytes =
    kind === 0
      ? good.slice(0, at) + noise + good.slice(at)
      : kind === 1
        ? noise + good.slice(at)
        : kind === 2
          ? good.replace("{", "[").replace("POST", "PO ST")
          : good.replace('"messages"', '"massages"');
  const socket = await opened();
  return new Promise((resolve) => {
    let text = "";
    socket.setEncoding("latin1");
    socket.on("data", (part: string) => {
      text += part;
      const status = /^HTTP\/1.1 (\d+)/.exec(text)?.[1];
      if (!status) return;
      resolve(status);
      socket.destroy();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve("closed"));
    socket.end(bytes, "latin1");
  });
}

async function killEngine(count: number): Promise<string> {
  const outcomes = new Map<string, number>();
  const stop = new AbortController();
  const agent = new Agent({ keepAlive: true });
  const clients = Array.from({ length: 10 }, async () => {
    while (!stop.signal.aborted) {
      const outcome = await whole({ ...STREAM, max_tokens: 20 }, agent);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      await pause(5);
    }
  });
  for (let kill = 0; kill < count; kill++) {
    await pause(100 + Math.random() * 100);
    await engine.kill();
    gateway.tell("engine-gone"); // what the engine's supervisor would say
    engine = await Child.start("null-server.ts", ["--port", enginePort]);
    gateway.tell("engine-back");
  }
  await pause(500);
  stop.abort();
  await Promise.all(clients);
  agent.destroy();
  return `${count} times; ${[...outcomes].map(([what, times]) => `${times} ${what}`).join(", ")}`;
}

/** Asks for a stream; "answered" whole, or the code of a typed error. Throws on anything else. */
function whole(body: typeof STREAM & { max_tokens: number }, agent?: Agent): Promise<string> {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const asked = request({
      agent: agent ?? false,
      host: "127.0.0.1",
      port: gateway.port,
      method: "POST",
      path: "/v1/chat/completions",
      headers: { "content-type": "application/json", "content-length": text.length },
    });
    asked.on("error", reject);
    asked.on("response", (answer) => {
      let seen = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => (seen += part));
      answer.on("error", reject);
      answer.on("end", () => {
        const tokens = seen.split('"n":').length - 1;
        const code = /"code":"([\w-]+)"/.exec(seen)?.[1];
        if (code) resolve(code);
        else if (answer.statusCode === 200 && tokens === body.max_tokens) resolve("answered");
        else reject(new Error(`status ${answer.statusCode}, ${tokens} of ${body.max_tokens} tokens, no error`));
      });
    });
    asked.end(text);
  });
}

function raw(body: object, header = ""): string {
  const text = JSON.stringify(body);
  return `POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n${header}Content-Length: ${text.length}\r\n\r\n${text}`;
}

function opened(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(gateway.port, "127.0.0.1", () => {
      socket.off("error", reject);
      socket.on("error", () => undefined);
      resolve(socket);
    });
    socket.on("error", reject);
  });
}
