import { isFields, type Fields } from "../home/index.ts";

/** What one event of an engine's stream, or a whole answer, adds to a reply. OpenAI's dialect as engines really speak it. */
export interface Piece {
  readonly id: string;
  /** seconds since 1970 */
  readonly created: number;
  readonly text: string;
  /** llama.cpp and vLLM say `reasoning_content`, newer vLLM and Ollama `reasoning` */
  readonly thinking: string;
  readonly calls: readonly CallPiece[];
  /** "stop", "length", "tool_calls", ...; absent while it goes on */
  readonly finish?: string;
  readonly usage?: Usage;
  /** llama.cpp's own measurement of the reply */
  readonly timings?: Fields;
}

/** A part of a tool call: the first names it, more parts bring its arguments. */
export interface CallPiece {
  readonly index: number;
  readonly id?: string;
  readonly name?: string;
  readonly argumentsPart: string;
}

export interface Usage {
  readonly promptTokens: number;
  /** of these, not evaluated again */
  readonly cachedTokens: number;
  readonly completionTokens: number;
  /** of these, thought and not said; absent where the engine does not tell them apart */
  readonly thinkingTokens?: number;
}

export function pieceOf(event: Fields): Piece {
  const choice = firstChoice(event);
  const said = isFields(choice.delta) ? choice.delta : isFields(choice.message) ? choice.message : choice;
  const finish = text(choice.finish_reason);
  const usage = usageOf(event.usage);
  return {
    id: text(event.id),
    created: number(event.created),
    // a completion says `text`, a chat `content`; the first content is null in one engine and "" in another
    text: text(said.content) || text(choice.text),
    thinking: text(said.reasoning_content) || text(said.reasoning),
    calls: Array.isArray(said.tool_calls) ? said.tool_calls.filter(isFields).map(callPiece) : [],
    ...(finish === "" ? {} : { finish }),
    ...(usage === undefined ? {} : { usage }),
    ...(isFields(event.timings) ? { timings: event.timings } : {}),
  };
}

function firstChoice({ choices }: Fields): Fields {
  const [first] = Array.isArray(choices) ? choices : [];
  return isFields(first) ? first : {};
}

function callPiece(call: Fields, place: number): CallPiece {
  const about = isFields(call.function) ? call.function : {};
  return {
    index: typeof call.index === "number" ? call.index : place,
    ...(typeof call.id === "string" ? { id: call.id } : {}),
    ...(typeof about.name === "string" ? { name: about.name } : {}),
    argumentsPart: text(about.arguments),
  };
}

function usageOf(usage: unknown): Usage | undefined {
  if (!isFields(usage)) return undefined;
  const prompt = isFields(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
  const completion = isFields(usage.completion_tokens_details) ? usage.completion_tokens_details : {};
  return {
    promptTokens: number(usage.prompt_tokens),
    cachedTokens: number(prompt.cached_tokens),
    completionTokens: number(usage.completion_tokens),
    ...(typeof completion.reasoning_tokens === "number" ? { thinkingTokens: completion.reasoning_tokens } : {}),
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
