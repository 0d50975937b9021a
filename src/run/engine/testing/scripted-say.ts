import type { ServerResponse } from "node:http";
import { ChunkWriter, finishReasonOf, firstChunk, lastChunk, usageChunk, wholeAnswer } from "./scripted-chunks.ts";
import type { ChunkFrame, ScriptedUsage } from "./scripted-chunks.ts";
import type { ScriptedFace } from "./scripted-face.ts";
import { cutSteps, isToken, plainSteps, record } from "./scripted-script.ts";
import type { ScriptedAnswer, ScriptedRequest, ScriptStep } from "./scripted-script.ts";
import type { ScriptedOptions } from "./scripted-server.ts";

interface Saying {
  readonly request: ScriptedRequest;
  readonly answer: ScriptedAnswer;
  readonly response: ServerResponse;
  /** the client has left */
  readonly signal: AbortSignal;
  readonly id: string;
  readonly options: ScriptedOptions;
  readonly face: ScriptedFace;
}

/** Says an answer, streamed or whole, as the request asks. */
export async function sayAnswer(saying: Saying): Promise<void> {
  const { request, answer, options, face, id } = saying;
  const body = record(request.body);
  const frame: ChunkFrame = {
    id,
    model: face.model,
    kind: request.path.endsWith("/chat/completions") ? "chat" : "text",
    firstContent: options.firstContent ?? null,
  };
  const limit = body["max_completion_tokens"] ?? body["max_tokens"] ?? body["n_predict"];
  const promptTokens = face.promptTokens(request);
  const room = face.contextPerSlot - promptTokens;
  const { steps, cut } = cutSteps(answer.steps ?? plainSteps(body), Math.min(Number(limit ?? room), room));
  const finishReason = finishReasonOf(answer, steps, cut);
  const usage: ScriptedUsage = {
    prompt_tokens: promptTokens,
    completion_tokens: steps.filter(isToken).length,
    total_tokens: promptTokens + steps.filter(isToken).length,
    prompt_tokens_details: { cached_tokens: 0 },
  };
  if (body["stream"] === true) await sayStream(saying, frame, steps, finishReason, usage);
  else await sayWhole(saying, frame, steps, finishReason, usage);
}

async function sayStream(
  { request, response, signal, options }: Saying,
  frame: ChunkFrame,
  steps: readonly ScriptStep[],
  finishReason: string,
  usage: ScriptedUsage,
): Promise<void> {
  response.writeHead(200, {
    "content-type": "text/event-stream",
    connection: "keep-alive",
    "keep-alive": "timeout=5, max=100",
  });
  const event = (data: object) => write(response, `data: ${JSON.stringify(data)}\n\n`, signal);
  const first = firstChunk(frame);
  if (first) await event(first);
  const writer = new ChunkWriter(frame);
  for (const step of steps) {
    if (!(await passes(step, options, signal))) return;
    if ("cut" in step) {
      response.destroy();
      return;
    }
    if ("error" in step) {
      const { status: code, message, type } = step.error;
      await write(response, `data: ${JSON.stringify({ error: { code, message, type } })}\n\n`, signal);
      endStream(response, options);
      return;
    }
    if (isToken(step)) request.said += 1;
    const data = writer.chunk(step);
    if ("raw" in step) await write(response, step.raw, signal);
    else if (data) await event(data);
  }
  await event(lastChunk(frame, finishReason));
  if (record(record(request.body)["stream_options"])["include_usage"] === true) await event(usageChunk(frame, usage));
  await write(response, "data: [DONE]\n\n", signal);
  endStream(response, options);
}

/** llama-server announces keep-alive and closes: a client that sends its next request on this connection loses it. */
function endStream(response: ServerResponse, { closeAfterStream = true }: ScriptedOptions): void {
  const { socket } = response;
  response.end(() => {
    if (closeAfterStream) socket?.end();
  });
}

async function sayWhole(
  { request, response, signal, options }: Saying,
  frame: ChunkFrame,
  steps: readonly ScriptStep[],
  finishReason: string,
  usage: ScriptedUsage,
): Promise<void> {
  let status = 200;
  let body = wholeAnswer(frame, steps, finishReason, usage);
  for (const step of steps) {
    if (!(await passes(step, options, signal))) return;
    if ("cut" in step) {
      response.destroy();
      return;
    }
    if (isToken(step)) request.said += 1;
    if ("error" in step) {
      status = step.error.status;
      body = { error: { code: status, message: step.error.message, type: step.error.type } };
    }
  }
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(text);
}

/** Waits where the step asks for it. False: the client has left meanwhile. */
async function passes(step: ScriptStep, { pause }: ScriptedOptions, signal: AbortSignal): Promise<boolean> {
  if ("waitMs" in step) await pause?.(step.waitMs, signal);
  if ("until" in step) await orGone(step.until, signal);
  return !signal.aborted;
}

/** Resolves when the text has left this process: a connection that is cut afterwards has carried it. */
async function write(response: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await orGone(new Promise((resolve) => response.write(text, resolve)), signal);
}

function orGone(promise: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  if (signal.aborted) return Promise.resolve();
  return Promise.race([promise, new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }))]);
}
