import type { LlamaContextSequence, LlamaModel, Token } from "node-llama-cpp";
import type { ChatRequest, Reply, ReplyEvent } from "../engine.ts";
import type { Prompter } from "./prompt.ts";
import { TextStream } from "./text-stream.ts";

/** One reply on one sequence, timed token by token: from handing the engine its tokens until it has drawn the next. */
export async function* reply(
  { model, prompter, sequence, tokens, startedMs }: ReplyParts,
  request: Omit<ChatRequest, "signal">,
  cancelled: () => boolean,
): AsyncGenerator<ReplyEvent> {
  const cachedTokens = await reuse(sequence, tokens, request.reusePrefix ?? true);
  const room = sequence.contextSize - tokens.length;
  const limit = Math.min(request.maxTokens, room);
  const stream = new TextStream<Token>((part, before) => model.detokenize(part, false, before));
  const tokenMs: number[] = [];
  let text = "";
  let prefillMs = 0;
  let prefillProcessorMs = 0;
  let ttftMs = 0;
  let finishReason: Reply["finishReason"] = "length";

  // batch by batch, so that a long prompt can be given up in between
  const began = performance.now();
  const used = process.cpuUsage();
  let evaluated = cachedTokens;
  const { batchSize } = sequence.context;
  while (tokens.length - evaluated > batchSize && !cancelled()) {
    await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(evaluated, evaluated + batchSize));
    evaluated += batchSize;
  }
  const evaluation = sequence.evaluate(tokens.slice(evaluated), {
    temperature: request.temperature ?? 0,
    ...(request.seed === undefined ? {} : { seed: request.seed }),
    yieldEogToken: true,
  });
  let since = began;
  try {
    while (tokenMs.length < limit) {
      if (cancelled()) {
        finishReason = "cancelled";
        break;
      }
      const next = await evaluation.next();
      const now = performance.now();
      const ms = now - since;
      since = now;
      if (prefillMs === 0) {
        prefillMs = ms;
        const { user, system } = process.cpuUsage(used);
        prefillProcessorMs = (user + system) / 1000;
        ttftMs = now - startedMs;
        yield { kind: "prefill", promptTokens: tokens.length, cachedTokens, ms };
      }
      if (next.done === true || model.isEogToken(next.value) || prompter.stops.has(next.value)) {
        finishReason = "stop";
        break;
      }
      tokenMs.push(ms);
      const piece = stream.push(next.value);
      text += piece;
      yield { kind: "token", index: tokenMs.length - 1, text: piece, ms };
      since = performance.now(); // what the reader of events takes is not the engine's time
    }
  } finally {
    await evaluation.return();
  }
  const tail = stream.end();
  text += tail;
  const decodeMs = tokenMs.slice(1).reduce((total, ms) => total + ms, 0);
  const completionTokens = tokenMs.length;
  const threads = sequence.context.currentThreads;
  const promptTokens = tokens.length;
  yield {
    kind: "end",
    tail,
    reply: {
      text,
      finishReason,
      promptTokens,
      cachedTokens,
      completionTokens,
      prefillMs,
      prefillProcessorMs,
      ttftMs,
      decodeMs,
      tokenMs,
      threads,
    },
  };
}

export interface ReplyParts {
  readonly model: LlamaModel;
  readonly prompter: Prompter;
  readonly sequence: LlamaContextSequence;
  readonly tokens: readonly Token[];
  /** when the request was taken, by the clock of `performance.now` */
  readonly startedMs: number;
}

/** Keeps the beginning that the sequence already holds; at least one token is evaluated, it draws the first of the reply. */
async function reuse(sequence: LlamaContextSequence, tokens: readonly Token[], allowed: boolean): Promise<number> {
  if (!allowed) {
    await sequence.clearHistory();
    return 0;
  }
  await sequence.adaptStateToTokens(tokens.slice(0, -1), false);
  return Math.min(sequence.nextTokenIndex, tokens.length - 1);
}
