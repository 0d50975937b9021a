import type { CallPiece, Piece, Usage, Fields } from "../../../client/index.ts";

/** A response as far as it has come. */
export interface ReplySoFar {
  id: string;
  created: number;
  readonly items: OpenItem[];
  finish: string | undefined;
  usage: Usage | undefined;
}

/** One item of the output: thoughts, the message, or a call. */
export interface OpenItem {
  readonly kind: "reasoning" | "message" | "function_call";
  readonly id: string;
  /** the engine's index of the call */
  readonly call: number;
  readonly callId: string;
  name: string;
  /** what is thought or said, or the arguments */
  text: string;
}

export function emptyReply(): ReplySoFar {
  return { id: "", created: 0, items: [], finish: undefined, usage: undefined };
}

export function addTo(reply: ReplySoFar, piece: Piece): void {
  if (reply.id === "") reply.id = piece.id.replace(/^chatcmpl-/, "");
  if (reply.created === 0) reply.created = piece.created;
  if (piece.thinking !== "") itemOf(reply, "reasoning").text += piece.thinking;
  if (piece.text !== "") itemOf(reply, "message").text += piece.text;
  for (const call of piece.calls) {
    const item = itemOf(reply, "function_call", call);
    item.text += call.argumentsPart;
    if (call.name !== undefined) item.name = call.name;
  }
  reply.finish ??= piece.finish;
  reply.usage = piece.usage ?? reply.usage;
}

/** The last item if it is of this kind (and this call), else a new one. */
function itemOf(reply: ReplySoFar, kind: OpenItem["kind"], call?: CallPiece): OpenItem {
  const last = reply.items.at(-1);
  const index = call?.index ?? 0;
  if (last?.kind === kind && last.call === index) return last;
  const id = `${PREFIX[kind]}_${reply.id}_${reply.items.length}`;
  const item: OpenItem = { kind, id, call: index, callId: call?.id ?? `call_${index}`, name: "", text: "" };
  reply.items.push(item);
  return item;
}

const PREFIX = { reasoning: "rs", message: "msg", function_call: "fc" } as const;

export function isCut({ finish }: ReplySoFar): boolean {
  return finish === "length";
}

/** The output; an item that only begins is still empty. */
export function items(reply: ReplySoFar, status: "in_progress" | "completed"): unknown[] {
  return reply.items.map(({ kind, id, callId, name, text: whole }) => {
    const text = status === "in_progress" ? "" : whole;
    const parts = (part: unknown) => (text === "" ? [] : [part]);
    switch (kind) {
      case "reasoning":
        return { type: kind, id, status, summary: [], content: parts({ type: "reasoning_text", text }) };
      case "function_call":
        return { type: kind, id, status, call_id: callId, name, arguments: text };
      default: {
        const content = parts({ type: "output_text", text, annotations: [], logprobs: [] });
        return { type: kind, id, status, role: "assistant", content };
      }
    }
  });
}

export function responseOf(
  reply: ReplySoFar,
  status: "in_progress" | "completed" | "incomplete",
  model: string,
  asked: Fields,
): unknown {
  return {
    id: `resp_${reply.id}`,
    object: "response",
    created_at: reply.created,
    status,
    error: null,
    incomplete_details: status === "incomplete" ? { reason: "max_output_tokens" } : null,
    instructions: asked.instructions ?? null,
    max_output_tokens: asked.max_output_tokens ?? null,
    metadata: asked.metadata ?? {},
    model,
    output: status === "in_progress" ? [] : items(reply, "completed"),
    parallel_tool_calls: asked.parallel_tool_calls ?? true,
    previous_response_id: null,
    reasoning: asked.reasoning ?? null,
    store: false,
    temperature: asked.temperature ?? null,
    text: asked.text ?? { format: { type: "text" } },
    tool_choice: asked.tool_choice ?? "auto",
    tools: asked.tools ?? [],
    top_p: asked.top_p ?? null,
    usage: reply.usage === undefined ? null : usage(reply.usage),
  };
}

function usage({ promptTokens, cachedTokens, completionTokens, thinkingTokens }: Usage): unknown {
  return {
    input_tokens: promptTokens,
    input_tokens_details: { cached_tokens: cachedTokens },
    output_tokens: completionTokens,
    output_tokens_details: { reasoning_tokens: thinkingTokens ?? 0 },
    total_tokens: promptTokens + completionTokens,
  };
}
