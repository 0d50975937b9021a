import { literal, type JsonGrammar } from "../grammar/index.ts";
import type { TemplateMessage } from "../template/index.ts";
import { GENERIC_RULES, type Tool, type ToolFormat } from "../tools/index.ts";
import { wrong, type Fields } from "./fields.ts";
import { isFields } from "../../../home/index.ts";

/** The tools of a request, and whether one must be called. */
export interface AskedTools {
  readonly tools: readonly Tool[];
  /** as they came, for the template */
  readonly given: readonly unknown[];
  /** those that may be called, where one must be */
  readonly required: readonly Tool[] | undefined;
  readonly parallel: boolean;
}

/** Undefined where the model is to know of none. */
export function askedTools(fields: Fields): AskedTools | undefined {
  const given = fields.list("tools") ?? [];
  const choice = fields.body["tool_choice"] ?? "auto";
  const tools = given.map((tool, index) => checkedTool(tool, `tools[${index}]`));
  const parallel = fields.flag("parallel_tool_calls") ?? false;
  if (choice === "none" || tools.length === 0) {
    if (choice === "required" || isFields(choice)) throw wrong("tools", "the tools that are to be called", given);
    return undefined;
  }
  if (choice === "auto") return { tools, given, required: undefined, parallel };
  if (choice === "required") return { tools, given, required: tools, parallel };
  const named = isFields(choice) && isFields(choice["function"]) ? choice["function"]["name"] : undefined;
  const required = tools.filter(({ name }) => name === named);
  if (required.length === 0) throw wrong("tool_choice", "auto, none, required or a tool there is", choice);
  return { tools, given, required, parallel };
}

function checkedTool(given: unknown, field: string): Tool {
  const inner = isFields(given) && given["type"] === "function" ? given["function"] : undefined;
  if (!isFields(inner) || typeof inner["name"] !== "string") throw wrong(field, "a function with a name", given);
  const parameters = inner["parameters"] ?? {};
  if (!isFields(parameters)) throw wrong(`${field}.function.parameters`, "a JSON schema", parameters);
  const { description } = inner;
  return {
    name: inner["name"],
    parameters,
    ...(typeof description === "string" ? { description } : {}),
  };
}

/** What a grammar forces where a tool must be called. */
export function callGrammar(grammar: JsonGrammar, { required = [], parallel }: AskedTools, format: ToolFormat): string {
  const bodies = required.map(({ name, parameters }) => {
    const { before, after } = format.call(name);
    const schema = Object.keys(parameters).length === 0 ? { type: "object" } : parameters;
    return grammar.rule(`${literal(before)} ${grammar.schema(schema, `the parameters of ${name}`)} ${literal(after)}`);
  });
  const call = grammar.rule(bodies.join(" | "));
  const calls = parallel ? `${call} (${literal(format.between)} ${call})*` : call;
  return format.around ? `${literal(format.around[0])} ${calls} ${literal(format.around[1])}` : calls;
}

/** For templates that know no tools: what they are told, and calls and results as text. */
export function toldOfTools(messages: readonly TemplateMessage[], asked: AskedTools | undefined): TemplateMessage[] {
  const plain = messages.map((message): TemplateMessage => {
    if (message.role === "tool") return { role: "user", content: `Result of the tool: ${message.content}` };
    if (!message.tool_calls) return message;
    const calls = message.tool_calls.map(({ function: called }) => called);
    return { role: "assistant", content: message.content || JSON.stringify({ tool_calls: calls }) };
  });
  if (!asked) return plain;
  const rules = GENERIC_RULES + asked.tools.map((tool) => JSON.stringify(tool)).join("\n");
  const [first, ...rest] = plain;
  if (first?.role === "system") return [{ ...first, content: `${first.content}\n\n${rules}` }, ...rest];
  return [{ role: "system", content: rules }, ...plain];
}
