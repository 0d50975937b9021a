import type { LlamaModel, Token } from "node-llama-cpp";
import { LoadoutError } from "../../../../facts/errors/index.ts";

/**
 * Tokens of a rendered prompt: markers of the template become the tokens they name, the same words in what people wrote do
 * not, so that nobody ends a turn by writing its marker. `contents`: what people wrote, in the order it stands in `text`.
 */
export function promptTokens(model: LlamaModel, text: string, contents: readonly string[]): Token[] {
  const parts: Token[][] = [];
  let at = 0;
  for (const content of contents) {
    if (!namesMarker(model, content)) continue;
    const start = text.indexOf(content, at);
    if (start < 0) continue; // the template changed it
    parts.push(model.tokenize(text.slice(at, start), true), model.tokenize(content, false, "trimLeadingSpace"));
    at = start + content.length;
  }
  parts.push(model.tokenize(text.slice(at), true, ...(at > 0 ? (["trimLeadingSpace"] as const) : [])));
  return withBeginning(model, parts.flat());
}

/** Prose has about four characters a token; what is far beyond this is looked at before all of it is made tokens of. */
const CHARACTERS_PER_TOKEN = 32;

/**
 * Refuses a text of which the beginning alone is too long for a sequence: megabytes would keep the engine, and every reply
 * that it is drawing, for seconds only to be refused then.
 */
export function refuseEndless(model: LlamaModel, text: string, contextTokens: number): void {
  const characters = contextTokens * CHARACTERS_PER_TOKEN;
  if (text.length <= characters) return;
  const tokens = model.tokenize(text.slice(0, characters), false).length;
  if (tokens > contextTokens)
    throw new LoadoutError("engine-context-full", { expected: contextTokens, got: `more than ${tokens}` });
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
