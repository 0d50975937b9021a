import type { RunningServer } from "../../engine/index.ts";

/** So much of a text, again and again, that it has about so many tokens; within a hundredth where words allow it. */
export async function fitting(server: RunningServer, text: string, tokens: number): Promise<string> {
  const words = text.split(/\s+/).filter((word) => word !== "");
  const take = (count: number) => Array.from({ length: count }, (_, index) => words[index % words.length]).join(" ");
  let count = Math.max(1, Math.floor(tokens / TOKENS_PER_WORD));
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const counted = await server.countTokens(take(count));
    if (Math.abs(counted.tokens - tokens) <= Math.max(1, tokens / 100)) break;
    count = Math.max(1, Math.round((count * tokens) / Math.max(1, counted.tokens)));
  }
  return take(count);
}

const TOKENS_PER_WORD = 1.3;
const ATTEMPTS = 4;
