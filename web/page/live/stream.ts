/** The data of each event of a stream, up to `[DONE]`. A half of an event is kept until the rest comes. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let held = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      held += decoder.decode(value, { stream: !done });
      const blocks = held.split(/\r?\n\r?\n/);
      held = done ? "" : (blocks.pop() ?? "");
      for (const block of blocks) {
        const data = dataOf(block);
        if (data === "[DONE]") return;
        if (data !== "") yield JSON.parse(data);
      }
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function dataOf(block: string): string {
  return block
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).trimStart())
    .join("\n");
}

/** What an event adds to a reply. */
export interface Piece {
  readonly text: string;
  readonly thought: string;
  readonly finish: string;
  /** of the whole reply, in the last event */
  readonly usage?: { readonly prompt: number; readonly cached: number; readonly reply: number };
  readonly error?: string;
}

export function pieceOf(event: unknown): Piece {
  const choice = at(at(event, "choices"), 0);
  const delta = at(choice, "delta");
  const error = at(event, "error");
  const usage = at(event, "usage");
  return {
    text: words(at(delta, "content")),
    thought: words(at(delta, "reasoning_content")) || words(at(delta, "reasoning")),
    finish: words(at(choice, "finish_reason")),
    ...(isFields(usage)
      ? {
          usage: {
            prompt: count(at(usage, "prompt_tokens")),
            cached: count(at(at(usage, "prompt_tokens_details"), "cached_tokens")),
            reply: count(at(usage, "completion_tokens")),
          },
        }
      : {}),
    ...(error === undefined || error === null ? {} : { error: messageIn(event) }),
  };
}

/** What a refusal says: OpenAI's shape, or ours. */
export function messageIn(body: unknown): string {
  const error = at(body, "error");
  return words(at(error, "message")) || words(error) || "it does not say why";
}

function isFields(value: unknown): value is Readonly<Record<string | number, unknown>> {
  return typeof value === "object" && value !== null;
}

function at(value: unknown, key: string | number): unknown {
  return isFields(value) ? value[key] : undefined;
}

const words = (value: unknown) => (typeof value === "string" ? value : "");
const count = (value: unknown) => (typeof value === "number" ? value : 0);
