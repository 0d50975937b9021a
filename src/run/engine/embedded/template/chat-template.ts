import type { Template } from "@huggingface/jinja";
import type { LlamaModel } from "node-llama-cpp";
import { LoadoutError } from "../../../../facts/errors/index.ts";

/** A message as templates know it: OpenAI's words, with the arguments of calls as values. */
export interface TemplateMessage {
  readonly role: string;
  readonly content: string;
  readonly name?: string;
  readonly reasoning_content?: string;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly type: "function";
    readonly function: { readonly name: string; readonly arguments: unknown };
  }[];
}

export interface RenderOptions {
  /** OpenAI's list of tools, as the template is given it */
  readonly tools?: readonly unknown[];
  /** variables of the template's own, for example `enable_thinking` */
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Name of the vocabulary's part of a file that holds templates. */
const KEY = "chat_template";

/** The template of a model's own file, in Jinja. */
export class ChatTemplate {
  readonly source: string;
  readonly #plain: Template;
  readonly #tools: Template;
  readonly #names: { readonly bos_token: string; readonly eos_token: string };

  /** Undefined where the file has none. */
  static of(model: LlamaModel): Promise<ChatTemplate> | undefined {
    const tokenizer: Readonly<Record<string, unknown>> = model.fileInfo.metadata?.tokenizer ?? {};
    const source = tokenizer[KEY];
    if (typeof source !== "string") return undefined;
    const withTools = tokenizer[`${KEY}.tool_use`];
    const { bosString: bos, eosString: eos } = model.tokens;
    return ChatTemplate.parse(source, typeof withTools === "string" ? withTools : undefined, bos ?? "", eos ?? "");
  }

  static async parse(source: string, withTools?: string, bos = "", eos = ""): Promise<ChatTemplate> {
    const jinja = await import("@huggingface/jinja");
    const plain = new jinja.Template(source);
    const tools = withTools === undefined ? plain : new jinja.Template(withTools);
    return new ChatTemplate(`${source}${withTools ?? ""}`, plain, tools, { bos_token: bos, eos_token: eos });
  }

  private constructor(
    source: string,
    plain: Template,
    tools: Template,
    names: { readonly bos_token: string; readonly eos_token: string },
  ) {
    this.source = source;
    this.#plain = plain;
    this.#tools = tools;
    this.#names = names;
  }

  /** The text up to where the assistant speaks next. */
  render(messages: readonly TemplateMessage[], options: RenderOptions = {}): string {
    try {
      return this.#render(messages, options);
    } catch (cause) {
      const merged = withoutSystem(messages);
      if (merged !== messages) {
        try {
          return this.#render(merged, options);
        } catch {
          // what the template said first is what the reader should hear
        }
      }
      const got = cause instanceof Error ? cause.message : String(cause);
      const expected = "messages that the model's own template takes";
      throw new LoadoutError("engine-request-invalid", { field: "messages", expected, got }, { cause });
    }
  }

  #render(messages: readonly TemplateMessage[], { tools, variables }: RenderOptions): string {
    const template = tools === undefined ? this.#plain : this.#tools;
    return template.render({
      ...this.#names,
      ...variables,
      messages: messages.map((message) => ({ ...message })),
      ...(tools === undefined ? {} : { tools }),
      add_generation_prompt: true,
    });
  }
}

/** Some templates take no system message: its text then begins the first message of the user. */
function withoutSystem(messages: readonly TemplateMessage[]): readonly TemplateMessage[] {
  const [system, user, ...rest] = messages;
  if (system?.role !== "system" || user?.role !== "user") return messages;
  return [{ ...user, content: `${system.content}\n\n${user.content}` }, ...rest];
}
