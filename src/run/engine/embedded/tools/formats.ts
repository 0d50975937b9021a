import { isFields } from "../../../home/index.ts";
import { callOf, callsOf, parseJson, type ToolCall, type ToolFormat } from "./tool.ts";

/** `<tool_call>{"name": ..., "arguments": ...}</tool_call>`: Hermes, Qwen 2.5 and 3, and many that learned from them. */
const HERMES: ToolFormat = {
  name: "hermes",
  opens: ["<tool_call>"],
  close: "</tool_call>",
  parse(text) {
    const inner = between(text, "<tool_call>", "</tool_call>").trim();
    if (inner.startsWith("<function=")) return tagged(inner);
    const call = callOf(parseJson(inner));
    return call && [call];
  },
  call: (name) => ({
    before: `<tool_call>\n{"name": ${JSON.stringify(name)}, "arguments": `,
    after: "}\n</tool_call>",
  }),
  between: "\n",
};

/** `[TOOL_CALLS][{"name": ..., "arguments": ...}]`, or `[TOOL_CALLS]NAME[ARGS]{...}` of the newer ones: Mistral. */
const MISTRAL: ToolFormat = {
  name: "mistral",
  opens: ["[TOOL_CALLS]"],
  parse(text) {
    const list = parseJson(between(text, "[TOOL_CALLS]", "</s>").trim());
    if (Array.isArray(list)) return callsOf(list);
    const parts = text.split("[TOOL_CALLS]").slice(1);
    const calls = parts.map((part) => {
      const named = /^\s*([\w.-]+)(?:\[CALL_ID\][\w-]*)?(?:\[ARGS\])?\s*(\{[\s\S]*\})\s*$/.exec(part);
      if (!named || !isFields(parseJson(named[2]!))) return undefined;
      return { name: named[1]!, arguments: named[2]! };
    });
    const known = calls.filter((call) => call !== undefined);
    return known.length > 0 && known.length === calls.length ? known : undefined;
  },
  call: (name) => ({ before: `{"name": ${JSON.stringify(name)}, "arguments": `, after: "}" }),
  between: ", ",
  around: ["[TOOL_CALLS][", "]"],
};

/** `{"name": ..., "parameters": ...}` as the whole reply, perhaps after `<|python_tag|>`: Llama 3.1 to 3.3. */
const LLAMA3: ToolFormat = {
  name: "llama3",
  opens: ["<|python_tag|>"],
  parse(text) {
    const body = text.replace("<|python_tag|>", "").trim();
    const one = parseJson(body);
    if (one !== undefined) return callsOf(Array.isArray(one) ? one : [one]);
    const several = body.split(";").map((part) => parseJson(part.trim()));
    return callsOf(several);
  },
  call: (name) => ({ before: `{"name": ${JSON.stringify(name)}, "parameters": `, after: "}" }),
  between: "; ",
};

/** For templates that know no tools: they are told in a system message how to call, as {@link GENERIC_RULES} says. */
const GENERIC: ToolFormat = {
  name: "generic",
  opens: [],
  parse(text) {
    const body = text
      .trim()
      .replace(/^```(?:json)?\s*/, "")
      .replace(/\s*```$/, "");
    const value = parseJson(body);
    if (!isFields(value)) return Array.isArray(value) ? callsOf(value) : undefined;
    if (Array.isArray(value["tool_calls"])) return callsOf(value["tool_calls"]);
    if (value["tool_call"] !== undefined) return callsOf([value["tool_call"]]);
    return callsOf([value]);
  },
  call: (name) => ({ before: `{"name": ${JSON.stringify(name)}, "arguments": `, after: "}" }),
  between: ", ",
  around: ['{"tool_calls": [', "]}"],
};

/** How a template shows that its model writes calls in a format; the first that fits. */
const SIGNS: readonly (readonly [sign: RegExp, format: ToolFormat])[] = [
  [/<tool_call>/, HERMES],
  [/\[TOOL_CALLS\]/, MISTRAL],
  [/<\|python_tag\|>|"parameters":/, LLAMA3],
];

export const GENERIC_RULES =
  "You can call tools. To call some, answer only with JSON and nothing else: " +
  '{"tool_calls": [{"name": NAME, "arguments": {...}}]}. Otherwise answer in plain text. The tools:\n';

/** The format of a template; `generic` where it knows no tools or writes them in an unknown way. */
export function toolFormat(template: string | undefined): ToolFormat {
  if (template === undefined || !/\btools\b/.test(template)) return GENERIC;
  return SIGNS.find(([sign]) => sign.test(template))?.[1] ?? GENERIC;
}

function between(text: string, open: string, close: string): string {
  const start = text.indexOf(open);
  const from = start < 0 ? 0 : start + open.length;
  const end = text.indexOf(close, from);
  return text.slice(from, end < 0 ? undefined : end);
}

function tagged(text: string): readonly ToolCall[] | undefined {
  const call = /^<function=([^>\s]+)>([\s\S]*?)(?:<\/function>\s*)?$/.exec(text);
  if (!call) return undefined;
  const values: Record<string, unknown> = {};
  for (const [, key, value] of call[2]!.matchAll(/<parameter=([^>\s]+)>\n?([\s\S]*?)\n?<\/parameter>/g))
    values[key!] = parseJson(value!) ?? value!;
  return [{ name: call[1]!, arguments: JSON.stringify(values) }];
}
