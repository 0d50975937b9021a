/** What a scripted engine says, one step after the other. A step with content, reasoning or arguments is one token. */
export type ScriptStep =
  | { readonly content: string }
  | { readonly reasoning: string }
  /** opens a call of a tool; its arguments follow as steps */
  | { readonly tool: string; readonly id?: string }
  /** a piece of the last tool's arguments */
  | { readonly arguments: string }
  /** time passes, by the clock the server was given */
  | { readonly waitMs: number }
  /** waits for the test: nothing more is said before the promise resolves */
  | { readonly until: Promise<unknown> }
  /** an error in the middle of a stream, as llama-server writes it; the last step */
  | { readonly error: ScriptedError }
  /** bytes as they stand, for damaged streams */
  | { readonly raw: string }
  /** the connection breaks without an end; the last step */
  | { readonly cut: true };

export interface ScriptedError {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

/** One answer: refused at once, or a stream of steps. */
export interface ScriptedAnswer {
  /** answered instead, before anything is said */
  readonly refuse?: ScriptedError;
  readonly steps?: readonly ScriptStep[];
  /** absent: "tool_calls" where a tool is called, "length" where the limit cut the steps, else "stop" */
  readonly finishReason?: string;
}

/** A request as it arrived, and what became of it. */
export interface ScriptedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** parsed; the text where it was no JSON */
  readonly body: unknown;
  /** "abandoned": the client left before the end */
  state: "waiting" | "working" | "done" | "abandoned";
  /** tokens said so far */
  said: number;
}

/** Tokens of the scripted engine are words, so that every expectation can be counted by eye. */
export function scriptedTokens(text: string): string[] {
  return text.match(/\S+/g) ?? [];
}

/** The steps up to a limit of tokens, and whether the limit cut something. */
export function cutSteps(
  steps: readonly ScriptStep[],
  maxTokens: number,
): { readonly steps: readonly ScriptStep[]; readonly cut: boolean } {
  let tokens = 0;
  const end = steps.findIndex((step) => isToken(step) && ++tokens > maxTokens);
  return end < 0 ? { steps, cut: false } : { steps: steps.slice(0, end), cut: true };
}

/** Whether a step says a token. */
export function isToken(step: ScriptStep): boolean {
  return "content" in step || "reasoning" in step || "arguments" in step;
}

/** What the scripted engine says where no script was given: a tool's call or an instance where one is demanded, else words. */
export function plainSteps(body: Readonly<Record<string, unknown>>): ScriptStep[] {
  const tool = demandedTool(body);
  if (tool !== undefined) return [{ tool: tool.name }, { arguments: JSON.stringify(instanceOf(tool.parameters)) }];
  const schema = demandedSchema(body);
  if (schema !== undefined) return [{ content: JSON.stringify(instanceOf(schema)) }];
  return Array.from({ length: 8 }, (_, index) => ({ content: index === 0 ? "word0" : ` word${index}` }));
}

function demandedTool(body: Readonly<Record<string, unknown>>): { name: string; parameters: unknown } | undefined {
  const { tools, tool_choice: choice } = body;
  if (!Array.isArray(tools) || choice === undefined || choice === "none" || choice === "auto") return undefined;
  const functions = tools.map((tool: unknown) => record(record(tool)["function"]));
  const wanted = record(record(choice)["function"])["name"];
  const found = functions.find(({ name }) => wanted === undefined || name === wanted);
  return found && { name: String(found["name"]), parameters: found["parameters"] };
}

function demandedSchema(body: Readonly<Record<string, unknown>>): unknown {
  const format = record(body["response_format"]);
  return format["type"] === "json_schema" ? record(format["json_schema"])["schema"] : undefined;
}

/** The least value a schema takes. */
function instanceOf(given: unknown): unknown {
  const schema = record(given);
  if (Array.isArray(schema["enum"])) return schema["enum"][0];
  if ("const" in schema) return schema["const"];
  if (schema["type"] === "object") {
    const properties = Object.entries(record(schema["properties"]));
    return Object.fromEntries(properties.map(([name, value]) => [name, instanceOf(value)]));
  }
  if (schema["type"] === "array") return [instanceOf(schema["items"])];
  if (schema["type"] === "integer" || schema["type"] === "number") return 1;
  if (schema["type"] === "boolean") return true;
  return schema["type"] === "null" ? null : "text";
}

export function record(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
