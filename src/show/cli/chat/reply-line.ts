import { formatDuration, formatNumber } from "../../../facts/units/index.ts";
import type { ChatAnswer } from "../../../plan/answer/index.ts";
import type { ClientOutcome } from "../../../run/client/index.ts";

/** Figures of a reply, as far as they are known. */
export type ReplyFigures = ChatAnswer["measured"];

/** The rate is over the tokens after the first, from the first to the last as they arrived here. */
export function figuresOf(outcome: ClientOutcome, contextTokens: number | undefined): ReplyFigures {
  const { usage, events, decodeMs, ttftMs } = outcome;
  const tokens = usage?.completionTokens ?? events;
  return {
    tokens,
    counted: usage !== undefined,
    ...(tokens > 1 && decodeMs > 0 ? { tokensPerSec: ((tokens - 1) / decodeMs) * 1000 } : {}),
    ...(ttftMs === undefined ? {} : { ttftMs }),
    ...(usage === undefined ? {} : { promptTokens: usage.promptTokens, cachedTokens: usage.cachedTokens }),
    ...(contextTokens === undefined ? {} : { contextTokens }),
  };
}

/** "42 tokens, 31.2 tok/s, first after 0.4 s; prompt 512, 480 of it cached; context 554 of 8192" */
export function replyLine(figures: ReplyFigures, finishReason: string): string {
  const { tokens, counted, tokensPerSec, ttftMs, promptTokens, cachedTokens, contextTokens } = figures;
  const said = [
    `${counted ? "" : "about "}${tokens} ${tokens === 1 ? "token" : "tokens"}`,
    ...(tokensPerSec === undefined ? [] : [`${formatNumber(tokensPerSec, 3)} tok/s`]),
    ...(ttftMs === undefined ? [] : [`first after ${formatDuration(ttftMs)}`]),
  ];
  const parts = [said.join(", ")];
  if (promptTokens !== undefined)
    parts.push(`prompt ${promptTokens}${cachedTokens ? `, ${cachedTokens} of it cached` : ""}`);
  if (promptTokens !== undefined && contextTokens !== undefined)
    parts.push(`context ${promptTokens + tokens} of ${contextTokens}`);
  if (finishReason === "length") parts.push("cut by its limit");
  if (finishReason === "cancelled") parts.push("given up");
  return parts.join("; ");
}
