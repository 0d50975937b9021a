import { type ScriptedAnswer, type ScriptStep } from "./scripted-script.ts";

/** Everything that is told of an answer beside its steps. */
export interface ChunkFrame {
  readonly id: string;
  readonly model: string;
  readonly kind: "chat" | "text";
  /** content of a stream's first delta: llama-server says null, others "" */
  readonly firstContent: null | "";
}

export interface ScriptedUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}

/** Seconds of a fixed moment: expectations are compared byte by byte. */
const CREATED = 1_700_000_000;

function chunk(frame: ChunkFrame, choices: readonly unknown[], more: object = {}): object {
  const object = frame.kind === "chat" ? "chat.completion.chunk" : "text_completion";
  return { choices, created: CREATED, id: frame.id, model: frame.model, object, ...more };
}

export function firstChunk(frame: ChunkFrame): object | undefined {
  if (frame.kind === "text") return undefined;
  const delta = { role: "assistant", content: frame.firstContent };
  return chunk(frame, [{ finish_reason: null, index: 0, delta }]);
}

export function lastChunk(frame: ChunkFrame, finishReason: string): object {
  const empty = frame.kind === "chat" ? { delta: {} } : { text: "" };
  return chunk(frame, [{ finish_reason: finishReason, index: 0, ...empty }]);
}

export function usageChunk(frame: ChunkFrame, usage: ScriptedUsage): object {
  return chunk(frame, [], { usage });
}

/** Turns steps into chunks; keeps count of the tools that were called. */
export class ChunkWriter {
  readonly #frame: ChunkFrame;
  #tools = 0;

  constructor(frame: ChunkFrame) {
    this.#frame = frame;
  }

  /** undefined: the step says nothing */
  chunk(step: ScriptStep): object | undefined {
    const delta = this.#delta(step);
    if (delta === undefined) return undefined;
    if (this.#frame.kind === "chat") return chunk(this.#frame, [{ finish_reason: null, index: 0, delta }]);
    const text = "content" in step ? step.content : "";
    return chunk(this.#frame, [{ finish_reason: null, index: 0, text }]);
  }

  #delta(step: ScriptStep): object | undefined {
    if ("content" in step) return { content: step.content };
    if ("reasoning" in step) return { reasoning_content: step.reasoning };
    if ("tool" in step) {
      this.#tools += 1;
      const index = this.#tools - 1;
      const call = { name: step.tool, arguments: "" };
      return { tool_calls: [{ index, id: step.id ?? `call_${index}`, type: "function", function: call }] };
    }
    if ("arguments" in step)
      return { tool_calls: [{ index: this.#tools - 1, function: { arguments: step.arguments } }] };
    return undefined;
  }
}

/** The whole answer to a request without a stream. */
export function wholeAnswer(
  frame: ChunkFrame,
  steps: readonly ScriptStep[],
  finishReason: string,
  usage: ScriptedUsage,
): object {
  const content = joined(steps, (step) => ("content" in step ? step.content : ""));
  const reasoning = joined(steps, (step) => ("reasoning" in step ? step.reasoning : ""));
  const calls = toolCalls(steps);
  const message = {
    role: "assistant",
    content: content === "" && calls.length > 0 ? null : content,
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  const said = frame.kind === "chat" ? { message } : { text: content };
  return {
    choices: [{ finish_reason: finishReason, index: 0, ...said }],
    created: CREATED,
    id: frame.id,
    model: frame.model,
    object: frame.kind === "chat" ? "chat.completion" : "text_completion",
    usage,
  };
}

export function finishReasonOf(answer: ScriptedAnswer, steps: readonly ScriptStep[], cut: boolean): string {
  if (answer.finishReason !== undefined) return answer.finishReason;
  if (cut) return "length";
  return steps.some((step) => "tool" in step) ? "tool_calls" : "stop";
}

function toolCalls(steps: readonly ScriptStep[]): object[] {
  const calls: { id: string; type: string; function: { name: string; arguments: string } }[] = [];
  for (const step of steps) {
    if ("tool" in step) {
      const id = step.id ?? `call_${calls.length}`;
      calls.push({ id, type: "function", function: { name: step.tool, arguments: "" } });
    } else if ("arguments" in step) calls.at(-1)!.function.arguments += step.arguments;
  }
  return calls;
}

function joined(steps: readonly ScriptStep[], text: (step: ScriptStep) => string): string {
  return steps.map(text).join("");
}
