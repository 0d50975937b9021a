import type { ChatWrapper, LlamaModel, LlamaText, Token } from "node-llama-cpp";
import type { Message } from "../engine.ts";
import type { Library } from "./library.ts";
import { ChatTemplate, promptTokens, textTokens } from "./template/index.ts";

/** Makes tokens of prompts, the way the model's file says. */
export interface Prompter {
  /** the file's own; absent where it has none */
  readonly chat: ChatTemplate | undefined;
  readonly template: "own" | "none";
  tokens(prompt: readonly Message[] | string): Token[];
  /** tokens that end a reply although the file does not call them an end of generation */
  readonly stops: ReadonlySet<Token>;
}

export async function prompter(model: LlamaModel, library: Library): Promise<Prompter> {
  const chat = await ChatTemplate.of(model);
  return {
    chat,
    template: chat ? "own" : "none",
    stops: chat ? stopTokens(model, library) : new Set(),
    tokens(prompt) {
      if (typeof prompt === "string") return textTokens(model, prompt);
      const contents = prompt.map(({ content }) => content);
      return chat ? promptTokens(model, chat.render(prompt), contents) : textTokens(model, contents.join("\n"));
    },
  };
}

/** What follows a reply in the file's own template, where it is a token of its own. */
function stopTokens(model: LlamaModel, library: Library): Set<Token> {
  const wrapper: ChatWrapper = library.resolveChatWrapper(model, { type: "jinjaTemplate", warningLogs: false });
  const { stopGenerationTriggers } = wrapper.generateContextState({
    chatHistory: [
      { type: "user", text: "" },
      { type: "model", response: [] },
    ],
  });
  const single = (trigger: LlamaText) => {
    const tokens = trigger.tokenize(model.tokenizer);
    return tokens.length === 1 && model.isSpecialToken(tokens[0]) ? tokens : [];
  };
  return new Set(stopGenerationTriggers.flatMap(single));
}
