import type { ChatHistoryItem, ChatWrapper, LlamaModel, LlamaText, Token } from "node-llama-cpp";
import type { Message } from "../engine.ts";
import type { Library } from "./library.ts";

/** Makes tokens of prompts, the way the model's file says. */
export interface Prompter {
  readonly template: "own" | "none";
  tokens(prompt: readonly Message[] | string): Token[];
  /** tokens that end a reply although the file does not call them an end of generation */
  readonly stops: ReadonlySet<Token>;
}

export function prompter(model: LlamaModel, library: Library): Prompter {
  const own = model.fileInfo.metadata?.tokenizer?.["chat_template"] !== undefined;
  if (!own) {
    return {
      template: "none",
      stops: new Set(),
      tokens: (prompt) =>
        raw(model, typeof prompt === "string" ? prompt : prompt.map(({ content }) => content).join("\n")),
    };
  }
  // the file's own template and no look-alike: those leave out system lines that a template adds by itself
  const wrapper: ChatWrapper = library.resolveChatWrapper(model, { type: "jinjaTemplate", warningLogs: false });
  return {
    template: "own",
    stops: stopTokens(model, wrapper),
    tokens(prompt) {
      if (typeof prompt === "string") return raw(model, prompt);
      const chatHistory = [...prompt.map(historyItem), { type: "model" as const, response: [] }];
      return wrapper.generateContextState({ chatHistory }).contextText.tokenize(model.tokenizer);
    },
  };
}

/** Text as it stands, after the token that begins a text where the file asks for one. */
function raw(model: LlamaModel, text: string): Token[] {
  const tokens = model.tokenize(text);
  const { bos, shouldPrependBosToken } = model.tokens;
  return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens;
}

function historyItem({ role, content }: Message): ChatHistoryItem {
  if (role === "assistant") return { type: "model", response: [content] };
  return { type: role, text: content };
}

function stopTokens(model: LlamaModel, wrapper: ChatWrapper): Set<Token> {
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
