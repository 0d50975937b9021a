import type { BenchCache } from "../../../plan/answer/index.ts";
import type { RequestRecord } from "../../../predict/index.ts";

/** What a prompt cache held of requests that ended well, and of how many of them the server said so. */
export function cacheOf(records: readonly RequestRecord[]): BenchCache {
  const said = records.filter(({ cachedTokens }) => cachedTokens !== undefined);
  if (said.length === 0) return { said: "of none" };
  const prompt = said.reduce((sum, { promptTokens }) => sum + promptTokens, 0);
  const cached = said.reduce((sum, { cachedTokens = 0 }) => sum + cachedTokens, 0);
  return {
    said: said.length === records.length ? "of every answer" : "of some answers",
    share: prompt === 0 ? 0 : cached / prompt,
    hits: said.filter(({ cachedTokens = 0 }) => cachedTokens > 0).length / said.length,
  };
}
