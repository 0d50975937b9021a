import { array, assert, constantFrom, integer, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { toolFormat } from "../tools/index.ts";
import { isThinking, ReplyParser, StopTexts, thinkingOf, type ReplyPart, type ReplyShape } from "./index.ts";

const THINKING = { ...thinkingOf("<think>")!, begun: false };
const CHANNELS = { ...thinkingOf("<|channel|>")!, begun: false };
const HERMES = { format: toolFormat("{{ tools }} <tool_call>"), names: new Set(["add", "get"]) };
const LLAMA = { format: toolFormat('{{ tools }} "parameters": <|python_tag|>'), names: new Set(["add"]) };
const MISTRAL = { format: toolFormat("{{ tools }} [TOOL_CALLS]"), names: new Set(["add"]) };
const GENERIC = { format: toolFormat(undefined), names: new Set(["add"]) };
const call = (name: string, given: object) => `{"name": "${name}", "arguments": ${JSON.stringify(given)}}`;

/** What a reply becomes in the end, pieces of a kind joined; `cuts`: lengths of the pieces it comes in. */
function taken(text: string, shape: ReplyShape, cuts: readonly number[] = [1]): Record<string, unknown> {
  const parser = new ReplyParser(shape);
  const parts: ReplyPart[] = [];
  for (let at = 0, turn = 0; at < text.length; turn += 1) {
    const length = cuts[turn % cuts.length]!;
    parts.push(...parser.push(text.slice(at, at + length)));
    at += length;
  }
  parts.push(...parser.end());
  const joined = (kind: string) =>
    parts.map((part) => (part.kind === kind && "text" in part ? part.text : "")).join("");
  const calls = parts.flatMap((part) =>
    part.kind === "call" ? [[part.call.name, JSON.parse(part.call.arguments)]] : [],
  );
  const [content, reasoning] = [joined("content"), joined("reasoning")];
  return { ...(content ? { content } : {}), ...(reasoning ? { reasoning } : {}), ...(calls.length ? { calls } : {}) };
}

describe("a reply taken apart", () => {
  it.each<[string, string, ReplyShape, object]>([
    ["plain text", "Hello there", {}, { content: "Hello there" }],
    ["text like a marker", "a < b <tool", { tools: HERMES }, { content: "a < b <tool" }],
    ["thinking first", "\n<think>\nhm</think>\n\nYes", { thinking: THINKING }, { reasoning: "\nhm", content: "Yes" }],
    [
      "thinking that the prompt began",
      "so it is </think> Yes",
      { thinking: { ...THINKING, begun: true } },
      { reasoning: "so it is", content: "Yes" },
    ],
    [
      "channels",
      "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Yes",
      { thinking: CHANNELS },
      { reasoning: "hm", content: "Yes" },
    ],
    ["one channel", "<|channel|>final<|message|>Yes", { thinking: CHANNELS }, { content: "Yes" }],
    ["thinking without an end", "<think>hm", { thinking: THINKING }, { reasoning: "hm" }],
    [
      "one call after words",
      `Let me see.\n<tool_call>\n${call("add", { a: 1 })}\n</tool_call>`,
      { tools: HERMES },
      { content: "Let me see.", calls: [["add", { a: 1 }]] },
    ],
    [
      "two calls after thinking",
      `<think>two</think><tool_call>${call("add", {})}</tool_call>\n<tool_call>${call("get", {})}</tool_call>\n`,
      { thinking: THINKING, tools: HERMES },
      { reasoning: "two", calls: [["add", {}], ["get", {}]] }, // prettier-ignore
    ],
    [
      "arguments in tags",
      "<tool_call>\n<function=add>\n<parameter=a>\n1\n</parameter>\n<parameter=b>\nx y\n</parameter>\n</function>\n</tool_call>",
      { tools: HERMES },
      { calls: [["add", { a: 1, b: "x y" }]] },
    ],
    [
      "a tool there is not",
      `<tool_call>${call("rm", {})}</tool_call>`,
      { tools: HERMES },
      { content: `<tool_call>${call("rm", {})}</tool_call>` },
    ],
    ["a call cut off", `<tool_call>{"name": "ad`, { tools: HERMES }, { content: `<tool_call>{"name": "ad` }],
    ["Llama's JSON", '{"name": "add", "parameters": {"a": 1}}', { tools: LLAMA }, { calls: [["add", { a: 1 }]] }],
    ["JSON that is no call", '{"name": "Bob"}', { tools: LLAMA }, { content: '{"name": "Bob"}' }],
    [
      "Mistral's list",
      `[TOOL_CALLS][${call("add", {})}, ${call("add", { b: 2 })}]`,
      { tools: MISTRAL },
      {
        calls: [
          ["add", {}],
          ["add", { b: 2 }],
        ],
      },
    ],
    ["Mistral's names", '[TOOL_CALLS]add[ARGS]{"a": 1}', { tools: MISTRAL }, { calls: [["add", { a: 1 }]] }],
    ["a list that is none", "[TO be seen]", { tools: MISTRAL }, { content: "[TO be seen]" }],
    [
      "JSON in a fence",
      `\`\`\`json\n{"tool_calls": [${call("add", {})}]}\n\`\`\``,
      { tools: GENERIC },
      { calls: [["add", {}]] },
    ],
  ])("%s", (_, text, shape, expected) => {
    expect(taken(text, shape)).toEqual(expected);
    expect(taken(text, shape, [text.length])).toEqual(expected);
  });

  it("does not depend on the pieces it comes in, and loses no text where nothing is marked", () => {
    const words = array(
      constantFrom("<think>", "</think>", "<tool_call>", "</tool_call>", "a", " ", "\n", "<", "{", '"name"'),
    );
    const cuts = array(integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
    assert(
      property(words, cuts, (list, lengths) => {
        const text = list.join("");
        const shape = { thinking: THINKING, tools: HERMES };
        expect(taken(text, shape, lengths)).toEqual(taken(text, shape, [Math.max(1, text.length)]));
        expect(taken(text, {}, lengths)["content"] ?? "").toBe(text);
      }),
    );
  });
});

describe("stop texts", () => {
  it("end a text before them, however it is cut", () => {
    const piece = string({ unit: constantFrom("a", "b", "E", "N", "D"), maxLength: 6 });
    assert(
      property(array(piece, { maxLength: 8 }), (pieces) => {
        const stops = new StopTexts(["END", "bb"]);
        const shown = pieces.map((one) => stops.push(one)).join("") + stops.end();
        const whole = pieces.join("");
        const first = /END|bb/.exec(whole);
        expect(shown).toBe(first ? whole.slice(0, first.index) : whole);
        expect(stops.found).toBe(first !== null);
      }),
    );
  });
});

describe("thinking in a prompt", () => {
  it.each<[string, boolean]>([
    ["<|im_start|>assistant\n<think>\n", true],
    ["<|im_start|>assistant\n<think>\nSo far", true],
    ["<|im_start|>assistant\n<think>\n\n</think>\n\n", false],
    ["<|im_start|>user\nwhat is <think>?<|im_end|>\n<|im_start|>assistant\n", false],
    ["<|im_start|>assistant\n", false],
  ])("%j: %s", (prompt, expected) => {
    expect(isThinking(prompt, THINKING)).toBe(expected);
  });

  it("is known from the template", () => {
    expect(thinkingOf("no such thing")).toBeUndefined();
    expect(thinkingOf("[THINK]")?.close).toBe("[/THINK]");
  });
});
