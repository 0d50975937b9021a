import type { LoadoutError } from "../../../facts/errors/index.ts";
import type { ListedModel } from "../serving.ts";

/** What a request asks of an engine, whatever the words it is asked in. */
export type Operation = "chat" | "completions" | "embeddings" | "rerank";

/** A way of talking that clients already have: its paths, its bodies, its streams, its errors. Pure: no sockets here. */
export interface Dialect {
  /** "openai", "responses", "anthropic", "ollama" */
  readonly name: string;
  readonly routes: readonly DialectRoute[];
  /** paths that are answered from the list of models alone */
  readonly listings?: readonly DialectListing[];
  /** paths that say how many tokens a request would be */
  readonly counts?: readonly DialectCount[];
  /** how paths of this dialect begin: what is not there is said in its shape */
  readonly prefixes?: readonly string[];
  /** a failure in the shape clients of this dialect expect; `LoadoutError` carries code, hint and HTTP status */
  error(error: LoadoutError): DialectAnswer;
  /** the same in the middle of a stream that has begun: bytes that end it in an orderly way */
  streamError(error: LoadoutError): string;
}

export interface DialectRoute {
  readonly method: "POST";
  readonly path: string;
  readonly operation: Operation;
  /**
   * The client's body, parsed, as a request in OpenAI's dialect. Throws `request-invalid` naming the field.
   * What is asked as `undefined` passes through as it came.
   */
  translate(body: Readonly<Record<string, unknown>>): EngineRequest;
}

export interface DialectListing {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** the answer's body; throws `model-not-served` where one model is asked for by name and is not there */
  answer(models: readonly ListedModel[], body: Readonly<Record<string, unknown>>): unknown;
}

export interface DialectCount {
  readonly path: string;
  /** What would be asked, as text for the engine's tokenizer; throws `request-invalid` naming the field. */
  text(body: Readonly<Record<string, unknown>>): CountedText;
  /** the answer's body */
  answer(tokens: number): unknown;
}

export interface CountedText {
  /** as in {@link EngineRequest} */
  readonly model: string;
  readonly text: string;
  /** tokens that come besides: what a chat template writes around each message */
  readonly besides: number;
}

export interface EngineRequest {
  /** name of the model as the client gave it; empty: the default */
  readonly model: string;
  /** does the client want a stream */
  readonly stream: boolean;
  /** for the engine in OpenAI's dialect, `model` excepted, which the gateway puts in */
  readonly body: Readonly<Record<string, unknown>>;
  /** translates the engine's answers; absent: its bytes pass through untouched (OpenAI to OpenAI) */
  readonly answers?: AnswerTranslator;
}

export interface AnswerTranslator {
  readonly contentType: { readonly whole: string; readonly stream: string };
  /** a whole answer; a chat that was streamed by the engine only is never given here */
  whole(answer: Readonly<Record<string, unknown>>): unknown;
  /** one event of the engine's stream (the text after `data: `, `[DONE]` excepted): what the client gets for it, maybe "" */
  event(data: Readonly<Record<string, unknown>>): string;
  /** after the engine's last event */
  end(): string;
}

export interface DialectAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
