import { isFields } from "../../../home/index.ts";

/** A tool of a request, checked. */
export interface Tool {
  readonly name: string;
  readonly description?: string;
  /** JSON schema of its arguments, an object's */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** A call that the model asked for; `arguments` is JSON text. */
export interface ToolCall {
  readonly name: string;
  readonly arguments: string;
}

/** How a family of models writes calls. */
export interface ToolFormat {
  readonly name: string;
  /** texts that begin a call; empty: a call is the whole reply, which then begins with `{` or `[` */
  readonly opens: readonly string[];
  /** text that ends a call, after which the model may go on; absent: calls last to the end of the reply */
  readonly close?: string;
  /** the calls in a text from an opening (included) to its close; undefined: there is none */
  parse(text: string): readonly ToolCall[] | undefined;
  /** what the model writes for a call of this tool, around its arguments: what a grammar forces */
  readonly call: (name: string) => { readonly before: string; readonly after: string };
  /** between two calls */
  readonly between: string;
  /** around all calls */
  readonly around?: readonly [before: string, after: string];
}

/** The value of JSON text; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A call from an object that names it, whatever it calls the arguments. */
export function callOf(value: unknown): ToolCall | undefined {
  if (!isFields(value)) return undefined;
  const inner = isFields(value["function"]) ? value["function"] : value;
  const name = inner["name"];
  if (typeof name !== "string") return undefined;
  const given = inner["arguments"] ?? inner["parameters"] ?? {};
  return { name, arguments: typeof given === "string" ? given : JSON.stringify(given) };
}

/** All or none: half an understood list of calls is a misunderstood one. */
export function callsOf(values: readonly unknown[]): readonly ToolCall[] | undefined {
  const calls = values.map(callOf);
  const known = calls.filter((call) => call !== undefined);
  return known.length > 0 && known.length === calls.length ? known : undefined;
}
