import type { Token } from "node-llama-cpp";
import { LoadoutError } from "../../../../facts/errors/index.ts";
import type { LaneName } from "../../../../predict/serving/index.ts";
import type { Generated } from "../steps/index.ts";
import { ReplyParser, StopTexts, type ReplyPart, type ReplyShape } from "../text/index.ts";
import { TextStream } from "../text-stream.ts";
import type { Drawing } from "./sampling.ts";
import type { Served } from "./served.ts";

export interface TextWork {
  readonly lane: LaneName;
  readonly tokens: readonly Token[];
  readonly drawing: Drawing;
  /** GBNF */
  readonly grammar: string | undefined;
  readonly shape: ReplyShape;
  readonly reusePrefix: boolean;
  readonly signal: AbortSignal;
  /** with each token, maybe with nothing to show yet */
  onParts(parts: readonly ReplyPart[]): void;
}

export interface TextEnd extends Generated {
  readonly promptTokens: number;
  readonly finish: "stop" | "length" | "tool_calls";
}

/** Draws a reply as text taken apart. */
export async function textReply(served: Served, work: TextWork): Promise<TextEnd> {
  const { conductor, context, opened, prompter } = served.session;
  const { model } = opened;
  checkLength(work.tokens.length, context.contextSize);
  const grammar = work.grammar === undefined ? undefined : await served.grammar(work.grammar);
  // markers of calls may be tokens that are not printed otherwise
  const { thinking, tools } = work.shape;
  const special = tools !== undefined || thinking?.special === true;
  // what ends a turn may also stand between thinking and answer
  const inside = thinking?.special === true ? new Set(model.tokenize(thinking.close, true)) : new Set<Token>();
  const ends = (token: Token) => model.isEogToken(token) || (prompter.stops.has(token) && !inside.has(token));
  const stream = new TextStream<Token>((part, before) => model.detokenize(part, special, before));
  const stops = new StopTexts(work.drawing.stops);
  const parser = new ReplyParser(work.shape);
  const endless = work.drawing.endless && !grammar;
  const drawn: Token[] = [];
  let calls = 0;
  const show = (parts: readonly ReplyPart[]) => {
    calls += parts.filter(({ kind }) => kind === "call").length;
    work.onParts(parts);
  };
  const generated = await conductor.generate({
    lane: work.lane,
    tokens: work.tokens,
    maxTokens: work.drawing.maxTokens,
    sampling: {
      ...work.drawing.sampling(drawn),
      ...(grammar ? { grammarEvaluationState: grammar } : {}),
    },
    reusePrefix: work.reusePrefix,
    signal: work.signal,
    onToken(token) {
      if (!endless && ends(token)) return false;
      drawn.push(token);
      show(parser.push(stops.push(stream.push(token))));
      return !stops.found;
    },
  });
  const tail = stops.found ? "" : stops.push(stream.end()) + stops.end();
  show([...parser.push(tail), ...parser.end()]);
  const finish = calls > 0 ? "tool_calls" : generated.end === "length" ? "length" : "stop";
  return { ...generated, drawn: drawn.length, promptTokens: work.tokens.length, finish };
}

export function checkLength(tokens: number, contextSize: number): void {
  if (tokens === 0)
    throw new LoadoutError("engine-request-invalid", { field: "prompt", expected: "a token or more", got: "none" });
  if (tokens >= contextSize) throw new LoadoutError("engine-context-full", { expected: contextSize, got: tokens });
}
