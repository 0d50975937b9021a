import { request } from "node:http";
import { ask, fieldsOf, jsonOf, listOf, numberOf } from "../http/index.ts";
import type { Endpoint, RunningServer } from "../server.ts";

/** A whole answer, parsed. */
export interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export async function post(
  running: RunningServer,
  path: string,
  body: object,
  signal?: AbortSignal,
): Promise<Answered> {
  const whole = { model: running.model.engineName, ...running.requestDefaults, ...body };
  const options = { body: whole, timeoutMs: 120_000, ...(signal ? { signal } : {}) };
  const { status, text } = await ask(running.endpoint, path, options);
  return { status, body: fieldsOf(jsonOf(text)) };
}

/** An answer's events, as they came; `ended` when "[DONE]" was the last of them. */
export interface Streamed {
  readonly status: number;
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly ended: boolean;
}

/** Asks for a stream and reads it to its end; `onEvent` may leave by aborting `signal`, then it answers with what it has. */
export function stream(
  running: RunningServer,
  path: string,
  body: object,
  options: { signal?: AbortSignal; onEvent?: (event: Readonly<Record<string, unknown>>) => void } = {},
): Promise<Streamed> {
  const { signal, onEvent } = options;
  const streamed = { stream: true, stream_options: { include_usage: true } };
  const whole = { model: running.model.engineName, ...running.requestDefaults, ...streamed, ...body };
  const { url, headers } = running.endpoint;
  const sent = { method: "POST", agent: false, headers: { ...headers, "content-type": "application/json" } } as const;
  return new Promise((resolve, reject) => {
    const events: Readonly<Record<string, unknown>>[] = [];
    let [status, rest, ended] = [0, "", false];
    const answer = () => resolve({ status, events, ended });
    const fail = (error: Error) => (signal?.aborted === true ? answer() : reject(error));
    const asked = request(`${url}${path}`, { ...sent, ...(signal ? { signal } : {}) }, (response) => {
      status = response.statusCode ?? 0;
      response.setEncoding("utf8");
      response.on("data", (text: string) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          if (line === "data: [DONE]") ended = true;
          else if (line.startsWith("data: ")) {
            const event = fieldsOf(jsonOf(line.slice("data: ".length)));
            events.push(event);
            onEvent?.(event);
          }
        }
      });
      response.on("end", answer);
      response.on("error", fail);
    });
    asked.on("error", fail);
    asked.end(JSON.stringify(whole));
  });
}

/** The first choice of an answer or an event. */
export function choiceOf(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return fieldsOf(listOf(body["choices"])[0]);
}

/** Text of a stream's chat or completion. */
export function textOfEvents({ events }: Streamed): string {
  const texts = events.map((event) => {
    const choice = choiceOf(event);
    const said = choice["text"] ?? fieldsOf(choice["delta"])["content"];
    return typeof said === "string" ? said : "";
  });
  return texts.join("");
}

export interface Usage {
  readonly prompt: number;
  readonly completion: number;
  readonly total: number;
}

export function usageOf(body: Readonly<Record<string, unknown>> | undefined): Usage {
  const usage = fieldsOf(body?.["usage"]);
  const [prompt, completion] = [numberOf(usage["prompt_tokens"]), numberOf(usage["completion_tokens"])];
  return { prompt: prompt ?? NaN, completion: completion ?? NaN, total: numberOf(usage["total_tokens"]) ?? NaN };
}

/** Sends text that is no JSON. */
export function sendText(endpoint: Endpoint, path: string, text: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { ...endpoint.headers, "content-type": "application/json" };
    const asked = request(`${endpoint.url}${path}`, { method: "POST", agent: false, headers }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    });
    asked.on("error", reject);
    asked.end(text);
  });
}
