import type { LlamaModel, Token } from "node-llama-cpp";

/**
 * Tokens of a rendered prompt: markers of the template become the tokens they name, the same words in what people wrote do
 * not, so that nobody ends a turn by writing its marker. `contents`: what people wrote, in the order it stands in `text`.
 */
export function promptTokens(model: LlamaModel, text: string, contents: readonly string[]): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (const content of contents) {
    if (!namesMarker(model, content)) continue;
    const start = text.indexOf(content, at);
    if (start < 0) continue; // the template changed it
    tokens.push(...model.tokenize(text.slice(at, start), true), ...model.tokenize(content, false, "trimLeadingSpace"));
    at = start + content.length;
  }
  tokens.push(...model.tokenize(text.slice(at), true, ...(at > 0 ? (["trimLeadingSpace"] as const) : [])));
  return withBeginning(model, tokens);
}

/** Text as it stands; `special`: markers in it become the tokens they name. */
export function textTokens(model: LlamaModel, text: string, special = false): Token[] {
  return withBeginning(model, model.tokenize(text, special));
}

/** After the token that begins a text, where the file asks for one. */
function withBeginning(model: LlamaModel, tokens: Token[]): Token[] {
  const { bos, shouldPrependBosToken } = model.tokens;
  return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens;
}

function namesMarker(model: LlamaModel, content: string): boolean {
  return model.tokenize(content, true).some((token) => model.isSpecialToken(token));
}
