import type { TokenCount } from "../server.ts";

/** Tokens of a text that nobody can be asked about: English prose has about four bytes a token, code and other scripts fewer. */
const BYTES_PER_TOKEN = 3.5;

export function estimateTokens(text: string): TokenCount {
  return { tokens: Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN), exact: false };
}
