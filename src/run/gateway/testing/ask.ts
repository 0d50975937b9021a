import { connect } from "node:net";
import { request, type IncomingHttpHeaders } from "node:http";

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** pieces as they were read */
  readonly chunks: readonly string[];
}

export interface Asking {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** an object is sent as JSON, text as it is */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly onChunk?: (text: string) => void;
}

/** Asks a server on loopback, on a connection of its own. */
export function ask(port: number, asking: Asking = {}): Promise<Answered> {
  const { body, signal, headers, onChunk } = asking;
  const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
  const method = asking.method ?? (text === undefined ? "GET" : "POST");
  return new Promise((resolve, reject) => {
    const asked = request({
      agent: false,
      host: "127.0.0.1",
      port,
      method,
      path: asking.path ?? "/v1/chat/completions",
      headers: { ...(text === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(signal ? { signal } : {}),
    });
    asked.on("error", reject);
    asked.on("response", (answer) => {
      const chunks: string[] = [];
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        chunks.push(chunk);
        onChunk?.(chunk);
      });
      answer.on("error", reject);
      answer.on("end", () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: chunks.join(""), chunks }),
      );
    });
    asked.end(text);
  });
}

/** Sends bytes as they stand and answers with what came until the other side closed. */
export function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const parts: string[] = [];
    socket.setEncoding("utf8");
    socket.on("data", (part: string) => parts.push(part));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(parts.join("")));
    socket.write(text);
  });
}
