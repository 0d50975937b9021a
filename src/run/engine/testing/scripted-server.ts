import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ScriptedFace } from "./scripted-face.ts";
import { type ScriptedAnswer, type ScriptedError, type ScriptedRequest } from "./scripted-script.ts";
import { sayAnswer } from "./scripted-say.ts";
import { ScriptedSlots } from "./scripted-slots.ts";

/** How a scripted engine behaves; every field has the behaviour of llama-server as its default. */
export interface ScriptedOptions {
  /** name of its model */
  readonly model?: string;
  readonly slots?: number;
  /** tokens a slot holds, prompt and reply */
  readonly contextPerSlot?: number;
  /** asked for each chat or completion that no queued answer was given for */
  readonly script?: (request: ScriptedRequest) => ScriptedAnswer;
  /** content of a chat stream's first delta; default null */
  readonly firstContent?: null | "";
  /** close the connection after each stream although keep-alive was announced; default true */
  readonly closeAfterStream?: boolean;
  /** demanded as `Authorization: Bearer`, or nothing is answered but /health */
  readonly apiKey?: string;
  /** what `{ waitMs }` waits on; default: it does not wait */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** whose other endpoints it has; default "llama-server" */
  readonly face?: "llama-server" | "vllm" | "ollama" | "plain";
  /** adapters it was started with */
  readonly adapters?: readonly { readonly path: string; readonly scale: number }[];
  /** a port of its own choice where absent */
  readonly port?: number;
}

/** An OpenAI-compatible server that says what a script says, to the byte and in the order asked. */
export interface ScriptedServer {
  readonly url: string;
  readonly port: number;
  /** every request that arrived, in order */
  readonly requests: readonly ScriptedRequest[];
  /** requests being worked on, and those that wait for a slot */
  readonly load: { readonly working: number; readonly waiting: number };
  /** connections open now */
  readonly connections: number;
  /** answers /health with 503 while true */
  loading: boolean;
  /** the answer of the next chat or completion that has none yet; several wait in order */
  next(answer: ScriptedAnswer): void;
  /** Resolves when `condition` holds; it is looked at whenever a request changes. */
  until(condition: (server: ScriptedServer) => boolean): Promise<void>;
  /** breaks all connections, as a crash does, and stops listening */
  stop(): Promise<void>;
}

export async function scriptedServer(options: ScriptedOptions = {}): Promise<ScriptedServer> {
  const scripted = new Scripted(options);
  await scripted.listen(options.port ?? 0);
  return scripted;
}

class Scripted implements ScriptedServer {
  readonly requests: ScriptedRequest[] = [];
  loading = false;
  port = 0;
  readonly #options: ScriptedOptions;
  readonly #server: Server;
  readonly #slots: ScriptedSlots;
  readonly #face: ScriptedFace;
  readonly #queued: ScriptedAnswer[] = [];
  readonly #watchers = new Set<() => void>();
  #connections = 0;
  #answered = 0;

  constructor(options: ScriptedOptions) {
    this.#options = options;
    this.#slots = new ScriptedSlots(options.slots ?? 4, () => this.#changed());
    this.#face = new ScriptedFace(options);
    this.#server = createServer((request, response) => void this.#handle(request, response));
    this.#server.on("connection", (socket) => {
      this.#connections += 1;
      socket.on("close", () => {
        this.#connections -= 1;
        this.#changed();
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get connections(): number {
    return this.#connections;
  }

  get load(): { working: number; waiting: number } {
    return {
      working: this.requests.filter(({ state }) => state === "working").length,
      waiting: this.#slots.waiting,
    };
  }

  async listen(port: number): Promise<void> {
    const listening = Promise.withResolvers<void>();
    this.#server.once("error", listening.reject);
    this.#server.listen(port, "127.0.0.1", () => listening.resolve());
    await listening.promise;
    const address = this.#server.address();
    this.port = isAddress(address) ? address.port : 0;
  }

  next(answer: ScriptedAnswer): void {
    this.#queued.push(answer);
  }

  until(condition: (server: ScriptedServer) => boolean): Promise<void> {
    if (condition(this)) return Promise.resolve();
    return new Promise((resolve) => {
      const look = () => {
        if (!condition(this)) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
    });
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #changed(): void {
    for (const look of this.#watchers) look();
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await bodyOf(incoming);
    if (text === undefined) return;
    const request = requestOf(incoming, text);
    this.requests.push(request);
    this.#changed();
    const gone = new AbortController();
    response.on("close", () => {
      if (!response.writableFinished) gone.abort();
    });
    const refusal = this.#refusal(request);
    if (refusal) answerJson(response, refusal.status, errorBody(refusal));
    else if (/\/(chat\/)?completions$/.test(request.path)) await this.#generate(request, response, gone.signal);
    else {
      const { status, body, type } = this.#face.answer(request);
      if (type === undefined) answerJson(response, status, body);
      else response.writeHead(status, { "content-type": type }).end(String(body));
    }
    if (request.state !== "abandoned") request.state = "done";
    this.#changed();
  }

  #refusal({ headers, path, method, body }: ScriptedRequest): ScriptedError | undefined {
    const { apiKey } = this.#options;
    if (this.loading) return { status: 503, type: "unavailable_error", message: "Loading model" };
    if (apiKey !== undefined && path !== "/health" && headers["authorization"] !== `Bearer ${apiKey}`)
      return { status: 401, type: "authentication_error", message: "Invalid API Key" };
    if (method === "POST" && typeof body === "string")
      return { status: 400, type: "invalid_request_error", message: "parse error: the body is no JSON" };
    return undefined;
  }

  async #generate(request: ScriptedRequest, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const refusal = this.#face.refusal(request);
    if (refusal) {
      answerJson(response, 400, refusal);
      return;
    }
    const answer = this.#queued.shift() ?? this.#options.script?.(request) ?? {};
    if (answer.refuse) {
      answerJson(response, answer.refuse.status, errorBody(answer.refuse));
      return;
    }
    if (!(await this.#slots.take(signal))) {
      request.state = "abandoned";
      return;
    }
    request.state = "working";
    this.#changed();
    try {
      this.#answered += 1;
      const id = `scripted-${this.#answered}`;
      await sayAnswer({ request, answer, response, signal, id, options: this.#options, face: this.#face });
    } finally {
      if (signal.aborted) request.state = "abandoned";
      this.#slots.release();
    }
  }
}

async function bodyOf(incoming: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  try {
    for await (const part of incoming) parts.push(Buffer.from(part));
  } catch {
    return undefined; // the client left while it was still sending
  }
  return Buffer.concat(parts).toString("utf8");
}

function requestOf(incoming: IncomingMessage, text: string): ScriptedRequest {
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  let body: unknown = text;
  try {
    body = text === "" ? {} : JSON.parse(text);
  } catch {
    // kept as text, and refused
  }
  const path = (incoming.url ?? "/").split("?")[0]!;
  return { method: incoming.method ?? "GET", path, headers, body, state: "waiting", said: 0 };
}

function errorBody({ status, type, message }: ScriptedError): object {
  return { error: { code: status, message, type } };
}

function answerJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}

function isAddress(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}
