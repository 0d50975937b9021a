/** What an event of a streamed answer says, whichever of the usual forms it has. */
export interface WirePiece {
  /** text, thought or a call */
  readonly text: string;
  readonly promptTokens?: number;
  readonly outputTokens?: number;
  readonly cachedTokens?: number;
  readonly error?: string;
}

/** Fields of OpenAI's chat and text completions, and llama-server's additions, as far as they are looked at. */
interface WireEvent {
  readonly choices?: readonly {
    readonly text?: unknown;
    readonly delta?: {
      readonly content?: unknown;
      readonly reasoning_content?: unknown;
      readonly reasoning?: unknown;
      readonly tool_calls?: unknown;
    } | null;
  }[];
  readonly usage?: {
    readonly prompt_tokens?: unknown;
    readonly completion_tokens?: unknown;
    readonly prompt_tokens_details?: { readonly cached_tokens?: unknown } | null;
  } | null;
  readonly timings?: { readonly cache_n?: unknown } | null;
  readonly error?: unknown;
}

const NOTHING: WirePiece = { text: "" };

/** Undefined: no JSON. */
export function wirePiece(text: string): WirePiece | undefined {
  let event: WireEvent | null;
  try {
    event = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (event === null || typeof event !== "object") return NOTHING;
  const choice = event.choices?.[0];
  const delta = choice?.delta;
  const said = delta?.content || delta?.reasoning_content || delta?.reasoning || choice?.text;
  const calls = delta?.tool_calls;
  const words = typeof said === "string" ? said : Array.isArray(calls) && calls.length > 0 ? JSON.stringify(calls) : "";
  if (!event.usage && !event.timings && event.error === undefined) return words === "" ? NOTHING : { text: words };
  const { usage } = event;
  return {
    text: words,
    ...counted("promptTokens", usage?.prompt_tokens),
    ...counted("outputTokens", usage?.completion_tokens),
    ...counted("cachedTokens", usage?.prompt_tokens_details?.cached_tokens ?? event.timings?.cache_n),
    ...(event.error === undefined ? {} : { error: errorText(event.error) }),
  };
}

function counted(name: "promptTokens" | "outputTokens" | "cachedTokens", value: unknown): Partial<WirePiece> {
  return typeof value === "number" && value >= 0 ? { [name]: value } : {};
}

/** A server's own words, cut short. */
export function errorText(error: unknown): string {
  const message = typeof error === "object" && error !== null && "message" in error ? error.message : error;
  return (typeof message === "string" ? message : (JSON.stringify(message) ?? "")).slice(0, 300);
}
