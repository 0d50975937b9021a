import { randomBytes } from "node:crypto";
import { JsonGrammar } from "../grammar/index.ts";
import { promptTokens, refuseEndless, textTokens, type TemplateMessage } from "../template/index.ts";
import { isThinking, thinkingOf, type ReplyPart, type ReplyShape, type Thinking } from "../text/index.ts";
import { toolFormat } from "../tools/index.ts";
import type { Exchange } from "./exchange.ts";
import type { Fields } from "./fields.ts";
import { answerGrammar, thinkingFirst } from "./format.ts";
import { chatMessages } from "./messages.ts";
import { drawing } from "./sampling.ts";
import type { Served } from "./served.ts";
import { textReply, type TextWork } from "./text-reply.ts";
import { askedTools, callGrammar, toldOfTools } from "./tools.ts";
import { timings, usage } from "./usage.ts";

/** `/v1/chat/completions`. */
export async function chat(served: Served, exchange: Exchange): Promise<void> {
  const fields = await exchange.fields();
  const asked = chatWork(served, fields);
  const reply = { id: `chatcmpl-${randomBytes(12).toString("hex")}`, created: seconds(), model: served.name };
  const stream = fields.flag("stream") ?? false;
  const withUsage = fields.record("stream_options")?.["include_usage"] === true;
  const message = new MessageWriter((delta) => {
    if (stream) exchange.event(chunk(reply, [{ index: 0, delta, finish_reason: null }]));
  });
  const end = await textReply(served, {
    ...asked,
    lane: exchange.lane,
    signal: exchange.signal,
    onParts: (parts) => message.take(parts),
  });
  if (exchange.signal.aborted) return;
  if (!stream) {
    const choices = [{ index: 0, message: message.whole(), finish_reason: end.finish }];
    exchange.json({ ...reply, object: "chat.completion", choices, usage: usage(end), timings: timings(end) });
    return;
  }
  message.begin();
  const last = chunk(reply, [{ index: 0, delta: {}, finish_reason: end.finish }]);
  exchange.event(withUsage ? last : { ...last, timings: timings(end) });
  if (withUsage) exchange.event({ ...chunk(reply, []), usage: usage(end), timings: timings(end) });
  exchange.endStream();
}

/** `/apply-template`: the text a chat becomes. */
export async function applyTemplate(served: Served, exchange: Exchange): Promise<void> {
  exchange.json({ prompt: prompt(served, await exchange.fields()).text });
}

function chatWork(
  served: Served,
  fields: Fields,
): Pick<TextWork, "tokens" | "drawing" | "grammar" | "shape" | "reusePrefix"> {
  const { opened, prompter } = served.session;
  const { text, contents, asked, format } = prompt(served, fields);
  refuseEndless(opened.model, text, served.session.context.contextSize);
  const source = prompter.chat?.source ?? "";
  const thinking = thinkingOf(source);
  const begun = thinking !== undefined && isThinking(text, thinking);
  const split = fields.text("reasoning_format") !== "none";
  const shape: ReplyShape = {
    ...(thinking && split ? { thinking: { ...thinking, begun } } : {}),
    ...(asked ? { tools: { format, names: new Set(asked.tools.map(({ name }) => name)) } } : {}),
  };
  const grammar = new JsonGrammar();
  const answer = answerGrammar(grammar, fields);
  const call = asked && (asked.required ?? (answer === undefined ? undefined : asked.tools));
  const calls = call && asked ? callGrammar(grammar, { ...asked, required: call }, format) : undefined;
  const root =
    asked?.required || answer === undefined || "text" in answer
      ? calls
      : calls === undefined
        ? answer.body
        : `${grammar.rule(answer.body)} | ${grammar.rule(calls)}`;
  const whole = root === undefined ? undefined : grammar.text(begun ? `${thinkingFirst(thinking)} (${root})` : root);
  return {
    tokens: prompter.chat ? promptTokens(opened.model, text, contents) : textTokens(opened.model, text),
    drawing: drawing(fields, opened.model, opened.library),
    grammar: whole ?? (answer !== undefined && "text" in answer ? answer.text : undefined),
    shape,
    reusePrefix: fields.flag("cache_prompt") ?? true,
  };
}

/** What is asked, as text. A last message of the assistant is gone on with. */
function prompt(served: Served, fields: Fields) {
  const { prompter } = served.session;
  const given = chatMessages(fields.list("messages"));
  const asked = askedTools(fields);
  const last = given.at(-1)!;
  const unfinished = last.role === "assistant" && !last.tool_calls ? last : undefined;
  const messages = unfinished ? given.slice(0, -1) : given;
  const { chat: template } = prompter;
  const format = toolFormat(template?.source);
  const told = format.name === "generic" ? toldOfTools(messages, asked) : messages;
  const effort = fields.text("reasoning_effort");
  const variables = {
    ...(effort === undefined ? {} : { reasoning_effort: effort, enable_thinking: effort !== "none" }),
    ...fields.record("chat_template_kwargs"),
  };
  const rendered = template
    ? template.render(told, {
        variables,
        ...(asked && format.name !== "generic" ? { tools: asked.given } : {}),
      })
    : told.map(({ content }) => content).join("\n");
  const begun = unfinished ? beginning(rendered, unfinished, thinkingOf(template?.source ?? "")) : "";
  const contents = [...told.map(({ content }) => content), unfinished?.content ?? ""].filter((text) => text !== "");
  return { text: rendered + begun, contents, asked, format };
}

/** What the assistant has said so far, thinking included. */
function beginning(
  rendered: string,
  { content, reasoning_content: reasoning }: TemplateMessage,
  thinking: Thinking | undefined,
): string {
  if (!thinking) return content;
  const { open, close, skip = "" } = thinking;
  const begun = isThinking(rendered, thinking);
  if (reasoning === undefined) return begun && content !== "" ? `${close}\n\n${content}` : `${skip}${content}`;
  const thought = begun ? reasoning : `${open}${reasoning}`;
  return content === "" ? thought : `${thought}${close}${skip === "" ? "\n\n" : ""}${content}`;
}

/** A message while it comes: what was said, and what a stream is told of it. */
class MessageWriter {
  readonly #tell: (delta: Record<string, unknown>) => void;
  readonly #calls: { id: string; type: "function"; function: { name: string; arguments: string } }[] = [];
  #content = "";
  #reasoning = "";
  #begun = false;

  constructor(tell: (delta: Record<string, unknown>) => void) {
    this.#tell = tell;
  }

  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#tell({ role: "assistant", content: "" });
  }

  take(parts: readonly ReplyPart[]): void {
    this.begin();
    for (const part of parts) {
      if (part.kind === "call") {
        const index = this.#calls.length;
        const call = { id: `call_${randomBytes(12).toString("hex")}`, type: "function" as const, function: part.call };
        this.#calls.push(call);
        this.#tell({ tool_calls: [{ index, ...call }] });
      } else if (part.kind === "content") {
        this.#content += part.text;
        this.#tell({ content: part.text });
      } else {
        this.#reasoning += part.text;
        this.#tell({ reasoning_content: part.text });
      }
    }
  }

  whole(): Record<string, unknown> {
    const calls = this.#calls;
    return {
      role: "assistant",
      content: calls.length > 0 && this.#content === "" ? null : this.#content,
      ...(this.#reasoning === "" ? {} : { reasoning_content: this.#reasoning }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    };
  }
}

function chunk(reply: Record<string, unknown>, choices: readonly unknown[]): Record<string, unknown> {
  return { ...reply, object: "chat.completion.chunk", choices };
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
